// What a reader writes, kept in this browser's localStorage: it is sent nowhere.

// What is kept under a key, or null.
export function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

// Keep a value under a key, or no longer one if there is none. Where nothing can be kept, say so.
export function keep(key, value, say) {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    say("This browser keeps nothing: what you write is lost when you leave the page.");
  }
}

// Tell under which key the same page, in another tab, keeps something else.
export function elsewhere(changed) {
  addEventListener("storage", ({ key }) => changed(key));
}
