/** Sends a request from the studio: what is missing is told first, used-up pictures go along anew. */

import { post, Problem } from "../../api.js";
import { withUploads } from "../../ui/sent-once.js";
import { listed, missingWords } from "./missing.js";

/** @typedef {import("../../api-types.d.ts").GenerationView} Generation */
/** @typedef {import("../../ui/sent-once.js").Sent} Sent */

/** @param {string[]} names of fields */
export function refuseUnfinished(names) {
  if (names.length === 0) return;
  const errors = names.map((name) => ({
    pointer: `/${name}`,
    code: "required",
    detail: `Still needed: ${missingWords(name)}.`,
  }));
  throw new Problem(422, "incomplete", `Still needed: ${listed(names.map(missingWords))}.`, { errors });
}

/**
 * @param {() => Record<string, unknown>} body asked again when pictures had to be sent anew
 * @param {Sent[]} sent
 * @param {string} key
 * @returns {Promise<Generation>}
 */
export function sendRequest(body, sent, key) {
  return withUploads(sent, () => post("/generations", body(), { key }));
}
