/** What generations and their failures are called. */

/** @typedef {import("../../api-types.d.ts").GenerationView} Generation */
/** @typedef {import("../../api-types.d.ts").ErrorView} Failure */

/** @type {Record<string, string>} */
const TITLES = {
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
/** @type {Record<Failure["failure_stage"], string>} */
const STAGES = {
  validating: "before it began: what was given is no use",
  moderating: "while its words were checked",
  submitting: "while it was handed to the model",
  generating: "while it was drawn",
  uploading: "while it was stored",
  persisting: "while it was recorded",
};
/** @type {Record<Failure["class"], string>} */
const ADVICE = {
  AUTH_ERROR: "The provider does not accept this deployment's key; whoever runs Likeness has to see to it.",
  RATE_LIMIT: "The provider is busy. Try again in a few minutes.",
  TEMPORARY: "This passes: try again.",
  TIMEOUT: "It took too long. Try again.",
  PERMANENT: "",
};
/** @type {Record<string, string>} */
const SPECIAL = {
  content_blocked_input: "Change the words.",
  content_blocked_output: "Another draw may pass; changed words are surer.",
  mask_size_mismatch: "Make the mask as large as the picture.",
  model_retired: "Choose another model.",
};

/** @param {string} mode */
export const titleOf = (mode) => TITLES[mode] ?? mode;

/** Where it failed. @param {Failure} failure */
export const stageOf = ({ failure_stage }) => `Failed ${STAGES[failure_stage]}.`;

/** What can be done about it. @param {Failure} failure */
export const adviceOn = ({ code, class: kind }) => SPECIAL[code] ?? ADVICE[kind];

/** How far it is, in one sentence. @param {Generation} generation */
export function progressOf({ progress, status, final, items }) {
  const { total, completed, failed, cancelled } = progress;
  const parts = [`${completed} of ${total} ${total === 1 ? "image is" : "images are"} ready`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (cancelled > 0) parts.push(`${cancelled} stopped`);
  const told = `${parts.join(", ")}.`;
  if (completed + failed + cancelled < total) {
    return status === "queued" ? `${told} Waiting for its turn.` : told;
  }
  const late = items.some(({ error }) => error?.class === "TIMEOUT");
  if (!final && late) return `${told} What took too long may still arrive.`;
  return told;
}
