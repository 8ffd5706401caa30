/** Gives a character a photo from this device, in two steps that are each done once however often it is tried. */

import { newKey, post } from "../../api.js";
import { sentOnce, withUploads } from "../../ui/sent-once.js";

/** @typedef {import("../../api-types.d.ts").SourceImageView} Source */

/**
 * @param {string} characterId
 * @param {File} file
 * @param {{progress: (share: number | null) => void, signal: AbortSignal}} way
 * @returns {() => Promise<Source>} may be called again after a failure
 */
export function givesPhoto(characterId, file, { progress, signal }) {
  const sent = sentOnce(file, { progress, signal });
  const key = newKey();
  return () => withUploads([sent], () => setSource(characterId, { upload_id: sent.id }, key, signal));
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
