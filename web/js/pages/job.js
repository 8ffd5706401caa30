/** job: to come. */

/** @param {import("../router.js").View} view */
export function show({ root }) {
  root.textContent = "";
}
