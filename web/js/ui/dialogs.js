/** Questions, forms and drawers over the page. Esc closes; focus comes back to where it was. */

import { freshId, h } from "../dom.js";

/**
 * Opens a dialog; it is taken away when it closes.
 * @param {string} title
 * @param {import("../dom.js").Child[]} content
 * @param {{kind?: "" | "wide" | "drawer", closed?: () => void}} [way]
 * @returns {HTMLDialogElement}
 */
export function openDialog(title, content, { kind = "", closed = () => {} } = {}) {
  const id = freshId("dialog");
  const dialog = h("dialog", { class: kind, "aria-labelledby": id }, h("h2", { id }, title), content);
  showOverPage(dialog, closed);
  return dialog;
}

/**
 * Until it closes, or another page is shown; then the focus goes back to where it was.
 * @param {HTMLDialogElement} dialog
 * @param {() => void} [closed]
 */
export function showOverPage(dialog, closed = () => {}) {
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  const leave = () => dialog.close();
  addEventListener("hashchange", leave, { once: true });
  dialog.addEventListener("close", () => {
    removeEventListener("hashchange", leave);
    dialog.remove();
    if (opener?.isConnected) opener.focus();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** A button that closes the dialog it stands in. */
export function closeButton(text = "Close") {
  return h("button", {
    type: "button",
    onclick: (/** @type {Event} */ event) => /** @type {Element} */ (event.target).closest("dialog")?.close(),
  }, text);
}

/**
 * Asks before something is done that cannot be undone.
 * @param {{title: string, text: import("../dom.js").Child | import("../dom.js").Child[], action: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export function confirmed({ title, text, action, danger = true }) {
  return new Promise((answer) => {
    let yes = false;
    const dialog = openDialog(
      title,
      [
        h("p", {}, text),
        h(
          "div",
          { class: "actions" },
          closeButton("Keep"),
          h("button", {
            type: "button",
            class: danger ? "danger" : "primary",
            onclick: () => ((yes = true), dialog.close()),
          }, action),
        ),
      ],
      { closed: () => answer(yes) },
    );
  });
}
