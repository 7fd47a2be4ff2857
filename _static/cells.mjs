// Run this page: its code cells become editors, and what they show replaces what the build has
// stored. lab/web/cells.py writes all cells into the page, those that it hides too. They share
// their names, as in a notebook. What a reader changes is kept, until the page has another text there.

import { editor } from "./codemirror.mjs";
import { elsewhere, keep, kept } from "./kept.mjs";
import { made } from "./python.mjs";
import { add, Controls } from "./running.mjs";

const { cells: sources, offer } = JSON.parse(document.getElementById("page-cells").textContent);

class Cell {
  constructor({ id, code, needs, key }, number) {
    this.code = this.text = code;
    this.box = document.getElementById(id);
    if (!this.box) return;
    const input = this.box.querySelector(".cell_input"), below = document.createElement("div");
    (input.closest("details") ?? input).after(below);
    if (needs) {
      add(below, "p", { className: "cell-needs", innerHTML: `This cell needs ${needs}: take ${offer}.` });
      return;
    }
    this.name = `cell ${number}`;
    this.key = key;
    this.text = kept(key) ?? code;
    this.result = this.box.querySelector(".cell_output")
      ?? add(this.box, "div", { className: "cell_output docutils container" });
    this.result.tabIndex = -1;
    this.stored = [...this.result.childNodes];
    input.replaceChildren();
    this.editor = editor(input, {
      text: this.text,
      label: `Code of ${this.name}`,
      run: () => run(this),
      changed: (text) => { if (text !== this.text) this.edited(text); },
    });
    below.className = "exercise-buttons";
    this.button = controls.button(
      below, "Run", "Run this cell, after those above that have not run (Ctrl-Enter)", () => run(this),
    );
    this.button.setAttribute("aria-label", `Run ${this.name}`);
  }

  get changed() { return this.text !== this.code; }

  edited(text) {
    this.text = text;
    this.ran = undefined;
    keep(this.key, this.changed ? text : undefined, (said) => controls.say(said));
  }

  // The text that is kept, or the page's own.
  restore() {
    this.text = kept(this.key) ?? this.code;
    this.ran = undefined;
    this.editor.text = this.text;
  }

  // Run it: may the next one run?
  async run(fresh) {
    const shown = document.createElement("div");
    const done = await controls.ask({ cell: this.text, quiet: !this.box, fresh }, shown);
    if (done !== undefined) this.ran = made;
    if (this.box) this.show(shown);
    if (done === false) controls.say(`An error ends ${this.name}.`);
    return done;
  }

  // A figure keeps its caption, and its picture what the page says of it.
  show(shown) {
    const figure = this.stored.find(({ tagName }) => tagName === "FIGURE")?.cloneNode(true);
    const old = figure?.querySelector("img, .text_html"), now = shown.querySelector("img, .exercise-message");
    for (const html of shown.querySelectorAll(".exercise-message")) html.className += " output text_html";
    if (old && now) {
      if (old.alt) now.alt = old.alt;
      now.replaceWith(figure);
      old.replaceWith(now);
    }
    this.result.replaceChildren(...shown.childNodes);
    this.result.dispatchEvent(new Event("shown", { bubbles: true }));
  }

  startOver() {
    this.ran = undefined;
    if (!this.editor) return;
    this.editor.text = this.code;
    this.result.replaceChildren(...this.stored);
  }
}

// Run a cell, and before it those above that have not run as they are now.
async function run(cell) {
  if (controls.busy) return;
  cell.ran = undefined;
  const here = cells.slice(0, cells.indexOf(cell) + 1);
  for (let next; (next = here.find(({ ran }) => ran !== made)); fresh = false) {
    if (!await next.run(fresh)) break;
  }
}

function startOver() {
  for (const cell of cells) cell.startOver();
  controls.say("");
  fresh = true;
}

function runAll() {
  for (const cell of cells) cell.ran = undefined;
  fresh = true;
  run(cells.at(-1));
}

let fresh = true;  // is the next cell the first of a new notebook?
const bar = add(document.querySelector(".bd-article"), "div", { className: "run-page-bar" });
bar.setAttribute("role", "group");
bar.setAttribute("aria-label", "Run this page");
const controls = new Controls(
  add(bar, "div"),
  ["Run all", "Run all cells from the top, in a new notebook", runAll],
  ["Start over", "Put back the code and the output that were here at first", startOver],
);
controls.after = "Drawing …";
let shown = 0;
const all = sources.map((source) => new Cell(source, source.id ? shown += 1 : 0));
const cells = all.filter((cell, place) => !sources[place].needs);
if (cells.some(({ changed }) => changed)) {
  controls.say("What you changed is here again, and has not run yet. Start over puts back the page's own.");
}
elsewhere((key) => cells.find((cell) => cell.editor && cell.key === key)?.restore());
document.querySelector(".run-page").remove();
cells.find(({ button }) => button).button.focus({ preventScroll: true });
