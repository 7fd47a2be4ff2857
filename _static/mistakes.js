// The page of all mistakes: its search field, and what an address leads to is opened.
"use strict";

// For browsers that do not tell style sheets whether scripts run.
document.documentElement.classList.add("scripted");

document.addEventListener("DOMContentLoaded", () => {
  const entries = [...document.querySelectorAll(".mistake")];
  if (!entries.length) return;

  const open = () => {
    const entry = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!entry?.classList.contains("mistake")) return;
    for (const fold of entry.querySelectorAll("details")) fold.open = true;
    entry.scrollIntoView();
  };
  window.addEventListener("hashchange", open);
  open();

  const words = new Map(entries.map((entry) => [entry, entry.textContent.toLowerCase()]));
  const sections = [...document.querySelectorAll("section:has(.mistake)")].slice(1);
  const search = document.querySelector(".mistake-search");
  if (!search) return;
  const [field, found] = [search.querySelector("input"), search.querySelector("output")];
  field.addEventListener("input", () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = entries.filter((entry) => {
      entry.hidden = !wanted.every((word) => words.get(entry).includes(word));
      return !entry.hidden;
    });
    for (const section of sections) {
      section.hidden = !section.querySelector(".mistake:not([hidden])");
    }
    found.textContent = wanted.length ? `${hits.length} of ${entries.length}` : "";
  });
});
