// What a reader sees of Python while it loads and runs, and its output: for exercises and for the
// page's cells.

import { ask, stop } from "./python.mjs";

const MB = 1e6;

export const add = (parent, tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  parent.append(node);
  return node;
};

// A row with buttons, each [words, title, what a press does], what is said, and a bar.
export class Controls {
  after = "Comparing …";  // what is done when the reader's code has ended

  constructor(row, ...buttons) {
    row.className = "exercise-buttons";
    this.buttons = [];
    for (const each of buttons) this.button(row, ...each);
    this.stopping = add(row, "button", {
      type: "button", textContent: "Stop", title: "Stop the code that runs", hidden: true,
    });
    this.stopping.addEventListener("click", () => stop());
    this.status = add(row, "span", { className: "exercise-status", role: "status" });
    this.bar = add(row, "progress", { hidden: true, ariaLabel: "Loading Python" });
  }

  // A button that waits while code runs.
  button(row, textContent, title, click) {
    const made = add(row, "button", { type: "button", textContent, title });
    made.addEventListener("click", () => { if (!this.busy) click(); });
    this.buttons.push(made);
    return made;
  }

  say(text) { this.status.textContent = text; }

  // What a request comes to, with its output in `result`; nothing if it is stopped.
  async ask(request, result) {
    if (this.busy) return undefined;
    this.busy = true;
    for (const button of this.buttons) button.setAttribute("aria-disabled", "true");
    this.say("Waiting …");
    const on = {
      loading: (what, loaded, total) => {
        const bar = this.bar;
        bar.hidden = false;
        if (loaded === undefined) bar.removeAttribute("value");
        else Object.assign(bar, { max: total, value: loaded });
        const amount = total ? `: ${(loaded / MB).toFixed(1)} of ${(total / MB).toFixed(1)} MB` : "";
        this.say(`Loading ${what}${amount}`);
      },
      running: (seconds) => {
        this.bar.hidden = true;
        this.stopping.hidden = false;
        this.say(seconds ? "Running …" : this.after);
      },
      output: (kind, text) => show(result, kind, text),
    };
    try {
      const done = await ask(request, on);
      this.say("");
      return done;
    } catch (error) {
      this.say(error.message);
      return undefined;
    } finally {
      this.busy = false;
      this.bar.hidden = this.stopping.hidden = true;
      for (const button of this.buttons) button.removeAttribute("aria-disabled");
    }
  }
}

function show(result, kind, text) {
  const last = result.lastElementChild;
  if (kind === "html") add(result, "div", { className: "exercise-message", innerHTML: text });
  else if (kind === "image") {
    const alt = "A figure that your code has drawn.";
    add(result, "img", { srcset: `data:image/png;base64,${text} 2x`, alt });
  } else if (last?.className === `exercise-${kind}`) last.append(text);
  else add(result, "pre", { className: `exercise-${kind}`, textContent: text, tabIndex: 0 });
}
