// Python for a page, in a Web Worker that python.mjs makes, asks and ends: Pyodide with NumPy, and
// the course's packages `grader` and `lab`. The first message says where they are; each later one is a request.
// It posts messages with one key: `loading`, `output` (see grader/page.py), `done` or `failed`.

const fetched = self.fetch.bind(self);  // Pyodide is to get what was checked below
const DRAWS = /\b(matplotlib|figures|explorables)\b/;  // code that needs it: two are the lab's
const MEMORY = "python-memory";  // the cache with what the browser keeps of it
// What NumPy and the checks need of Python's library: it is kept with it.
const LIBRARY = "csv, ctypes, dataclasses, datetime, difflib, fractions, hashlib, html, json, pickle, "
  + "platform, secrets, sysconfig, tarfile, importlib.metadata, xml.etree.ElementTree";
const EIO = 29;  // the error of Emscripten's for a file that cannot be read
let ready;

onmessage = async ({ data }) => {
  if (!ready) {
    ready = start(data);
    ready.catch(() => {});  // each request that comes is told
    return;
  }
  try {
    await answer(await ready, data);
  } catch (error) {
    postMessage({ failed: String(error.message ?? error) });
  }
};

function start({ base, files, course, data }) {
  const read = download(base, files);
  // only to tell which file cannot be had, of which Pyodide would say something else
  const missing = Promise.all(Object.values(read)).then(() => new Promise(() => {}));
  return Promise.race([missing, boot(base, files, course, data, read)]);
}

async function boot(base, files, course, data, read) {
  const packed = fetched(course).then((response) => response.arrayBuffer());
  self.fetch = async (request, options) => {
    const address = String(request.url ?? request);
    const name = address.startsWith(base) ? address.slice(base.length) : "";
    if (!(name in files)) return fetched(request, options);
    const bytes = await read[name];
    if (!name.endsWith(".wasm")) return new Response(bytes);
    // once more, from the browser's cache: with it the browser keeps what it has compiled
    const response = await fetched(request, { integrity: `sha256-${files[name][1]}` });
    const type = "application/wasm";
    if (response.headers.get("Content-Type")?.startsWith(type)) return response;
    return new Response(bytes, { headers: { "Content-Type": type } });
  };
  await load(await read["pyodide.asm.js"]);  // it is there before Pyodide would fetch it
  const { loadPyodide } = await load(await read["pyodide.mjs"]);
  const pyodide = await launch(loadPyodide, base, files["pyodide.asm.wasm"][1]);
  postMessage({ loading: { what: "NumPy and the checks" } });
  await pyodide.loadPackage("numpy", { messageCallback: () => {} });
  pyodide.unpackArchive(await packed, "zip", { extractDir: "/course" });
  pyodide.runPython("import random, sys; random.seed(); sys.path.insert(0, '/course')");
  const page = pyodide.pyimport("grader.page");
  for (const [name, address] of data) {
    later(pyodide.FS, `/course/lab/data/${name}`, address, page.CELL_SECONDS);
  }
  return { pyodide, page };
}

// Pyodide, with Python started in it. That takes half of all the time, so what its memory is then is
// kept in the browser, of one release, and each worker goes on from there. All of them would draw
// the same numbers from `random`, which therefore gets a seed in `boot`. Where nothing can be kept,
// it starts each time.
async function launch(loadPyodide, indexURL, release) {
  const key = `/${MEMORY}?${encodeURIComponent(`${release} ${LIBRARY}`)}`;
  let memory;
  try {
    const kept = await caches.open(MEMORY), found = await kept.match(key);
    memory = await found?.arrayBuffer();
    if (!memory) {
      const started = await loadPyodide({ indexURL, _makeSnapshot: true });
      started.runPython(`import ${LIBRARY}`);
      // it is used no further: what it has as `js` are proxies, which the browser's own take amiss
      memory = started.makeMemorySnapshot();
      for (const old of await kept.keys()) await kept.delete(old);
      kept.put(key, new Response(memory)).catch(() => {});
    }
  } catch { /* nothing can be kept here */ }
  return loadPyodide({ indexURL, _loadSnapshot: memory });
}

// A file that is loaded when it is first opened. Code has to wait for it, and has all its seconds
// when it is there.
function later(FS, path, address, seconds) {
  FS.writeFile(path, "");
  const { node } = FS.lookupPath(path), as = node.stream_ops;
  const open = () => {
    postMessage({ output: { kind: "limit", text: "0" } });
    postMessage({ loading: { what: path.split("/").pop() } });
    const request = new XMLHttpRequest();
    request.open("GET", address, false);
    request.responseType = "arraybuffer";
    try {
      request.send();
    } catch { /* as if it was not there */ }
    if (request.status !== 200) throw new FS.ErrnoError(EIO);
    node.stream_ops = as;
    node.contents = new Uint8Array(request.response);
    node.usedBytes = node.contents.length;
    postMessage({ output: { kind: "limit", text: String(seconds) } });
  };
  node.stream_ops = { ...as, open };
}

// A module that has been read already.
async function load(bytes) {
  const address = URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }));
  try {
    return await import(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

// What each of the files holds, as promises by name. A file that is not the one of the release is
// refused: it may come from another host.
function download(base, files) {
  const total = Object.values(files).reduce((sum, [size]) => sum + size, 0);
  let loaded = 0;
  const read = async (name, [size, sha256]) => {
    const integrity = `sha256-${sha256}`;
    // where the page is not secure, the browser itself can compare, but then tells no progress
    const response = await fetched(base + name, crypto.subtle ? {} : { integrity });
    if (!response.ok) throw new Error(`${base}${name}: ${response.status} ${response.statusText}`);
    const bytes = new Uint8Array(size);
    let end = 0;
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (end + value.length <= size) bytes.set(value, end);
      end += value.length;
      loaded += value.length;
      postMessage({ loading: { what: "Python", loaded, total } });
    }
    const same = end === size && (!crypto.subtle || await digest(bytes) === sha256);
    if (!same) throw new Error(`${base}${name} is not the file of the release`);
    return bytes;
  };
  return Object.fromEntries(Object.entries(files).map(([name, of]) => [name, read(name, of)]));
}

async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return btoa(String.fromCharCode(...hash));
}

// A request runs a `cell` of the page, `quiet` if it is hidden, `fresh` if it is the first; or it
// runs the code of an exercise, or checks it if it has `checks`, which are in a `package`; `before`
// are cells that show nothing.
async function answer({ pyodide, page }, request) {
  const { cell, quiet, fresh, before = [], code = "", tries = "", checks, more } = request;
  if ([cell, ...before, code, tries].some((source) => DRAWS.test(source))) {
    postMessage({ loading: { what: "Matplotlib" } });
    await pyodide.loadPackage("matplotlib", { messageCallback: () => {} });
    pyodide.pyimport("matplotlib.pyplot").destroy();
  }
  const show = (kind, text) => postMessage({ output: { kind, text } });
  const cells = pyodide.toPy(before), ids = pyodide.toPy(checks ?? []);
  let done = {};
  try {
    if (cell !== undefined) done = page.cell(cell, show, Boolean(quiet), Boolean(fresh));
    else if (checks) {
      done = JSON.parse(page.judge(ids, cells, code, show, Boolean(more), request.package));
    } else page.run(cells, code, tries, show);
  } catch (error) {  // a mistake of the course's
    show("error", String(error.message ?? error));
  }
  cells.destroy();
  ids.destroy();
  postMessage({ done });
}
