/** A few further actions behind one button: opened by it, closed by Esc, a choice, or going elsewhere. */

import { freshId, h } from "../../dom.js";

/**
 * @param {string} label of the button, for screen readers
 * @param {HTMLElement[]} actions
 */
export function menu(label, actions) {
  const id = freshId("menu");
  const panel = h("div", { class: "panel", id, hidden: true }, actions);
  const button = h("button", {
    type: "button",
    class: "small",
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-label": label,
    "data-action": "more",
    onclick: () => open(panel.hidden === true),
  }, "More");
  const made = h("div", { class: "menu", onkeydown: key, onfocusout: left }, button, panel);
  // Before the action itself, so that a dialog it opens gives the focus back to the button.
  panel.addEventListener("click", () => open(false), { capture: true });

  /** @param {boolean} wide */
  function open(wide) {
    // What is hidden loses the focus: it goes back to the button first.
    if (!wide && panel.contains(document.activeElement)) button.focus();
    panel.hidden = !wide;
    button.setAttribute("aria-expanded", String(wide));
    if (wide) document.addEventListener("pointerdown", outside);
    else document.removeEventListener("pointerdown", outside);
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.key !== "Escape" || panel.hidden) return;
    event.stopPropagation();
    open(false);
  }

  /** @param {FocusEvent} event */
  function left({ relatedTarget }) {
    if (relatedTarget instanceof Node && !made.contains(relatedTarget)) open(false);
  }

  /** @param {PointerEvent} event */
  function outside({ target }) {
    if (!made.isConnected || !made.contains(/** @type {Node} */ (target))) open(false);
  }

  return made;
}
