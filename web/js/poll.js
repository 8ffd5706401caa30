/** Reads what is not finished again and again: as often as the API asks, and not in a hidden tab. */

import { call, Problem } from "./api.js";

const LONGEST_SECONDS = 30;

/**
 * Reads until an answer comes without `Retry-After`, or `signal` ends it. A try that fails in passing is
 * repeated after a growing pause; any other refusal goes to `failed` and ends it.
 * @template T
 * @param {string} path
 * @param {{query?: import("./api.js").Options["query"], signal: AbortSignal, got: (data: T) => void, failed: (problem: Error) => void, every?: number, unfinished?: (data: T) => boolean}} way
 *   `unfinished` decides where the API sends no `Retry-After`, such as for lists; `every`: not more often than
 *   once in so many seconds
 * @returns {Promise<void>} settles when there is nothing more to wait for
 */
export async function poll(path, { query, signal, got, failed, every = 2, unfinished = () => false }) {
  let pause = 2;
  while (!signal.aborted) {
    try {
      /** @type {import("./api.js").Answer<T>} */
      const { data, retryAfter } = await call("GET", path, { query, signal });
      if (signal.aborted) return;
      got(data);
      if (retryAfter === null && !unfinished(data)) return;
      pause = Math.min(Math.max(retryAfter ?? 0, every), LONGEST_SECONDS);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Problem) || !error.passing) return failed(/** @type {Error} */ (error));
      pause = Math.min(Math.max(pause * 2, error.retryAfter ?? 0), LONGEST_SECONDS);
    }
    await rest(pause, signal);
    await visible(signal);
  }
}

/** @param {number} seconds @param {AbortSignal} signal @returns {Promise<void>} */
export function rest(seconds, signal) {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, seconds * 1000);
    signal.addEventListener("abort", end);
  });
}

/** Waits while the tab is hidden. @param {AbortSignal} signal @returns {Promise<void>} */
function visible(signal) {
  return new Promise((done) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", look);
      signal.removeEventListener("abort", look);
      done();
    };
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", look);
    look();
  });
}
