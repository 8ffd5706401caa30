/** Reads something once, telling what goes wrong, and from then on again and again. */

import { get } from "../../api.js";
import { poll, rest } from "../../poll.js";

/**
 * @template T
 * @param {string} path
 * @param {{signal: AbortSignal, every: number, got: (data: T) => void, failed: (problem: Error) => void}} way
 *   `every`: seconds between two reads
 */
export async function keptFresh(path, { signal, every, got, failed }) {
  try {
    got(await get(path, { signal }));
  } catch (error) {
    if (!signal.aborted) failed(/** @type {Error} */ (error));
    return;
  }
  await rest(every, signal);
  await poll(path, { signal, every, got, failed, unfinished: () => true });
}
