/** Light, dark, or as the system says: chosen by the reader, kept in this browser. */

import { h } from "./dom.js";
import { keep, recall } from "./ui/kept.js";

const KEY = "likeness.theme";
const THEMES = ["system", "light", "dark"];

apply(chosen());

/** A control for the bar at the top. */
export function themeChoice() {
  return h(
    "label",
    {},
    h("span", { class: "visually-hidden" }, "Theme"),
    h(
      "select",
      {
        onchange: (/** @type {Event} */ event) =>
          choose(/** @type {HTMLSelectElement} */ (event.target).value),
      },
      THEMES.map((theme) =>
        h(
          "option",
          { value: theme, selected: theme === chosen() },
          `${theme[0].toUpperCase()}${theme.slice(1)}`,
        )
      ),
    ),
  );
}

/** @param {string} theme */
function choose(theme) {
  keep("localStorage", KEY, theme);
  apply(theme);
}

function chosen() {
  const kept = recall("localStorage", KEY) ?? "";
  return THEMES.includes(kept) ? kept : "system";
}

/** @param {string} theme */
function apply(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
