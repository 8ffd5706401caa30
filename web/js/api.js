/** The API under /v1: JSON in and out, refusals as `Problem`, the token from the session. */

import { answered, Problem, retryAfter } from "./problem.js";
import { renewedSession, session, sessionRefused } from "./session.js";

export { Problem };

/**
 * @typedef {object} Options
 * @property {Record<string, string | number | boolean | null | undefined>} [query] empty values are left away
 * @property {unknown} [body] sent as JSON
 * @property {string} [key] idempotency key: the same for every try of the same wish
 * @property {AbortSignal} [signal]
 */
/**
 * @template T
 * @typedef {{data: T, retryAfter: number | null}} Answer `retryAfter` in seconds, while work is unfinished
 */

/** A little longer than the API's functions may run. */
const LONGEST_MS = 30_000;

/**
 * @template T
 * @param {string} method
 * @param {string} path below /v1
 * @param {Options} [options]
 * @returns {Promise<Answer<T>>}
 */
export async function call(method, path, options = {}) {
  const now = await session();
  let answer = await send(method, path, options, now);
  if (answer.response.status === 401) {
    answer = await send(method, path, options, await renewedSession(now));
    if (answer.response.status === 401) await sessionRefused();
  }
  const { response, told } = answer;
  if (!response.ok) throw refusal(response, told);
  return { data: told, retryAfter: retryAfter(response) };
}

/** @template T @param {string} path @param {Options} [options] @returns {Promise<T>} */
export const get = async (path, options) => (await call("GET", path, options)).data;

/** @template T @param {string} path @param {unknown} [body] @param {Options} [options] @returns {Promise<T>} */
export const post = async (path, body, options) => (await call("POST", path, { ...options, body })).data;

/** @template T @param {string} path @param {unknown} body @param {Options} [options] @returns {Promise<T>} */
export const patch = async (path, body, options) => (await call("PATCH", path, { ...options, body })).data;

/** @template T @param {string} path @param {Options} [options] @returns {Promise<T>} `null` where nothing is left to say */
export const remove = async (path, options) => (await call("DELETE", path, options)).data;

/** A key for one wish: kept over retries, new when the wish changes. */
export function newKey() {
  return crypto.randomUUID();
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Options} options
 * @param {import("./session.js").Session} session
 */
function send(method, path, { query = {}, body, key, signal }, { token }) {
  /** @type {Record<string, string>} */
  const headers = { authorization: `Bearer ${token}` };
  if (key) headers["idempotency-key"] = key;
  if (body !== undefined) headers["content-type"] = "application/json";
  const late = AbortSignal.timeout(LONGEST_MS);
  const request = {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, late]) : late,
    cache: /** @type {const} */ ("no-store"),
  };
  return answered(async () => {
    const response = await fetch(address(path, query), request);
    return { response, told: await read(response) };
  }, { signal });
}

/** What an answer holds. Of a refusal the status is enough: the gateway's are not JSON. @param {Response} response */
function read(response) {
  if (response.status === 204) return null;
  return response.ok ? response.json() : response.json().catch(() => ({}));
}

/** @param {string} path @param {NonNullable<Options["query"]>} query */
function address(path, query) {
  const given = Object.entries(query).filter(([, value]) =>
    value !== null && value !== undefined && value !== ""
  );
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `/v1${path}${text && `?${text}`}`;
}

/** @param {Response} response @param {any} told */
function refusal(response, told) {
  const detail = told.detail ?? gateway(response.status) ?? told.message ??
    `Likeness answered ${response.status}.`;
  return new Problem(response.status, told.code ?? "refused", detail, {
    errors: told.errors ?? [],
    retryAfter: retryAfter(response),
    told,
  });
}

/** What the gateway itself refuses comes without words for people. @param {number} status */
function gateway(status) {
  /** @type {Record<number, string>} */
  const words = {
    401: "You are not signed in, or your sign-in has ended. Load the page again.",
    413: "That is too large to be sent.",
    429: "Too many requests at once. Wait a moment and try again.",
    503: "Likeness does not answer just now. Try again in a moment.",
  };
  return words[status];
}
