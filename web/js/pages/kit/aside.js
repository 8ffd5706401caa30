/** Beside a kit's pictures: the photo they are drawn after, its checks, time and cost. */

import { fill, h } from "../../dom.js";
import { duration, moment, money, size } from "../../format.js";
import { badge, checkList } from "../../ui/badges.js";
import { frame } from "../../ui/pictures.js";
import { ANCHOR, PROMISED_MS, PROMISED_USD, runs } from "./reading.js";

/** @typedef {import("../../api-types.d.ts").KitView} Kit */

/** @type {Record<string, [string, string]>} */
const FITNESS = {
  passed: ["✓ Good to draw after", "good"],
  warned: ["! Usable, with warnings", "warn"],
  failed: ["✕ Cannot be used", "bad"],
};

/** @param {Kit} kit */
export function kitAside(kit) {
  const checks = h("div", {});
  const facts = h("dl", { class: "facts" });
  const { image } = kit.source_image;
  const aside = h(
    "aside",
    { class: "stack", "aria-label": "The photo and the facts" },
    h(
      "section",
      { class: "sheet kit-source" },
      h("h2", {}, "The photo"),
      frame(image, { alt: `Photo of ${kit.name}`, size: "web", kind: "whole" }),
      h("p", { class: "soft" }, `${image.width} × ${image.height} · ${size(image.size_bytes)}`),
      checks,
      kit.character_id &&
        h("p", {}, h("a", { href: `#/characters/${kit.character_id}` }, "Its character")),
    ),
    h("section", { class: "sheet kit-facts" }, h("h2", {}, "Time and cost"), facts),
  );
  let shown = "";

  /** @param {Kit} now */
  function update(now) {
    const { qa } = now.source_image;
    if (qa.status !== shown) fill(checks, checksOf(qa));
    shown = qa.status;
    fill(facts, factsOf(now));
  }

  return Object.assign(aside, { update });
}

/** What needs a look is open, what passed is folded away. @param {import("../../ui/badges.js").Qa} qa */
function checksOf(qa) {
  if (qa.status === "pending") return h("p", { class: "soft" }, "The photo is being looked at …");
  const telling = qa.checks.filter(({ outcome }) => outcome !== "passed");
  const passed = qa.checks.filter(({ outcome }) => outcome === "passed");
  return h(
    "div",
    { class: "stack" },
    h("div", { class: "badges" }, badge(...(FITNESS[qa.status] ?? ["Not known"]))),
    telling.length > 0 && checkList({ ...qa, checks: telling }),
    passed.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, `${passed.length} checks passed`),
        checkList({ ...qa, checks: passed }),
      ),
  );
}

/** @param {Kit} kit */
function factsOf(kit) {
  const { actual_usd, estimated_usd } = kit.cost;
  const took = kit.duration_ms;
  const usual = Object.keys(kit.slots).length === 7;
  return [
    h("dt", {}, "Time"),
    h(
      "dd",
      {},
      time(kit),
      took !== null && kit.slots[ANCHOR]?.image && h("small", {}, ` ${withinPromise(took)}`),
    ),
    h("dt", {}, "Cost"),
    h(
      "dd",
      {},
      money(actual_usd),
      h(
        "small",
        {},
        ` of about ${money(estimated_usd)} estimated${usual ? `; usually ${PROMISED_USD}` : ""}`,
      ),
    ),
    h("dt", {}, "Created"),
    h("dd", {}, h("time", { datetime: kit.created_at }, moment(kit.created_at))),
    h("dt", {}, "Job"),
    h("dd", {}, h("a", { href: `#/jobs/${kit.generation_id}` }, "The latest drawing")),
  ];
}

/** @param {Kit} kit */
function time(kit) {
  if (runs(kit)) return `Being drawn; at most about ${duration(PROMISED_MS)}`;
  return kit.duration_ms === null ? "Not drawn" : duration(kit.duration_ms);
}

/** @param {number} took */
const withinPromise = (took) =>
  took <= PROMISED_MS ? "(within the promised 3 min)" : "(longer than the promised 3 min)";
