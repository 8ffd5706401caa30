/** What goes wrong between the studio and a server, as something that can be told to people. */

/** @typedef {import("./api-types.d.ts").FieldError} FieldError */

const SIGNED_OUT = "signed_out";
const SIGN_IN_REFUSED = "sign_in_refused";

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

/** Only the hosted sign-in page can help. */
export function signedOut() {
  return new Problem(
    401,
    SIGNED_OUT,
    "Your sign-in has ended. Press “Sign in again” at the top of the page; what you typed is kept.",
  );
}

/** The sign-in page sent somebody back without a way in. @param {string} why */
export function signInRefused(why) {
  return new Problem(401, SIGN_IN_REFUSED, `The sign-in did not succeed (${why}).`);
}

/** @param {unknown} error */
export function isSignInRefused(error) {
  return error instanceof Problem && error.code === SIGN_IN_REFUSED;
}

/** @param {unknown} error */
export function isSignedOut(error) {
  return error instanceof Problem && error.code === SIGNED_OUT;
}

/**
 * The answer, wholly read. One that never came, or broke off on its way, is a problem that passes.
 * @template T
 * @param {() => Promise<T>} work asks and reads
 * @param {{who?: string, signal?: AbortSignal}} [way] `who` should have answered; `signal` of who asked
 * @returns {Promise<T>}
 */
export async function answered(work, { who = "Likeness", signal } = {}) {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "unreachable", `${who} cannot be reached. Check the connection and try again.`);
  }
}

/** The pause that an answer asks for. @param {Response} response */
export function retryAfter(response) {
  const seconds = Number(response.headers.get("retry-after"));
  return seconds > 0 ? seconds : null;
}
