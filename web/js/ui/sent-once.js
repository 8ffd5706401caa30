/** Files of this device that requests name: sent once, and anew only when they have been used. */

import { Problem } from "../api.js";
import { upload } from "../uploads.js";

/**
 * @typedef {object} Sent
 * @property {string | null} id of the latest upload, used or not; null until one has arrived
 * @property {() => Promise<string>} ready an upload that no request has used; all who ask meanwhile wait for one flight
 * @property {() => void} forget the upload is used up, or has expired: the next `ready` sends the file anew
 */

/**
 * @param {File} file
 * @param {{progress: (share: number | null) => void, signal: AbortSignal}} way `progress(null)` once nothing is on its way
 * @returns {Sent}
 */
export function sentOnce(file, { progress, signal }) {
  /** @type {Promise<string> | null} */
  let flight = null;

  async function send() {
    progress(0);
    try {
      return (sent.id = await upload(file, { progress, signal }));
    } catch (error) {
      flight = null;
      throw error;
    } finally {
      progress(null);
    }
  }

  /** @type {Sent} */
  const sent = {
    id: null,
    ready: () => (flight ??= send()),
    forget: () => (flight = null),
  };
  return sent;
}

/**
 * Runs a request once its uploads are there. Where one of them was used up by an answer that was lost, or has
 * expired, all go along anew. A refusal has written nothing: `request` may carry the same key again.
 * @template T
 * @param {Sent[]} sent
 * @param {() => Promise<T>} request names the uploads by their ids as they are when it runs
 * @returns {Promise<T>}
 */
export async function withUploads(sent, request) {
  await allReady(sent);
  const answer = await request().catch(async (error) => {
    if (!(error instanceof Problem) || error.code !== "upload_expired") throw error;
    sent.forEach((one) => one.forget());
    await allReady(sent);
    return request();
  });
  sent.forEach((one) => one.forget());
  return answer;
}

/** One after another: a slow line carries one picture sooner than two. @param {Sent[]} sent */
async function allReady(sent) {
  for (const one of sent) await one.ready();
}
