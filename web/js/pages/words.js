/** What modes are called, and what can be done about a failure: the same words on every page. */

import { words } from "../format.js";

/** @typedef {import("../api-types.d.ts").ErrorView} Failure */

/** @type {Record<string, string>} */
export const MODES = {
  imagine: "Image from words",
  portrait: "Portraits",
  redesign: "Room restyled",
  staging: "Room furnished",
  compose: "Pictures composed",
  face_swap: "Face onto a picture",
  asset: "Project asset",
  variant: "Variants",
  reference: "Reference kit",
};
/** @type {Record<Failure["class"], string>} */
const BY_CLASS = {
  AUTH_ERROR: "Whoever runs this deployment has to see to the provider’s key or credit.",
  RATE_LIMIT: "The provider is busy. Try again in a few minutes.",
  TEMPORARY: "This often passes: try again.",
  TIMEOUT: "It took too long. Try again.",
  PERMANENT: "Unchanged, it would most likely fail again.",
};
/** @type {Record<string, string>} */
const BY_CODE = {
  content_blocked_input: "Change the words.",
  content_blocked_output: "Another draw may pass; changed words are surer.",
  mask_size_mismatch: "Make the mask as large as the picture.",
  model_retired: "Choose another model.",
};

/** @param {string} mode */
export const modeWords = (mode) => MODES[mode] ?? words(mode);

/** What can be done about a failure, in a sentence. @param {Failure} failure */
export const adviceOn = ({ code, class: kind }) => BY_CODE[code] ?? BY_CLASS[kind];
