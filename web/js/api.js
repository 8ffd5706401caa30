/** The API under /v1: JSON in and out, refusals as `Problem`, the token from the session. */

import { renewedSession, session } from "./session.js";

/** @typedef {import("./api-types.d.ts").FieldError} FieldError */
/**
 * @typedef {object} Options
 * @property {Record<string, string | number | boolean | null | undefined>} [query] empty values are left away
 * @property {unknown} [body] sent as JSON; a FormData as it is
 * @property {string} [key] idempotency key: the same for every try of the same wish
 * @property {AbortSignal} [signal]
 */
/**
 * @template T
 * @typedef {{data: T, retryAfter: number | null}} Answer `retryAfter` in seconds, while work is unfinished
 */

/** A refusal, or an answer that never came (`status` 0). The message is for people. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} detail
   * @param {{errors?: FieldError[], retryAfter?: number | null, told?: Record<string, unknown>}} [more]
   *   `told`: the whole answer, with what a code tells besides, such as the running `generation_ids`
   */
  constructor(status, code, detail, { errors = [], retryAfter = null, told = {} } = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.retryAfter = retryAfter;
    this.told = told;
  }

  /** Whether the same request may succeed later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * @template T
 * @param {string} method
 * @param {string} path below /v1
 * @param {Options} [options]
 * @returns {Promise<Answer<T>>}
 */
export async function call(method, path, options = {}) {
  let response = await send(method, path, options, await session());
  if (response.status === 401) response = await send(method, path, options, await renewedSession());
  if (!response.ok) throw await refusal(response);
  const data = response.status === 204 ? null : await response.json();
  return { data, retryAfter: seconds(response) };
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
async function send(method, path, { query = {}, body, key, signal }, { token }) {
  /** @type {Record<string, string>} */
  const headers = { authorization: `Bearer ${token}` };
  if (key) headers["idempotency-key"] = key;
  const form = body instanceof FormData;
  if (body !== undefined && !form) headers["content-type"] = "application/json";
  try {
    return await fetch(address(path, query), {
      method,
      headers,
      body: form ? body : body === undefined ? undefined : JSON.stringify(body),
      signal,
      cache: "no-store",
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "unreachable", "Likeness cannot be reached. Check the connection and try again.");
  }
}

/** @param {string} path @param {NonNullable<Options["query"]>} query */
function address(path, query) {
  const given = Object.entries(query).filter(([, value]) =>
    value !== null && value !== undefined && value !== ""
  );
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `/v1${path}${text && `?${text}`}`;
}

/** @param {Response} response @returns {Promise<Problem>} */
async function refusal(response) {
  const told = await response.json().catch(() => ({}));
  const detail = told.detail ?? gateway(response.status) ?? told.message ??
    `Likeness answered ${response.status}.`;
  return new Problem(response.status, told.code ?? "refused", detail, {
    errors: told.errors ?? [],
    retryAfter: seconds(response),
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

/** @param {Response} response */
function seconds(response) {
  const value = Number(response.headers.get("retry-after"));
  return value > 0 ? value : null;
}
