/** Bar plots as inline SVG: drawn at the width there is, every value written out, and all of it as a table too. */

import { fill, freshId, h, svg } from "../dom.js";

/** @typedef {{label: string, value: number, text: string}} Bar `text` is the value as people read it */
/**
 * @typedef {object} Plot
 * @property {string} title
 * @property {string} description what it shows, in a sentence
 * @property {string} categories what the labels are, such as "Day"
 * @property {string} unit what the values are, such as "Cost in USD"
 * @property {Bar[]} bars
 * @property {(value: number) => string} tick a value on the axis
 * @property {"columns" | "rows"} [kind] columns for times, rows for names
 * @property {{head: string[], rows: string[][]}} table the same, and what there is no room for
 */
/** @typedef {Plot & {width: number, most: number, step: number}} Drawing */

const NARROWEST = 240;
const COLUMNS = { height: 240, left: 58, right: 10, top: 34, bottom: 48, widest: 56, label: 62 };
const ROWS = { bar: 22, pitch: 34, letter: 6.8, right: 66, top: 8, bottom: 48 };
const TICKS = 4;

/** @param {Plot} plot */
export function barPlot(plot) {
  const place = h("div", {});
  let drawn = 0;
  const sized = new ResizeObserver(([{ contentRect }]) => {
    const width = Math.max(NARROWEST, Math.floor(contentRect.width));
    if (width === drawn) return;
    drawn = width;
    fill(place, drawing(plot, width));
  });
  sized.observe(place);
  return h("figure", { class: "bar-plot", "aria-label": plot.title }, place, tableOf(plot));
}

/** @param {Plot} plot */
function tableOf({ title, table }) {
  const [names, ...numbers] = table.head;
  return h(
    "details",
    {},
    h("summary", {}, "As a table"),
    h(
      "div",
      { class: "scroll-x", tabindex: 0, role: "region", "aria-label": `${title}, as a table` },
      h(
        "table",
        {},
        h("caption", { class: "visually-hidden" }, title),
        h("thead", {}, h("tr", {}, [names, ...numbers].map((words) => h("th", { scope: "col" }, words)))),
        h(
          "tbody",
          {},
          table.rows.map(([name, ...cells]) =>
            h("tr", {}, h("th", { scope: "row" }, name), cells.map((cell) => h("td", {}, cell)))
          ),
        ),
      ),
    ),
  );
}

/** @param {Plot} plot @param {number} width */
function drawing(plot, width) {
  const step = niceStep(Math.max(...plot.bars.map(({ value }) => value)) / TICKS);
  const most = step * TICKS;
  const rows = plot.kind === "rows";
  const height = rows ? ROWS.top + plot.bars.length * ROWS.pitch + ROWS.bottom : COLUMNS.height;
  const id = freshId("plot");
  return svg(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      "aria-labelledby": `${id}-title ${id}-description`,
    },
    svg("title", { id: `${id}-title` }, plot.title),
    svg("desc", { id: `${id}-description` }, plot.description),
    ...(rows ? rowParts : columnParts)({ ...plot, width, most, step }),
  );
}

/** @param {Drawing} drawing */
function columnParts({ bars, categories, unit, tick, width, most, step }) {
  const { height, left, right, top, bottom, widest, label } = COLUMNS;
  const floor = height - bottom;
  const y = (/** @type {number} */ value) => floor - (value / most) * (floor - top);
  const band = (width - left - right) / bars.length;
  const thick = Math.min(widest, band * 0.7);
  const skip = Math.ceil(label / band);
  const parts = [words(unit, 0, 12, "axis")];
  for (let place = 0; place <= TICKS; place += 1) {
    const at = y(place * step);
    parts.push(line(left, at, width - right, at), words(tick(place * step), left - 8, at + 4, "end"));
  }
  bars.forEach(({ label: name, value, text }, place) => {
    const middle = left + (place + 0.5) * band;
    parts.push(
      bar({ x: middle - thick / 2, y: y(value), width: thick, height: floor - y(value) }, name, text),
    );
    if (value > 0 && band >= label) parts.push(words(text, middle, y(value) - 6, "middle value"));
    // Counted from the newest, which is always named.
    if ((bars.length - 1 - place) % skip === 0) parts.push(words(name, middle, floor + 18, "middle"));
  });
  parts.push(words(categories, (left + width - right) / 2, height - 8, "middle axis"));
  return parts;
}

/** @param {Drawing} drawing */
function rowParts({ bars, unit, tick, width, most, step }) {
  const { bar: thick, pitch, letter, right, top, bottom } = ROWS;
  const longest = Math.max(...bars.map(({ label }) => label.length));
  const left = Math.min(12 + longest * letter, width * 0.45);
  const floor = top + bars.length * pitch;
  const x = (/** @type {number} */ value) => left + (value / most) * (width - left - right);
  const parts = [];
  for (let place = 0; place <= TICKS; place += width < 420 ? 2 : 1) {
    const at = x(place * step);
    parts.push(line(at, top, at, floor), words(tick(place * step), at, floor + 18, "middle"));
  }
  bars.forEach(({ label, value, text }, place) => {
    const y = top + place * pitch + (pitch - thick) / 2;
    parts.push(
      words(label, left - 8, y + thick * 0.7, "end"),
      bar({ x: left, y, width: x(value) - left, height: thick }, label, text),
      words(text, x(value) + 6, y + thick * 0.7, "value"),
    );
  });
  parts.push(words(unit, (left + width - right) / 2, floor + bottom - 8, "middle axis"));
  return parts;
}

/** @param {Record<string, number>} shape @param {string} name @param {string} text */
const bar = (shape, name, text) =>
  svg("rect", { class: "bar", rx: 2, ...shape }, svg("title", {}, `${name}: ${text}`));

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 */
const line = (x1, y1, x2, y2) => svg("line", { class: "gridline", x1, y1, x2, y2 });

/** @param {string} text @param {number} x @param {number} y @param {string} kind end, middle, axis, value */
const words = (text, x, y, kind) => svg("text", { class: kind, x, y }, text);

/** The next of 1, 2, 2.5, 5, 10, 20 … that is not below. @param {number} least */
function niceStep(least) {
  if (least <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 2.5, 5].find((one) => one * power >= least * 0.999999) ?? 10;
  return factor * power;
}
