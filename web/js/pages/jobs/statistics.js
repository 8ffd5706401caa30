/** How it went: success, speed, likeness, and why images failed. */

import { get } from "../../api.js";
import { fill, h } from "../../dom.js";
import { counted, duration, whole, words } from "../../format.js";
import { choiceField } from "../../ui/fields.js";
import { failure, loading } from "../../ui/states.js";
import { keepInAddress } from "./address.js";
import { failureWords } from "./words.js";

/** @typedef {import("../../api-types.d.ts").StatsView} Stats */

const DAY = "24";
const WEEK = "168";
const SHARE = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });

/** @param {URLSearchParams} query @param {AbortSignal} signal */
export function statisticsSection(query, signal) {
  const place = h("div", { "aria-live": "polite" }, loading());
  const hours = () => (query.get("hours") === WEEK ? WEEK : DAY);

  async function read() {
    const asked = hours();
    try {
      /** @type {Stats} */
      const stats = await get("/stats", { query: { hours: asked }, signal });
      if (asked === hours()) fill(place, ...parts(stats));
    } catch (error) {
      if (!signal.aborted) fill(place, failure(/** @type {Error} */ (error), read));
    }
  }

  const choice = choiceField({
    label: "Of the last",
    name: "hours",
    kind: "radio",
    value: hours(),
    options: [[DAY, "24 hours"], [WEEK, "7 days"]],
  });
  choice.addEventListener("change", (event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    keepInAddress(query, "hours", value === DAY ? "" : value);
    read();
  });
  read();
  const section = h("section", { class: "sheet statistics" }, h("h2", {}, "How it went"), choice, place);
  return Object.assign(section, { reload: read });
}

/** @param {Stats} stats */
function parts(stats) {
  const ended = stats.images_completed + stats.images_failed;
  if (ended === 0 && stats.jobs.every(({ count }) => count === 0)) {
    return [h("p", { class: "soft" }, "Nothing has ended in this time.")];
  }
  return [
    h(
      "dl",
      { class: "figures" },
      figure(
        "Images that succeeded",
        share(stats.success_rate),
        `${whole(stats.images_completed)} of ${whole(ended)}`,
      ),
      figure("Same person", share(stats.consistent_share), "of the faces that were measured"),
      figure("First image after", time(stats.first_image_p50_ms), "in the median"),
      figure("First image after", time(stats.first_image_p95_ms), "in 95 of 100 jobs"),
    ),
    h("div", { class: "two" }, jobTable(stats), failureTable(stats)),
  ];
}

/** @param {string} label @param {string} value @param {string} note */
const figure = (label, value, note) =>
  h(
    "div",
    { class: "figure" },
    h("dt", {}, label),
    h("dd", {}, h("strong", {}, value), h("small", {}, note)),
  );

/** @param {number | null} part */
const share = (part) => (part === null ? "–" : SHARE.format(part));

/** @param {number | null} milliseconds */
const time = (milliseconds) => (milliseconds === null ? "–" : duration(milliseconds));

/** @param {Stats} stats */
function jobTable({ jobs }) {
  return table(
    "Jobs that ended",
    ["How they ended", "Jobs", "Mean duration"],
    jobs.map(({ status, count, mean_duration_ms }) => [words(status), whole(count), time(mean_duration_ms)]),
  );
}

/** @param {Stats} stats */
function failureTable({ failures, images_failed }) {
  if (failures.length === 0) {
    return h("div", {}, h("h3", {}, "Why images failed"), h("p", { class: "soft" }, "None failed."));
  }
  const most = failures.toSorted((one, other) => other.count - one.count);
  return table(
    `Why ${counted(images_failed, "image")} failed`,
    ["Reason", "Images", "Of all"],
    most.map(({ code, count, rate }) => [failureWords(code), whole(count), share(rate)]),
  );
}

/** @param {string} title @param {string[]} head @param {string[][]} rows */
function table(title, head, rows) {
  return h(
    "div",
    {},
    h("h3", {}, title),
    h(
      "table",
      { "aria-label": title },
      h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
      h(
        "tbody",
        {},
        rows.map(([name, ...cells]) =>
          h("tr", {}, h("th", { scope: "row" }, name), cells.map((cell) => h("td", {}, cell)))
        ),
      ),
    ),
  );
}
