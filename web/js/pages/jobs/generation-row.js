/** One generation in the list; while it runs, the row follows it. */

import { fill, h } from "../../dom.js";
import { ago, moment, money } from "../../format.js";
import { poll } from "../../poll.js";
import { statusBadge } from "../../ui/badges.js";
import { modeWords } from "../words.js";

/** @typedef {import("../../api-types.d.ts").GenerationSummaryView} Summary */

const EVERY_SECONDS = 5;

/** @param {Summary} summary @param {AbortSignal} signal */
export function generationRow(summary, signal) {
  const status = h("span", { class: "job-status" });
  const progress = h("span", { class: "job-progress" });
  const cost = h("span", { class: "job-cost" });
  let shown = "";

  /** @param {Summary} now */
  function update(now) {
    const told = JSON.stringify([now.status, now.progress, now.cost, now.completed_at]);
    if (told === shown) return;
    shown = told;
    fill(status, statusBadge(now.status));
    fill(progress, ...progressParts(now));
    fill(cost, costWords(now));
  }

  update(summary);
  if (!summary.completed_at) {
    const path = `/generations/${summary.id}`;
    poll(path, { signal, every: EVERY_SECONDS, got: update, failed: () => {} });
  }
  const { id, mode, created_at, retry_of } = summary;
  return h(
    "li",
    { class: "job" },
    h("a", { href: `#/jobs/${id}`, class: "job-name" }, modeWords(mode)),
    status,
    progress,
    cost,
    h(
      "span",
      { class: "job-date soft" },
      h("time", { datetime: created_at, title: moment(created_at) }, ago(created_at)),
      retry_of && " · a retry",
    ),
  );
}

/** @param {Summary} summary */
function progressParts({ progress, completed_at }) {
  const { total, completed, failed, cancelled } = progress;
  const told = [`${completed} of ${total} ready`];
  if (failed > 0) told.push(`${failed} failed`);
  if (cancelled > 0) told.push(`${cancelled} stopped`);
  const ended = completed + failed + cancelled;
  return [
    !completed_at && h("progress", { max: total, value: ended, "aria-label": "Images that have ended" }),
    told.join(", "),
  ];
}

/** @param {Summary} summary */
const costWords = ({ cost, completed_at }) =>
  completed_at ? money(cost.actual_usd) : `About ${money(cost.estimated_usd)}`;
