/** A list that is read page by page: more at a press, never all at once. */

import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { whileBusy } from "./busy.js";
import { failure, loading } from "./states.js";

/**
 * @template Row
 * @typedef {{data: Row[], next_cursor: string | null}} Rows
 */

/**
 * @template Row
 * @param {string} path
 * @param {{query?: import("../api.js").Options["query"], signal: AbortSignal, row: (row: Row) => HTMLElement, none: () => HTMLElement, holder?: HTMLElement}} way
 *   `row` draws one; `none` stands where there are no rows; `holder` takes the rows (default a grid of cards)
 * @returns {HTMLElement & {reload(): Promise<void>}}
 */
export function pagedList(
  path,
  { query = {}, signal, row, none, holder = h("ul", { class: "plain grid" }) },
) {
  const end = h("div", {});
  const made = Object.assign(h("div", { class: "stack" }, loading()), { reload: () => read(null) });

  /** @param {string | null} cursor @returns {Promise<void>} */
  async function read(cursor) {
    try {
      /** @type {Rows<Row>} */
      const { data, next_cursor } = await get(path, { query: { ...query, cursor }, signal });
      if (cursor === null) fill(holder);
      const rows = data.map(row);
      const pressed = end.contains(document.activeElement);
      holder.append(...rows);
      fill(end, next_cursor && more(next_cursor));
      if (pressed) focusOn(rows[0] ?? holder);
      if (cursor === null) fill(made, ...(data.length > 0 ? [holder, end] : [none()]));
    } catch (error) {
      if (signal.aborted) return;
      const notice = failure(/** @type {Error} */ (error), () => read(cursor));
      if (cursor === null) return fill(made, notice);
      const pressed = end.contains(document.activeElement);
      fill(end, notice);
      if (pressed) focusOn(end);
    }
  }

  /** @param {string} cursor */
  function more(cursor) {
    const button = h("button", {
      type: "button",
      onclick: () => whileBusy(button, () => read(cursor)),
    }, "Show more");
    return button;
  }

  read(null);
  return made;
}

/** Puts the reader who pressed “Show more” at what came of it. @param {HTMLElement} place */
function focusOn(place) {
  const control = /** @type {HTMLElement | null} */ (place.querySelector("a[href], button, input, summary"));
  if (!control) place.tabIndex = -1;
  (control ?? place).focus();
}
