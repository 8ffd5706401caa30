/** What the month has used: the quota as a bar, places at work, requests, storage. */

import { fill, h } from "../../dom.js";
import { counted, size, whole } from "../../format.js";
import { failure, loading } from "../../ui/states.js";
import { keptFresh } from "./kept-fresh.js";

/** @typedef {import("../../api-types.d.ts").UsageView} Usage */

const EVERY_SECONDS = 20;
const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeZone: "UTC" });

/** @param {AbortSignal} signal */
export function usageSection(signal) {
  const place = h("div", {}, loading());
  let shown = "";
  const read = () =>
    keptFresh("/usage", {
      signal,
      every: EVERY_SECONDS,
      got: (/** @type {Usage} */ usage) => {
        const now = JSON.stringify(usage);
        if (now !== shown) fill(place, ...usageParts(usage));
        shown = now;
      },
      failed: (error) => fill(place, failure(error, read)),
    });
  read();
  return h("section", { class: "sheet" }, h("h2", {}, "This month"), place);
}

/** @param {Usage} usage */
function usageParts(usage) {
  const { images_used, images_left, images_limit, resets_at, stored } = usage;
  return [
    h(
      "p",
      { class: "quota" },
      h("strong", {}, whole(images_left)),
      ` of ${counted(images_limit, "image")} left`,
    ),
    h("meter", {
      class: images_left === 0 ? "spent" : "",
      min: 0,
      max: images_limit,
      value: images_used,
      "aria-label": `Images used: ${whole(images_used)} of ${whole(images_limit)}`,
    }),
    h(
      "p",
      { class: "soft" },
      `${whole(images_used)} used, on the ${usage.plan} plan. Full again on ${
        DATE.format(new Date(resets_at))
      }, at midnight UTC.`,
    ),
    h(
      "dl",
      { class: "facts" },
      h("dt", {}, "At work"),
      h("dd", {}, `${usage.in_flight} of ${counted(usage.in_flight_limit, "job")} side by side`),
      h("dt", {}, "Requests"),
      h("dd", {}, `At most ${whole(usage.requests_per_minute)} a minute`),
      h("dt", {}, "Stored"),
      h("dd", {}, `${counted(stored.images, "picture")}, ${size(stored.bytes)}`),
    ),
  ];
}
