/** States, scores and checks in one or two words; never by colour alone. */

import { h } from "../dom.js";
import { words } from "../format.js";

/** @typedef {import("../api-types.d.ts").SimilarityView} Similarity */
/** @typedef {import("../api-types.d.ts").QaView} Qa */
/** @typedef {import("../api-types.d.ts").CheckView} Check */

/** @type {Record<string, string>} */
const KINDS = {
  queued: "busy",
  processing: "busy",
  generating: "busy",
  uploading: "busy",
  pending: "busy",
  editing: "warn",
  completed: "good",
  ready: "good",
  approved: "good",
  passed: "good",
  partial: "warn",
  warned: "warn",
  best_effort: "warn",
  not_measured: "warn",
  failed: "bad",
  rejected: "bad",
  cancelled: "",
};
const MARKS = { passed: "✓", warned: "!", failed: "✕", pending: "…" };

/** @param {string} status of a generation, item, kit, variant or verdict */
export function statusBadge(status) {
  return h("span", { class: `badge ${KINDS[status] ?? ""}` }, words(status));
}

/** @param {string} text @param {string} [kind] good, warn, bad or busy */
export const badge = (text, kind = "") => h("span", { class: `badge ${kind}` }, text);

/** How much a picture looks like its person, 0 to 100. @param {Similarity | null} similarity */
export function scoreBadge(similarity) {
  if (!similarity || similarity.status === "pending") return badge("Score pending", "busy");
  if (similarity.score === null) {
    return h(
      "span",
      { class: "badge", title: similarity.reason ?? "" },
      similarity.reason ? `Not measured: ${words(similarity.reason).toLowerCase()}` : "Not measured",
    );
  }
  const consistent = similarity.verdict === "consistent";
  const score = similarity.score.toFixed(1);
  return h(
    "span",
    {
      class: `badge ${consistent ? "good" : "warn"}`,
      title: `${
        consistent ? "The same person" : "Not surely the same person"
      }, by ${similarity.provider} ${similarity.model_version}`,
    },
    `${consistent ? "✓" : "!"} Likeness ${score}`,
  );
}

/** Every check with its sentence. @param {Qa} qa */
export function checkList(qa) {
  if (qa.checks.length === 0) return h("p", { class: "soft" }, "The checks have not run yet.");
  return h("ul", { class: "plain stack checks" }, qa.checks.map(checkRow));
}

/** @param {Check} check */
function checkRow({ name, outcome, message }) {
  return h(
    "li",
    { class: "check-row" },
    h("span", { class: `badge ${KINDS[outcome] ?? ""}` }, `${MARKS[outcome]} ${words(name)}`),
    " ",
    h("span", {}, message),
  );
}
