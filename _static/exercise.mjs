// Exercises in the text. lab/web/exercises.py writes them as text; here they get editors and buttons.

import { elsewhere, keep, kept } from "./kept.mjs";
import { add, Controls } from "./running.mjs";

const TRIES = 3;  // honest ones, after which there is a solution to look at, where the page has it

class Exercise {
  constructor(box) {
    this.box = box;
    Object.assign(this, JSON.parse(box.querySelector(".exercise-data").textContent));
    this.key = `exercise ${this.set} ${this.name}`;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", `Exercise: ${this.title}`);
    this.texts = {
      code: { place: box.querySelector(".exercise-code"), text: this.stub, words: "Your code" },
      tries: { place: box.querySelector(".exercise-tries"), text: this.example, words: "Try it" },
    };
    for (const { place, words } of Object.values(this.texts)) {
      place.before(add(box, "p", { className: "exercise-label", textContent: words }));
    }
    this.makeControls();
    this.hints();
    this.restore();
  }

  makeControls() {
    const row = document.createElement("div");
    this.texts.tries.place.after(row);
    this.controls = new Controls(
      row,
      ["Check", "Check your code as the problem set does", () => this.check()],
      ["Run", "Run your code and what you try (Ctrl-Enter)", () => this.run()],
      ["Start over", "Put back what was here at first", () => this.startOver()],
    );
    this.result = document.createElement("div");
    this.result.className = "exercise-result";
    this.result.setAttribute("role", "region");
    this.result.setAttribute("aria-label", `Result of ${this.title}`);
    this.result.tabIndex = -1;
    row.after(this.result);
  }

  // Each hint opens the way to the next.
  hints() {
    const all = [...this.box.querySelectorAll(".exercise-hint")];
    all.forEach((hint, place) => {
      hint.hidden = place > 0;
      hint.addEventListener("toggle", () => { if (all[place + 1]) all[place + 1].hidden = false; });
    });
  }

  restore() {
    const saved = kept(this.key);
    this.tried = saved?.tried ?? [];
    this.solved = saved?.solved ?? false;
    for (const kind of ["code", "tries"]) {
      this.put(kind, saved?.[kind] ?? this.texts[kind].text);
    }
    this.changed = Boolean(saved) && saved.digest !== this.digest;
    if (this.changed) {
      this.say("This exercise has changed since you wrote this. Start over shows the new one.");
    }
    this.mark();
  }

  get code() { return this.texts.code.now; }

  put(kind, text) {
    const one = this.texts[kind];
    one.now = text;
    if (one.editor) one.editor.text = text;
    else if (text !== one.text || one.shown) {
      one.place.querySelector("pre").textContent = text;
      one.shown = true;
    }
  }

  // The editors come with the first look at them: they are larger than the rest of the page.
  async edit() {
    const { editor } = await import("./codemirror.mjs");
    for (const [kind, one] of Object.entries(this.texts)) {
      one.place.replaceChildren();
      one.editor = editor(one.place, {
        text: one.now,
        label: `${one.words}: ${this.title}`,
        run: () => this.run(),
        changed: (text) => { if (text !== one.now) { one.now = text; this.save(); } },
      });
    }
    this.box.dataset.ready = "";
  }

  save() {
    // what was written for an exercise that has changed stays marked as that
    const digest = this.changed ? "" : this.digest;
    const { tried, solved } = this;
    const [code, tries] = ["code", "tries"].map((kind) => this.texts[kind].now);
    keep(this.key, { digest, code, tries, tried, solved }, (text) => this.say(text));
  }

  startOver() {
    this.changed = false;
    this.solved = false;
    for (const kind of ["code", "tries"]) this.put(kind, this.texts[kind].text);
    this.save();
    this.result.replaceChildren();
    this.say("");
    this.mark();
  }

  mark() {
    this.box.toggleAttribute("data-solved", this.solved);
    const solution = this.box.querySelector(".exercise-solution");
    if (solution) solution.hidden = this.tried.length < TRIES && !this.solved;
  }

  say(text) { this.controls.say(text); }

  // The cells that this exercise's code may use: the set's own, and the exercises above.
  get before() {
    const above = all.slice(0, all.indexOf(this)).filter((one) => one.set === this.set);
    return [this.setup, ...above.map((one) => one.code)];
  }

  async run() {
    await this.ask({ code: this.code, tries: this.texts.tries.now });
  }

  async check(more = false) {
    const code = this.code;
    const found = await this.ask({ code, checks: this.checks, more, package: this.package });
    if (!found) return;
    const verdicts = Object.values(found);
    this.solved = verdicts.length > 0 && verdicts.every(({ status }) => status === "passed");
    const honest = !this.solved && code !== this.stub && !this.tried.includes(digest(code));
    if (honest) this.tried.push(digest(code));
    this.save();
    this.mark();
    if (this.solved) this.say("Right.");
    else if (verdicts.some(({ offer }) => offer) && !more) {
      add(this.result, "button", { type: "button", textContent: "One step further" })
        .addEventListener("click", () => this.check(true));
    }
  }

  async ask(request) {
    if (this.controls.busy) return undefined;
    this.result.replaceChildren();
    return this.controls.ask({ before: this.before, ...request }, this.result);
  }
}

// Tells texts apart: FNV-1a.
function digest(text) {
  let hash = 0x811c9dc5;
  for (const unit of text) hash = Math.imul(hash ^ unit.codePointAt(0), 0x01000193);
  return hash >>> 0;
}

const all = [...document.querySelectorAll(".exercise")].map((box) => new Exercise(box));

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    all.find(({ box }) => box === target).edit();
  }
}, { rootMargin: "400px" });
for (const { box } of all) seen.observe(box);

elsewhere((key) => all.find((one) => one.key === key)?.restore());
