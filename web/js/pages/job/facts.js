/** What a generation cost, and how much its images look like their person. */

import { fill, h } from "../../dom.js";
import { ago, counted, duration, moment, money } from "../../format.js";

/** @typedef {import("../../api-types.d.ts").GenerationView} Generation */

export function facts() {
  const element = h("dl", { class: "facts-row" });
  let shown = "";

  /** @param {Generation} generation */
  function draw(generation) {
    const rows = rowsOf(generation);
    const text = JSON.stringify(rows);
    if (text === shown) return;
    shown = text;
    fill(
      element,
      rows.map(([name, value, title]) => h("div", {}, h("dt", {}, name), h("dd", { title }, value))),
    );
  }

  return { element, draw };
}

/** @param {Generation} generation @returns {[name: string, value: string, title?: string][]} */
function rowsOf(
  { cost, likeness, quota, items, created_at, started_at, completed_at, style_capsule, accept, ...rest },
) {
  const closed = completed_at !== null;
  const models = [...new Set(items.flatMap(({ model }) => model ?? []))];
  /** @type {[string, string, string?][]} */
  const rows = [[
    "Cost",
    closed
      ? `${money(cost.actual_usd)} of about ${money(cost.estimated_usd)}`
      : `About ${money(cost.estimated_usd)}`,
  ]];
  rows.push(["Of the month's images", closed ? String(quota.charged) : `${quota.held} held`]);
  if (likeness.mean !== null && likeness.worst !== null) {
    rows.push([
      "Likeness",
      `mean ${likeness.mean.toFixed(1)}, worst ${likeness.worst.toFixed(1)}`,
      `${likeness.consistent} of ${counted(likeness.measured, "measured image")} show the same person`,
    ]);
  }
  if (accept) rows.push(["Bar", `at least ${accept.min_score}, ${counted(accept.max_attempts, "draw")}`]);
  if (models.length > 0) rows.push(["Model", models.join(", ")]);
  if (style_capsule) rows.push(["Style", style_capsule.name]);
  if (closed && started_at) rows.push(["Took", duration(Date.parse(completed_at) - Date.parse(started_at))]);
  rows.push(["Asked for", closed ? moment(created_at) : ago(created_at), rest.id]);
  return rows;
}
