// What one browser remembers: language, colours, the operator's name. A browser that refuses storage forgets, no more.

const PREFIX = "leak-inspection.";
const session = new Map();

/** The remembered value, or null. */
export function recall(name) {
  try {
    return localStorage.getItem(PREFIX + name) ?? session.get(name) ?? null;
  } catch {
    return session.get(name) ?? null;
  }
}

/** Remembers a value beyond this visit, where the browser allows it. */
export function remember(name, value) {
  session.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // The page works without storage; the value lives as long as the page.
  }
}
