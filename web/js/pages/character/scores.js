/** How well the face was kept over time: a plot, means by model, and every score as a table. */

import { fill, h } from "../../dom.js";
import { counted, moment } from "../../format.js";
import { poll } from "../../poll.js";
import { scoreBadge } from "../../ui/badges.js";
import { failure, loading } from "../../ui/states.js";
import { scoresPlot } from "./scores-plot.js";

/** @typedef {import("../../api-types.d.ts").CharacterView} Character */
/** @typedef {import("../../api-types.d.ts").ScoresView} Scores */
/** @typedef {import("../../api-types.d.ts").ScoredImageView} Scored */

const MOST_SHOWN = 100;
const WIDE = "(min-width: 60rem)";

/**
 * @param {{character: Character, signal: AbortSignal}} way
 * @returns {HTMLElement & {refresh(): void}}
 */
export function scoresPanel({ character, signal }) {
  let reading = new AbortController();
  let shown = "";
  const place = h("div", {}, loading("Reading the scores …"));
  const panel = h(
    "details",
    { class: "sheet scores", open: matchMedia(WIDE).matches },
    h("summary", {}, h("h2", {}, "Likeness over time")),
    place,
  );

  function read() {
    reading.abort();
    reading = new AbortController();
    poll(`/characters/${character.id}/consistency`, {
      query: { limit: MOST_SHOWN },
      signal: AbortSignal.any([signal, reading.signal]),
      unfinished: (/** @type {Scores} */ { data }) => data.some(isPending),
      got: show,
      failed: (problem) => fill(place, failure(problem, read)),
    });
  }

  /** Redrawn only where something is new: a reader may be in the table. @param {Scores} scores */
  function show(scores) {
    const now = JSON.stringify(scores);
    if (now === shown) return;
    shown = now;
    fill(place, ...content(scores, refresh));
  }

  function refresh() {
    if (panel.open) read();
    else reading.abort();
  }

  panel.addEventListener("toggle", refresh);
  return Object.assign(panel, { refresh });
}

/** @param {Scored} scored */
const isPending = ({ similarity }) => similarity.status === "pending";

/** @param {Scores} scores @param {() => void} again */
function content({ data, models, next_cursor }, again) {
  const measured = data.filter(({ similarity }) => similarity.score !== null);
  const pending = data.filter(isPending).length;
  const rest = data.length - measured.length - pending;
  const readAgain = h("button", { type: "button", class: "small", onclick: again }, "Refresh");
  if (data.length === 0) {
    return [h("p", { class: "soft" }, "No picture has been drawn of this person yet."), readAgain];
  }
  return [
    measured.length > 0 && scoresPlot(measured),
    models.length > 0 && modelTable(models),
    h(
      "p",
      { class: "soft" },
      [
        `${counted(measured.length, "picture")} measured`,
        pending > 0 && `${pending} being measured`,
        rest > 0 && `${rest} not measured`,
      ].filter(Boolean).join(", "),
      next_cursor === null ? "." : `, of the newest ${MOST_SHOWN}.`,
    ),
    h("details", {}, h("summary", {}, "Every score"), scoreTable(data)),
    readAgain,
  ];
}

/** @param {Scores["models"]} models */
function modelTable(models) {
  return table(
    "Scores by model",
    ["Model", "Mean", "Worst", "Kept"],
    models.map((one) => [
      one.model ?? "Uploaded",
      one.mean?.toFixed(1) ?? "–",
      one.worst?.toFixed(1) ?? "–",
      `${one.consistent} of ${one.measured}`,
    ]),
  );
}

/** @param {Scored[]} data */
function scoreTable(data) {
  return table(
    "Every score, newest first",
    ["Picture", "Likeness"],
    data.map((one) => [
      [one.model ?? "Uploaded", h("br"), h("small", {}, moment(one.created_at))],
      scoreBadge(one.similarity),
    ]),
  );
}

/**
 * @param {string} caption
 * @param {string[]} heads
 * @param {(import("../../dom.js").Child | import("../../dom.js").Child[])[][]} rows
 */
function table(caption, heads, rows) {
  return h(
    "div",
    { class: "scroll-x", role: "region", "aria-label": caption, tabindex: 0 },
    h(
      "table",
      {},
      h("caption", { class: "visually-hidden" }, caption),
      h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell))))),
    ),
  );
}
