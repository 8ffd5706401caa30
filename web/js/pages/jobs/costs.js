/** What it cost, by day and by what was made. */

import { get } from "../../api.js";
import { fill, h } from "../../dom.js";
import { counted, money, whole } from "../../format.js";
import { barPlot } from "../../ui/plot.js";
import { failure, loading } from "../../ui/states.js";
import { modeWords } from "../words.js";

/** @typedef {import("../../api-types.d.ts").CostsView} Costs */
/** @typedef {import("../../api-types.d.ts").CostRowView} Row */

const DAYS = 30;
const DAY_MS = 86_400_000;
const SHORT_DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const CENTS = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const HEAD = ["Jobs", "Estimated", "Actual", "Mean of a job"];

/** @param {AbortSignal} signal */
export function costSection(signal) {
  const plots = [
    costPlot("By day", "day", byDay, signal),
    costPlot("By what was made", "mode", byMode, signal),
  ];
  const section = h(
    "section",
    { class: "sheet" },
    h("h2", {}, "What it cost"),
    h("div", { class: "two" }, plots),
  );
  return Object.assign(section, { reload: () => plots.forEach((plot) => plot.reload()) });
}

/**
 * @param {string} title
 * @param {Costs["group_by"]} group
 * @param {(rows: Row[]) => HTMLElement} plot
 * @param {AbortSignal} signal
 */
function costPlot(title, group, plot, signal) {
  const place = h("div", {}, loading());
  const read = async () => {
    try {
      /** @type {Costs} */
      const { data } = await get("/costs", { query: { group_by: group }, signal });
      fill(place, data.length > 0 ? plot(data) : h("p", { class: "soft" }, "Nothing has been charged yet."));
    } catch (error) {
      if (!signal.aborted) fill(place, failure(/** @type {Error} */ (error), read));
    }
  };
  read();
  return Object.assign(h("div", {}, h("h3", {}, title), place), { reload: read });
}

/** The last days up to today, those without cost between them. @param {Row[]} rows newest first */
function byDay(rows) {
  const found = new Map(rows.map((row) => [row.key, row]));
  const today = Date.now();
  const first = Math.max(Date.parse(rows[rows.length - 1].key), today - (DAYS - 1) * DAY_MS);
  const keys = [];
  for (let day = today; isoDay(day) >= isoDay(first); day -= DAY_MS) keys.unshift(isoDay(day));
  const bars = keys.map((key) => barOf(dayWords(key), found.get(key)));
  const sum = keys.reduce((all, key) => all + (found.get(key)?.actual.sum_usd ?? 0), 0);
  return barPlot({
    title: "Cost by day",
    description: `${money(sum)} in the last ${counted(keys.length, "day")}. ${highest(bars)}`,
    categories: "Day (UTC)",
    unit: "Cost in USD",
    bars,
    tick: (value) => CENTS.format(value),
    table: { head: ["Day", ...HEAD], rows: rows.map((row) => cells(row.key, row)) },
  });
}

/** @param {Row[]} rows */
function byMode(rows) {
  const most = rows.toSorted((one, other) => other.actual.sum_usd - one.actual.sum_usd);
  const bars = most.map((row) => barOf(modeWords(row.key), row));
  return barPlot({
    title: "Cost by what was made",
    description: `Since the first job. ${highest(bars)}`,
    categories: "What was made",
    unit: "Cost in USD",
    kind: "rows",
    bars,
    tick: (value) => CENTS.format(value),
    table: { head: ["What was made", ...HEAD], rows: most.map((row) => cells(modeWords(row.key), row)) },
  });
}

/** @param {string} label @param {Row | undefined} row */
function barOf(label, row) {
  const value = row?.actual.sum_usd ?? 0;
  return { label, value, text: money(Math.round(value * 100) / 100) };
}

/** @param {import("../../ui/plot.js").Bar[]} bars */
function highest(bars) {
  const top = bars.reduce((one, other) => (other.value > one.value ? other : one));
  return `Highest: ${top.label}, ${top.text}.`;
}

/** @param {string} name @param {Row} row */
const cells = (name, { count, estimated, actual }) => [
  name,
  whole(count),
  money(estimated.sum_usd),
  money(actual.sum_usd),
  money(actual.mean_usd),
];

/** @param {number} time */
const isoDay = (time) => new Date(time).toISOString().slice(0, 10);

/** @param {string} key */
const dayWords = (key) => SHORT_DAY.format(new Date(key));
