/** Jobs and usage: what waits, runs and ran; what is left of the month; what it cost and how it went. */

import { fill, h } from "../dom.js";
import { costSection } from "./jobs/costs.js";
import { generationSection } from "./jobs/generations.js";
import { queueSection } from "./jobs/queue.js";
import { statisticsSection } from "./jobs/statistics.js";
import { usageSection } from "./jobs/usage.js";

/** @param {import("../router.js").View} view */
export function show({ root, query, signal }) {
  const sections = [generationSection(query, signal), statisticsSection(query, signal), costSection(signal)];
  const refresh = () => sections.forEach((section) => section.reload());
  fill(
    root,
    h(
      "div",
      { class: "page-head" },
      h("h1", {}, "Jobs and usage"),
      h("div", { class: "actions" }, h("button", { type: "button", onclick: refresh }, "Refresh")),
    ),
    h(
      "div",
      { class: "stack" },
      h("div", { class: "now" }, usageSection(signal), queueSection(signal)),
      sections,
      h(
        "p",
        { class: "soft" },
        "Costs and statistics are summed up some seconds after a job has ended. Days are those of UTC.",
      ),
    ),
  );
}
