// Questions that are answered before one reads on: lab/predict.py writes them, and their answers.
// What a reader predicted stays in the browser, under one key.
"use strict";

// For browsers that do not tell style sheets whether scripts run.
document.documentElement.classList.add("scripted");

document.addEventListener("DOMContentLoaded", () => {
  const KEY = "predictions", READ_ON = "read-on";
  const stored = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch { // nothing can be kept here, or something else is
      return {};
    }
  };
  const keep = (key, value) => {
    const all = stored();
    if (value) all[key] = value; else delete all[key];
    try {
      localStorage.setItem(KEY, JSON.stringify(all));
    } catch { /* a reader who keeps nothing can still predict */ }
  };
  // 57,600 is thousands; 3,2 is how much of the world writes 3.2; a share may have its % sign.
  const number = (text) => {
    const plain = text.trim().replace("\u2212", "-").replace(/%$/, "");
    return Number(plain.replace(/,(?=\d{3}(\D|$))/g, "").replace(",", ".") || NaN);
  };
  const words = (label) => label.dataset.text ?? label.textContent.trim();

  // What follows a question, up to the next one or the end of its section.
  const after = (box) => {
    const found = [];
    for (let next = box.nextElementSibling; next; next = next.nextElementSibling) {
      if (next.matches(".predict, section, h1, h2, h3")) break;
      found.push(next);
    }
    return found;
  };
  const veil = (box, on) => {
    for (const element of after(box)) {
      element.classList.toggle("veiled", on);
      element.inert = on;
    }
  };

  for (const form of document.querySelectorAll("form.prediction")) {
    const box = form.closest(".predict"), key = form.dataset.key;
    const answers = [...form.querySelectorAll(".answer")];
    const labels = answers.map((answer) => answer.querySelector("span"));
    const right = answers.findIndex((answer) => answer.classList.contains("right"));
    const radios = [...form.querySelectorAll("input[type=radio]")];
    const field = form.querySelector("input[type=text]");
    const [submit, other] = form.querySelectorAll("button");
    const status = form.querySelector("[role=status]");

    const ask = () => {
      form.classList.remove("answered");
      for (const input of form.querySelectorAll("input")) input.disabled = false;
      for (const answer of answers) answer.classList.remove("chosen");
      submit.hidden = false;
      other.textContent = "Read on without";
      other.hidden = !after(box).length;
      status.textContent = "";
      veil(box, !stored()[READ_ON]);
    };
    const tell = ({ said, hit }) => {
      form.classList.add("answered");
      for (const input of form.querySelectorAll("input")) input.disabled = true;
      if (field) field.value = said;
      else {
        radios[said].checked = true;
        answers[said].classList.add("chosen");
      }
      submit.hidden = true;
      other.hidden = false;
      other.textContent = "Ask me again";
      const told = field && !hit ? ` You said ${said}.` : "";
      status.textContent = hit ? "As you predicted." : `It came out otherwise.${told}`;
      veil(box, false);
    };

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const answer = { shown: words(labels[right]) };
      if (field) {
        const value = number(field.value), is = number(labels[right].textContent);
        if (Number.isNaN(value)) {
          status.textContent = "Type a number first: a guess will do.";
          field.focus();
          return;
        }
        answer.said = value;
        answer.hit = Math.abs(value - is) <= Number(form.dataset.within) * Math.abs(is);
        answer.words = String(value);
      } else {
        answer.said = radios.findIndex((radio) => radio.checked);
        if (answer.said < 0) {
          status.textContent = "Choose an answer first: a guess will do.";
          radios[0].focus();
          return;
        }
        answer.hit = answer.said === right;
        answer.words = words(labels[answer.said]);
      }
      keep(key, answer);
      tell(answer);
      other.focus();
    });
    other.addEventListener("click", () => {
      if (submit.hidden) {
        keep(key);
        form.reset();
        ask();
        (field ?? radios[0]).focus();
      } else {
        veil(box, false);
        other.hidden = true;
        submit.focus();
      }
    });

    const known = stored()[key];
    if (known && (field || radios[known.said])) tell(known); else ask();
  }

  // An address that leads into what is veiled lifts the veil.
  const lift = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const veiled = target?.closest(".veiled");
    if (!veiled) return;
    let box = veiled;
    while (!box.matches(".predict")) box = box.previousElementSibling;
    veil(box, false);
  };
  window.addEventListener("hashchange", lift);
  lift();

  // The page of all questions
  const list = document.querySelector(".predictions");
  if (!list) return;
  const count = (some) => {
    const known = some.map((place) => stored()[place.dataset.key]).filter(Boolean);
    const hits = known.filter((one) => one.hit).length;
    return known.length ? `${hits} of ${known.length} came out as you predicted` : "";
  };
  const show = () => {
    for (const place of list.querySelectorAll(".said")) {
      const one = stored()[place.dataset.key];
      place.textContent = !one ? "" : one.hit
        ? "✓ as you predicted" : `✗ you said “${one.words}”; it is “${one.shown}”`;
      place.classList.toggle("missed", Boolean(one && !one.hit));
    }
    for (const questions of list.querySelectorAll("ul")) {
      const title = questions.previousElementSibling;
      title.querySelector("span.count")?.remove();
      const told = count([...questions.querySelectorAll(".said")]);
      if (told) title.insertAdjacentHTML("beforeend", ` <span class="count">${told}</span>`);
    }
    total.textContent = count([...list.querySelectorAll(".said")]) || none;
  };
  const settings = document.querySelector(".predictions-settings");
  const total = settings.querySelector("[role=status]"), none = total.textContent;
  const blur = settings.querySelector("input");
  blur.checked = !stored()[READ_ON];
  blur.addEventListener("change", () => keep(READ_ON, !blur.checked));
  settings.querySelector("button").addEventListener("click", () => {
    if (!confirm("Forget all predictions in this browser?")) return;
    for (const key of Object.keys(stored())) if (key !== READ_ON) keep(key);
    show();
  });
  show();
});
