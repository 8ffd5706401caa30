/** On one's own machine there is nothing to type: the local server hands out a token. */

/**
 * @param {import("../session.js").LocalSignIn} way
 * @returns {import("../session.js").SignIn}
 */
export function localSignIn({ token_url }) {
  /** @type {Promise<import("../session.js").Session> | undefined} */
  let held;
  const renew = () => {
    held = fetchToken(token_url);
    held.catch(() => (held = undefined));
    return held;
  };
  return { current: () => held ?? renew(), renew, signOut: null };
}

/** @param {string} url @returns {Promise<import("../session.js").Session>} */
async function fetchToken(url) {
  const answer = await fetch(url, { method: "POST" });
  if (!answer.ok) throw new Error(`No token was given by this machine (${answer.status}).`);
  return answer.json();
}
