/** The token endpoint of a hosted sign-in (RFC 6749). */

import { answered, Problem, retryAfter } from "../problem.js";

/** @typedef {{access_token: string, expires_in?: number, refresh_token?: string}} Granted */

/**
 * @param {string} url
 * @param {Record<string, string>} form
 * @returns {Promise<Granted | null>} null where the grant itself is refused; what passes is thrown
 */
export async function granted(url, form) {
  const { answer, told } = await answered(async () => {
    const answer = await fetch(url, { method: "POST", body: new URLSearchParams(form) });
    return { answer, told: answer.ok ? await answer.json() : null };
  }, { who: "The sign-in service" });
  if (told) return told;
  const problem = new Problem(
    answer.status,
    "sign_in_unavailable",
    "The sign-in service does not answer just now. Try again in a moment.",
    { retryAfter: retryAfter(answer) },
  );
  if (problem.passing) throw problem;
  return null;
}
