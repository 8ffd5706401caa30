/** How far a generation is, and where one of its images failed. */

/** @typedef {import("../../api-types.d.ts").GenerationView} Generation */
/** @typedef {import("../../api-types.d.ts").ErrorView} Failure */

/** @type {Record<Failure["failure_stage"], string>} */
const STAGES = {
  validating: "before it began: what was given is no use",
  moderating: "while its words were checked",
  submitting: "while it was handed to the model",
  generating: "while it was drawn",
  uploading: "while it was stored",
  persisting: "while it was recorded",
};

/** Where it failed. @param {Failure} failure */
export const stageOf = ({ failure_stage }) => `Failed ${STAGES[failure_stage]}.`;

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
