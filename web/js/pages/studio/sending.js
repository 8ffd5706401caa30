/** Sends a request from the studio: what is missing is told first, used-up pictures go along anew. */

import { newKey, post, Problem } from "../../api.js";
import { listed, missingWords } from "./missing.js";

/** @typedef {import("../../api-types.d.ts").GenerationView} Generation */
/** @typedef {import("./sent.js").Sent} Sent */

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
export async function sendRequest(body, sent, key) {
  for (const one of sent) await one.ready();
  try {
    return await taken(body(), sent, key);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "upload_expired") throw error;
    for (const one of sent) await one.send();
    return taken(body(), sent, newKey());
  }
}

/** @param {Record<string, unknown>} body @param {Sent[]} sent @param {string} key @returns {Promise<Generation>} */
async function taken(body, sent, key) {
  /** @type {Generation} */
  const generation = await post("/generations", body, { key });
  for (const one of sent) one.spent = true;
  return generation;
}
