/** Whether a photo can be used, in sentences: its checks, and the face that scores are measured against. */

import { h } from "../../dom.js";
import { counted, words } from "../../format.js";
import { checkList } from "../../ui/badges.js";
import { sourceBadge } from "../characters/source-badge.js";

/** @typedef {import("../../api-types.d.ts").SourceImageView} Source */
/** @typedef {import("../../api-types.d.ts").QaView} Qa */
/** @typedef {import("../../api-types.d.ts").EmbeddingView} Embedding */

/** @param {Source} source */
export function photoState(source) {
  const noticed = source.qa.checks.filter(({ outcome }) => outcome !== "passed");
  const passed = source.qa.checks.filter(({ outcome }) => outcome === "passed");
  return h(
    "div",
    { class: "stack" },
    h("div", { class: "badges" }, sourceBadge(source)),
    qaWords(source.qa),
    noticed.length > 0 && checkList({ ...source.qa, checks: noticed }),
    passed.length > 0 && h(
      "details",
      {},
      h("summary", {}, `${counted(passed.length, "check")} passed`),
      checkList({ ...source.qa, checks: passed }),
    ),
    h("p", { class: "embedding" }, h("strong", {}, "Face embedding: "), embeddingWords(source.embedding)),
  );
}

/** What the badge leaves open. @param {Qa} qa */
function qaWords(qa) {
  const [first, then] = [verdict(qa), advice(qa)];
  return first !== null && h("p", {}, h("strong", {}, first), " ", then);
}

/** @param {Qa} qa */
function verdict({ status, checks }) {
  if (status === "pending") return "This takes a few seconds.";
  if (status === "passed") return "The photo is good to work with.";
  if (status === "warned") return checks.length > 0 ? null : "The photo was not checked.";
  const faces = checks.find(({ name, outcome }) => name === "face_count" && outcome === "failed");
  if (faces) {
    return faces.value < 1 ? "No face was found in this photo." : "This photo shows more than one face.";
  }
  return "This photo cannot be used.";
}

/** @param {Qa} qa */
function advice({ status, checks }) {
  if (status === "pending") return "You can go on meanwhile.";
  if (status === "failed") {
    return "Portraits, kits and variants wait for a photo that passes: one face, upright, sharp, turned to the camera.";
  }
  if (status === "warned" && checks.length === 0) {
    return "This deployment looks at no faces; it is used as it is.";
  }
  return null;
}

/** @type {Record<string, string>} */
const REASONS = {
  no_face: "not made, because no face was found. Likeness scores cannot be measured.",
  multiple_faces:
    "not made, because it is not clear whose face is meant. Likeness scores cannot be measured.",
  no_analyzer: "not made, because this deployment looks at no faces. Likeness scores are not measured.",
};

/** @param {Embedding} embedding */
function embeddingWords({ status, provider, model_version, reason }) {
  if (status === "pending") return "being made …";
  if (status !== "failed") return `made by ${provider} ${model_version}. New pictures are compared with it.`;
  return REASONS[reason ?? ""] ?? `not made${reason ? ` (${words(reason).toLowerCase()})` : ""}.`;
}
