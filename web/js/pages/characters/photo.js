/** Gives a character a photo from this device, in two steps that are each done once however often it is tried. */

import { newKey, post, Problem } from "../../api.js";
import { upload } from "../../uploads.js";

/** @typedef {import("../../api-types.d.ts").SourceImageView} Source */

/**
 * @param {string} characterId
 * @param {File} file
 * @returns {(way: {progress: (share: number | null) => void, signal: AbortSignal}) => Promise<Source>}
 *   may be called again after a failure; `progress(null)` once all is sent
 */
export function givesPhoto(characterId, file) {
  let key = newKey();
  /** @type {string | null} */
  let sent = null;
  return async ({ progress, signal }) => {
    try {
      sent ??= await upload(file, { progress, signal });
    } finally {
      progress(null);
    }
    try {
      return await setSource(characterId, { upload_id: sent }, key, signal);
    } catch (error) {
      // An upload that was refused or has expired is of no further use.
      if (error instanceof Problem && !error.passing) [sent, key] = [null, newKey()];
      throw error;
    }
  };
}

/**
 * @param {string} characterId
 * @param {import("../../api-types.d.ts").ImageInputBody} input
 * @param {string} key
 * @param {AbortSignal} signal
 * @returns {Promise<Source>}
 */
export function setSource(characterId, input, key, signal) {
  return post(`/characters/${characterId}/source-image`, input, { key, signal });
}
