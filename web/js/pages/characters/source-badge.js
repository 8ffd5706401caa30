/** How far a source photo is, in one badge: checks first, then the face that scores are measured against. */

import { badge } from "../../ui/badges.js";

/** @typedef {import("../../api-types.d.ts").SourceImageView} Source */

/** Whether it is still being looked at. @param {Source} source */
export const awaited = ({ qa, embedding }) => qa.status === "pending" || embedding.status === "pending";

/** @param {Source | null} source */
export function sourceBadge(source) {
  if (!source) return badge("No photo yet");
  if (awaited(source)) return badge("… Checking the photo", "busy");
  if (source.qa.status === "failed") return badge("✕ Photo cannot be used", "bad");
  if (source.embedding.status === "failed") return badge("! Face not measured", "warn");
  if (source.qa.status === "warned") return badge("! Usable, with remarks", "warn");
  return badge("✓ Ready", "good");
}
