/** What is said of a variant, in words for people. */

import { counted, words } from "../../format.js";
import { badge, scoreBadge, statusBadge } from "../../ui/badges.js";

/** @typedef {import("../../api-types.d.ts").VariantView} Variant */
/** @typedef {import("../../api-types.d.ts").VariantStatus} Status */

/** @type {Record<Status, string>} */
export const STATUSES = {
  pending: "Waiting",
  generating: "Being drawn",
  generated: "To review",
  approved: "Approved",
  rejected: "Rejected",
  editing: "Being edited",
};
const PROVENANCES = { generated: "Drawn here", manually_edited: "Edited", manual_upload: "Uploaded" };
/** @type {Record<Status, string>} */
const KINDS = {
  pending: "busy",
  generating: "busy",
  generated: "",
  approved: "good",
  rejected: "bad",
  editing: "warn",
};

/** "Half body, version 2". @param {Variant} variant */
export const named = ({ variant_type, version }) => `${words(variant_type)}, version ${version}`;

/** Status, provenance and score. @param {Variant} variant */
export function variantBadges({ status, provenance, image, similarity, error }) {
  return [
    error ? statusBadge("failed") : badge(STATUSES[status], KINDS[status]),
    badge(PROVENANCES[provenance]),
    image && scoreBadge(similarity),
  ];
}

/** "✓ 6 checks passed". @param {import("../../api-types.d.ts").QaView} qa */
export function checksTold({ status, checks }) {
  if (status === "pending") return "… Checks are running";
  const off = checks.filter(({ outcome }) => outcome !== "passed").length;
  if (status === "passed" || off === 0) return `✓ ${counted(checks.length, "check")} passed`;
  return `${status === "failed" ? "✕" : "!"} ${off} of ${counted(checks.length, "check")} to look at`;
}

/** What became of one that has no picture, and what to do. @param {Variant} variant */
export function failureTold({ error }) {
  if (!error) return "";
  const again = {
    AUTH_ERROR: "Whoever runs this deployment has to see to the provider's key or credit.",
    RATE_LIMIT: "The provider was too busy. Draw it again in a few minutes.",
    TEMPORARY: "This often passes. Draw it again.",
    TIMEOUT: "It took too long. Draw it again.",
    PERMANENT: "The same would fail again: try another prompt, type or workflow.",
  };
  return `${error.message.replace(/[^.!?]$/, "$&.")} ${again[error.class]}`;
}

/** A file's name, without its ending. @param {string} character @param {Variant} variant */
export function fileName(character, { variant_type, version }) {
  const person = character.trim().toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-") || "character";
  return `${person}-${variant_type}-v${version}`;
}

/** What a variant is compared with in the large view. @param {import("../../api-types.d.ts").SourceImageView | null} source */
export const besideSource = (source) => source && { image: source.image, title: "Source photo" };
