/** Running and past generations, filtered by what the address says. */

import { get } from "../../api.js";
import { fill, h } from "../../dom.js";
import { selectField } from "../../ui/fields.js";
import { pagedList } from "../../ui/paged-list.js";
import { empty } from "../../ui/states.js";
import { MODES } from "../words.js";
import { keepInAddress } from "./address.js";
import { generationRow } from "./generation-row.js";

/** @typedef {import("../../api-types.d.ts").CharacterListView} Characters */
/** @typedef {import("../../api-types.d.ts").CharacterView} Character */
/** @typedef {import("../../api-types.d.ts").GenerationSummaryView} Summary */
/** @typedef {[value: string, text: string]} Option */

const SHOWN = 10;
/** @type {Record<string, string>} */
const STATUSES = {
  running: "queued,processing,generating,uploading",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};
/** @type {Option[]} */
const STATUS_OPTIONS = [
  ["", "All"],
  ["running", "Waiting or running"],
  ["completed", "Completed"],
  ["failed", "Failed"],
  ["cancelled", "Cancelled"],
];

/** @param {URLSearchParams} query @param {AbortSignal} signal */
export function generationSection(query, signal) {
  const place = h("div", { id: "generations" });
  /** @type {AbortController | undefined} */
  let listed;

  function list() {
    listed?.abort();
    listed = new AbortController();
    const either = AbortSignal.any([signal, listed.signal]);
    fill(
      place,
      pagedList("/generations", {
        query: chosen(query),
        signal: either,
        holder: h("ul", { class: "plain generations" }),
        row: (/** @type {Summary} */ summary) => generationRow(summary, either),
        none: () => nothing(query, clear),
      }),
    );
  }

  const filters = filterRow(query, signal, list);
  function clear() {
    for (const name of ["status", "mode", "character"]) keepInAddress(query, name, "");
    filters.querySelectorAll("select").forEach((select) => (select.value = ""));
    list();
    filters.querySelector("select")?.focus();
  }

  list();
  const section = h("section", { class: "sheet" }, h("h2", {}, "Jobs"), filters, place);
  return Object.assign(section, { reload: list });
}

/** As the API takes them. @param {URLSearchParams} query */
function chosen(query) {
  return {
    limit: SHOWN,
    status: STATUSES[query.get("status") ?? ""],
    mode: query.get("mode"),
    character_id: query.get("character"),
  };
}

/** @param {URLSearchParams} query @param {AbortSignal} signal @param {() => void} changed */
function filterRow(query, signal, changed) {
  const characters = filter("Character", "character", [["", "All"]], query);
  offerCharacters(characters, query, signal);
  return h(
    "div",
    {
      class: "fields",
      role: "group",
      "aria-label": "Filter the jobs",
      onchange: (/** @type {Event} */ event) => {
        const { name, value } = /** @type {HTMLSelectElement} */ (event.target);
        keepInAddress(query, name, value);
        changed();
      },
    },
    filter("Status", "status", STATUS_OPTIONS, query),
    filter("What was made", "mode", [["", "All"], ...Object.entries(MODES)], query),
    characters,
  );
}

/** @param {string} label @param {string} name @param {Option[]} options @param {URLSearchParams} query */
const filter = (label, name, options, query) =>
  selectField({ label, name, options, value: query.get(name) ?? "" });

/** @param {HTMLElement} field @param {URLSearchParams} query @param {AbortSignal} signal */
async function offerCharacters(field, query, signal) {
  const wanted = query.get("character");
  try {
    /** @type {Characters} */
    const { data } = await get("/characters", { query: { limit: 100 }, signal });
    /** @type {Character[]} */
    const missing = wanted && !data.some(({ id }) => id === wanted)
      ? [await get(`/characters/${encodeURIComponent(wanted)}`, { signal })]
      : [];
    const options = [...data, ...missing].map(({ id, name }) =>
      h("option", { value: id, selected: id === wanted }, name)
    );
    field.querySelector("select")?.append(...options);
  } catch {
    // The list is of use without this choice.
    if (!signal.aborted) field.hidden = true;
  }
}

/** @param {URLSearchParams} query @param {() => void} clear */
function nothing(query, clear) {
  const filtered = ["status", "mode", "character"].some((name) => query.has(name));
  if (filtered) {
    return empty(
      "No such job",
      "Nothing fits all of these filters.",
      h("button", { type: "button", onclick: clear }, "Show all jobs"),
    );
  }
  return empty(
    "No job yet",
    "Whatever is drawn is listed here, with its progress and its cost.",
    h("a", { class: "button primary", href: "#/studio" }, "To the studio"),
  );
}
