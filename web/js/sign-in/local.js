/** On one's own machine there is nothing to type: the local server hands out a token. */

import { answered, Problem } from "../problem.js";

/**
 * @param {import("../session.js").LocalSignIn} way
 * @returns {import("../session.js").SignIn}
 */
export function localSignIn({ token_url }) {
  /** @type {import("../session.js").Session | null} */
  let held = null;
  return {
    current: () => held,
    renew: async () => (held = await token(token_url)),
    page: null,
  };
}

/** @param {string} url @returns {Promise<import("../session.js").Session>} */
async function token(url) {
  const { status, told } = await answered(async () => {
    const answer = await fetch(url, { method: "POST" });
    return { status: answer.status, told: await answer.json() };
  });
  if (status === 200) return told;
  throw new Problem(status, told.code, told.detail ?? `No token was given by this machine (${status}).`);
}
