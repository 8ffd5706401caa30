/** Scores in the order the pictures came, with the line from which a face counts as the same. */

import { h, svg } from "../../dom.js";
import { moment } from "../../format.js";

/** @typedef {import("../../api-types.d.ts").ScoredImageView} Scored */

const CONSISTENT = 85;
const WIDTH = 320;
const HEIGHT = 170;
const LEFT = 30;
const RIGHT = 8;
const TOP = 10;
const BOTTOM = 14;
const RADIUS = 4;
const SHAPES = ["circle", "square", "diamond", "triangle"];

/** @param {Scored[]} measured newest first, each with a score */
export function scoresPlot(measured) {
  const oldestFirst = measured.toReversed();
  const scores = oldestFirst.map(({ similarity }) => similarity.score ?? 0);
  const models = [...new Set(oldestFirst.map(modelOf))];
  const floor = Math.min(70, Math.floor(Math.min(...scores) / 10) * 10);
  const y = (/** @type {number} */ score) => TOP + (100 - score) / (100 - floor) * (HEIGHT - TOP - BOTTOM);
  const step = (WIDTH - LEFT - RIGHT - 2 * RADIUS) / Math.max(1, scores.length - 1);
  const x = (/** @type {number} */ place) => LEFT + RADIUS + place * step;
  return h(
    "figure",
    { class: "score-plot" },
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": inWords(scores) },
      [100, floor].map((score) => gridLine(score, y(score), "")),
      gridLine(CONSISTENT, y(CONSISTENT), "bar"),
      oldestFirst.map((one, place) => {
        const kind = models.indexOf(modelOf(one));
        return svg(
          "g",
          { class: `point model-${kind % SHAPES.length} ${scores[place] < CONSISTENT ? "below" : ""}` },
          svg("title", {}, `${scores[place].toFixed(1)} · ${modelOf(one)} · ${moment(one.created_at)}`),
          mark(SHAPES[kind % SHAPES.length], x(place), y(scores[place])),
        );
      }),
    ),
    h(
      "figcaption",
      {},
      key(models),
      `Oldest at the left. From ${CONSISTENT} on the face counts as the same.`,
    ),
  );
}

/** @param {Scored} scored */
const modelOf = ({ model }) => model ?? "Uploaded";

/** @param {number[]} scores */
function inWords(scores) {
  const kept = scores.filter((score) => score >= CONSISTENT).length;
  return `Likeness scores of ${scores.length} pictures: ${kept} at or above ${CONSISTENT}, ` +
    `the lowest ${Math.min(...scores).toFixed(1)}. The table below has each.`;
}

/** @param {number} score @param {number} y @param {string} kind */
function gridLine(score, y, kind) {
  return svg(
    "g",
    { class: `line ${kind}` },
    svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y }),
    svg("text", { x: LEFT - 5, y: y + 4, "text-anchor": "end" }, score),
  );
}

/** @param {string[]} models */
function key(models) {
  return h(
    "span",
    { class: "key" },
    models.map((model, place) =>
      h(
        "span",
        {},
        svg(
          "svg",
          {
            viewBox: "0 0 12 12",
            width: 12,
            height: 12,
            "aria-hidden": true,
            class: `point model-${place % SHAPES.length}`,
          },
          mark(SHAPES[place % SHAPES.length], 6, 6),
        ),
        ` ${model}`,
      )
    ),
  );
}

/** @param {string} shape @param {number} x @param {number} y */
function mark(shape, x, y) {
  const r = RADIUS;
  if (shape === "circle") return svg("circle", { cx: x, cy: y, r });
  if (shape === "square") return svg("rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r });
  const points = shape === "diamond"
    ? [[x, y - r - 1], [x + r + 1, y], [x, y + r + 1], [x - r - 1, y]]
    : [[x, y - r], [x + r, y + r], [x - r, y + r]];
  return svg("polygon", { points: points.join(" ") });
}
