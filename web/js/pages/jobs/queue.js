/** What waits: how long each lane is, and where one's own jobs stand. */

import { fill, h } from "../../dom.js";
import { duration, moment } from "../../format.js";
import { failure } from "../../ui/states.js";
import { keptFresh } from "./kept-fresh.js";

/** @typedef {import("../../api-types.d.ts").QueueView} Queue */
/** @typedef {import("../../api-types.d.ts").LaneView} Lane */

const EVERY_SECONDS = 10;
const LANES = { priority: "Priority, paid plans", standard: "Standard, free plans" };

/** @param {AbortSignal} signal */
export function queueSection(signal) {
  const lanes = h("tbody", {});
  const own = h("div", { role: "status" }, h("p", { class: "loading" }, "Loading …"));
  let shown = "";
  const read = () =>
    keptFresh("/queue", {
      signal,
      every: EVERY_SECONDS,
      got: (/** @type {Queue} */ queue) => {
        fill(lanes, queue.lanes.map(laneRow));
        const now = JSON.stringify(queue.own);
        if (now !== shown) fill(own, ownPlaces(queue));
        shown = now;
      },
      failed: (error) => fill(own, failure(error, read)),
    });
  read();
  return h(
    "section",
    { class: "sheet" },
    h("h2", {}, "The queue"),
    h(
      "div",
      { class: "scroll-x" },
      h(
        "table",
        { "aria-label": "Lanes of the queue" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ["Lane", "Waiting", "At work", "Longest wait"].map((words) => h("th", { scope: "col" }, words)),
          ),
        ),
        lanes,
      ),
    ),
    own,
  );
}

/** @param {Lane} lane */
function laneRow({ lane, waiting, in_flight, oldest_age_seconds }) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, LANES[lane]),
    h("td", {}, waiting),
    h("td", {}, in_flight),
    h("td", {}, oldest_age_seconds === null ? "–" : duration(oldest_age_seconds * 1000)),
  );
}

/** @param {Queue} queue */
function ownPlaces({ own }) {
  if (own.length === 0) return h("p", { class: "soft own-places" }, "None of your jobs waits.");
  return h(
    "ul",
    { class: "plain own-places" },
    own.map(({ generation_id, position, estimated_completion_at }) =>
      h(
        "li",
        {},
        h("a", { href: `#/jobs/${generation_id}` }, "Your job"),
        ` is number ${position}`,
        estimated_completion_at && `, ready about ${moment(estimated_completion_at)}`,
        ".",
      )
    ),
  );
}
