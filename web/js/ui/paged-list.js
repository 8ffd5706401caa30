/** A list that is read page by page: more at a press, never all at once. */

import { get } from "../api.js";
import { fill, h } from "../dom.js";
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
      holder.append(...data.map(row));
      fill(end, next_cursor && h("button", { type: "button", onclick: more(next_cursor) }, "Show more"));
      if (cursor === null) fill(made, ...(data.length > 0 ? [holder, end] : [none()]));
    } catch (error) {
      if (signal.aborted) return;
      const told = failure(/** @type {Error} */ (error), () => read(cursor));
      if (cursor === null) fill(made, told);
      else fill(end, told);
    }
  }

  /** @param {string} cursor */
  function more(cursor) {
    return (/** @type {Event} */ event) => {
      /** @type {HTMLButtonElement} */ (event.currentTarget).disabled = true;
      return read(cursor);
    };
  }

  read(null);
  return made;
}
