// Python in the page: asks the worker of python-worker.mjs, and ends it when it takes too long.
// lab/web/exercises.py writes where Python and the course's packages are into the page.

const settings = document.getElementById("python-in-the-page");
// How many workers there have been: what ran in an earlier one is lost.
export let made = 0;
let worker, current, last = Promise.resolve();

function start() {
  const { base, files, course, data } = JSON.parse(settings.textContent);
  const own = (address) => new URL(address, document.baseURI).href;
  const all = Object.entries(data).map(([name, address]) => [name, own(address)]);
  made += 1;
  worker = new Worker(new URL("python-worker.mjs", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => current?.told(data);
  worker.onerror = (event) => current?.told({ failed: event.message || "the worker did not start" });
  worker.postMessage({ base: own(base), files, course: own(course), data: all });
}

function end() {
  worker?.terminate();
  worker = undefined;
}

// Promises what a request comes to: see `answer` in python-worker.mjs. `on` has functions that are
// told meanwhile: loading(what, loaded, total), running(seconds), which is 0 when the reader's code
// has ended, and output(kind, text).
// It is rejected with an Error that says why where Python cannot be loaded, or is stopped.
// Requests wait for each other.
export function ask(request, on) {
  const turn = last.then(() => answered(request, on));
  last = turn.catch(() => {});
  return turn;
}

// Stop the request that runs: Python is made anew, for code that runs cannot be interrupted.
export function stop(why = "Stopped.") {
  const stopped = current;
  end();
  if (stopped) {
    start();  // for the next request, while the reader thinks
    stopped.fail(new Error(why));
  }
}

function answered(request, on) {
  return new Promise((resolve, reject) => {
    let timer;
    const over = (settle, value) => {
      clearTimeout(timer);
      current = undefined;
      settle(value);
    };
    const limit = (seconds) => {
      clearTimeout(timer);
      if (seconds) timer = setTimeout(late, seconds * 1000);
      on.running(seconds);
    };
    const late = () => stop("Stopped: it took too long. Is there a loop that does not end?");
    current = {
      fail: (error) => over(reject, error),
      told({ loading, output, done, failed }) {
        if (loading) on.loading(loading.what, loading.loaded, loading.total);
        if (output?.kind === "limit") limit(Number(output.text));
        else if (output) on.output(output.kind, output.text);
        if (done !== undefined) over(resolve, done);
        if (failed) {
          end();
          over(reject, new Error(`Python cannot be loaded. ${failed}`));
        }
      },
    };
    if (!worker) start();
    worker.postMessage(request);
  });
}
