/** Tabs after the ARIA pattern: arrows move, only the chosen one is in the tab order. */

import { freshId, h } from "../dom.js";

/**
 * @param {string} label of the row
 * @param {[name: string, title: string, panel: HTMLElement][]} given
 * @param {{chosen?: string, changed?: (name: string) => void}} [way]
 */
export function tabs(label, given, { chosen = given[0][0], changed = () => {} } = {}) {
  const id = freshId("tabs");
  const buttons = given.map(([name, title]) =>
    h("button", {
      type: "button",
      role: "tab",
      id: `${id}-${name}`,
      "aria-controls": `${id}-${name}-panel`,
      onclick: () => choose(name, true),
    }, title)
  );
  const row = h("div", { class: "tabs", role: "tablist", "aria-label": label, onkeydown: move }, buttons);
  const panels = given.map(([name, , panel]) => {
    panel.id = `${id}-${name}-panel`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `${id}-${name}`);
    return panel;
  });

  /** @param {string} name @param {boolean} tell */
  function choose(name, tell) {
    given.forEach(([own], place) => {
      buttons[place].setAttribute("aria-selected", String(own === name));
      buttons[place].tabIndex = own === name ? 0 : -1;
      panels[place].hidden = own !== name;
    });
    if (tell) changed(name);
  }

  /** @param {KeyboardEvent} event */
  function move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const now = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const next = (now + step + buttons.length) % buttons.length;
    buttons[next].focus();
    choose(given[next][0], true);
  }

  choose(chosen, false);
  return h("div", {}, row, panels);
}
