/** Which variants are looked at: kept in the page's address, so that a reload shows the same. */

import { fill, h } from "../../dom.js";
import { words } from "../../format.js";
import { selectField } from "../../ui/fields.js";
import { KNOWN_TYPES } from "./variant-types.js";
import { STATUSES } from "./variant-words.js";

/** @typedef {import("./variant-list.js").Filter} Filter */

/** What the address says. @returns {Filter} */
export function filterOfAddress() {
  const query = new URLSearchParams(location.hash.split("?")[1]);
  const status = query.get("status") ?? "";
  return { variant_type: query.get("variant_type") ?? "", status: status in STATUSES ? status : "" };
}

/** The page is not left by that. @param {Filter} filter */
function keepInAddress({ variant_type, status }) {
  const [path, text] = location.hash.split("?");
  const query = new URLSearchParams(text);
  for (const [name, value] of Object.entries({ variant_type, status })) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  history.replaceState(history.state, "", query.size > 0 ? `${path}?${query}` : path);
}

/**
 * @param {Filter} filter
 * @param {(filter: Filter) => void} changed
 */
export function filters(filter, changed) {
  const type = selectField({ label: "Type", name: "variant_type", options: [["", "All types"]] });
  const status = selectField({
    label: "Status",
    name: "status",
    options: [["", "All"], ...Object.entries(STATUSES)],
    value: filter.status,
  });
  const [types, statuses] = [type, status].map((
    one,
  ) => /** @type {HTMLSelectElement} */ (one.querySelector("select")));
  const bar = h(
    "div",
    { class: "filters", role: "group", "aria-label": "Filter", onchange: read },
    type,
    status,
  );

  function read() {
    const chosen = { variant_type: types.value, status: statuses.value };
    keepInAddress(chosen);
    changed(chosen);
  }

  return Object.assign(bar, {
    /** Types that have turned up. @param {Iterable<string>} own */
    offer(own) {
      const all = [
        ...new Set([...KNOWN_TYPES, ...own, ...[types.value || filter.variant_type].filter(Boolean)]),
      ];
      if (all.length === types.options.length - 1) return;
      const chosen = types.value || filter.variant_type;
      fill(types, ["", ...all].map((one) => h("option", { value: one }, one ? words(one) : "All types")));
      types.value = chosen;
    },
    /** @param {Filter} chosen */
    choose(chosen) {
      types.value = chosen.variant_type;
      statuses.value = chosen.status;
      read();
    },
  });
}
