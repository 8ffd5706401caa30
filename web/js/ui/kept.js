/** What the browser keeps for the studio. Storage that is blocked or full keeps nothing, and stops nothing. */

/** @typedef {"localStorage" | "sessionStorage"} Area */

/** @param {Area} area @param {string} key */
export function recall(area, key) {
  try {
    return globalThis[area].getItem(key);
  } catch {
    return null;
  }
}

/** @param {Area} area @param {string} key @param {string} value */
export function keep(area, key, value) {
  try {
    globalThis[area].setItem(key, value);
  } catch {
    // It holds until the page is closed.
  }
}

/** @param {Area} area @param {string} key */
export function forget(area, key) {
  try {
    globalThis[area].removeItem(key);
  } catch {
    // Nothing was kept.
  }
}
