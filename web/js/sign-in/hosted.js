/**
 * Sign-in on a hosted page: the authorization-code flow with PKCE (RFC 7636), for Cognito and for any
 * OpenID Connect issuer. The code comes back in the query and is taken out of the address at once;
 * tokens live in this tab's session storage and never in an address.
 */

import { signedOut, signInRefused } from "../problem.js";
import { endpointsOf } from "./endpoints.js";
import { challengeOf, randomText } from "./pkce.js";
import { granted } from "./tokens.js";

/** @typedef {import("../session.js").Session & {refresh_token: string | null}} Kept */
/** @typedef {import("./endpoints.js").Endpoints} Endpoints */

const SESSION = "likeness.session";
const PENDING = "likeness.sign-in";
/** Somebody was sent to the sign-in page and has not come back with a session. */
const SENT = "likeness.sent-to-sign-in";

/**
 * @param {import("../session.js").CognitoSignIn | import("../session.js").OidcSignIn} way
 * @returns {Promise<import("../session.js").SignIn>}
 */
export async function hostedSignIn(way) {
  const returned = takeReturned();
  const endpoints = await endpointsOf(way);
  await finish(returned, endpoints, way.client_id);
  return {
    current: kept,
    renew: async () => {
      const token = kept()?.refresh_token;
      if (!token) throw signedOut();
      const form = { grant_type: "refresh_token", client_id: way.client_id, refresh_token: token };
      const tokens = await granted(endpoints.token, form);
      if (!tokens) throw signedOut();
      return keep(tokens, token);
    },
    page: {
      mayLeave: () => sessionStorage.getItem(SENT) === null,
      leave: () => authorize(endpoints, way),
      arrived: () => sessionStorage.removeItem(SENT),
      signOut: () => {
        forget();
        location.assign(endpoints.logout ? logoutAt(endpoints.logout, way) : home());
      },
    },
  };
}

/**
 * Goes to the sign-in page; what is asked for is remembered, so that one comes back to it.
 * @param {Endpoints} endpoints
 * @param {{client_id: string, scopes: string[]}} way
 * @returns {Promise<never>}
 */
async function authorize(endpoints, { client_id, scopes }) {
  const verifier = randomText();
  const state = randomText();
  sessionStorage.setItem(PENDING, JSON.stringify({ verifier, state, page: location.hash }));
  sessionStorage.setItem(SENT, "yes");
  const query = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri: home(),
    scope: scopes.join(" "),
    state,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: "S256",
  });
  location.assign(`${endpoints.authorize}?${query}`);
  return new Promise(() => {}); // the page is being left
}

/** What the sign-in page sent back in the address, which no longer holds it then. */
function takeReturned() {
  const query = new URLSearchParams(location.search);
  if (!query.has("code") && !query.has("error")) return null;
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "null");
  sessionStorage.removeItem(PENDING);
  history.replaceState(null, "", `${location.pathname}${pending?.page ?? location.hash}`);
  return { query, pending };
}

/**
 * Where this page is what the sign-in came back to: the code becomes tokens, once.
 * @param {ReturnType<typeof takeReturned>} returned
 * @param {Endpoints} endpoints
 * @param {string} client_id
 */
async function finish(returned, endpoints, client_id) {
  // An answer that this tab did not ask for is somebody else's: begin anew.
  if (!returned?.pending || returned.query.get("state") !== returned.pending.state) return;
  const { query, pending } = returned;
  const code = query.get("code");
  if (!code) throw signInRefused(query.get("error_description") ?? query.get("error") ?? "no code");
  const form = {
    grant_type: "authorization_code",
    client_id,
    code,
    redirect_uri: home(),
    code_verifier: pending.verifier,
  };
  const tokens = await granted(endpoints.token, form);
  if (!tokens) throw signInRefused("its code was not accepted");
  keep(tokens, null);
}

/**
 * @param {import("./tokens.js").Granted} tokens
 * @param {string | null} refreshToken the one before, where no new one is given
 * @returns {Kept}
 */
function keep(tokens, refreshToken) {
  const { access_token, expires_in, refresh_token } = tokens;
  const session = {
    token: access_token,
    expires_at: expires_in === undefined ? null : new Date(Date.now() + expires_in * 1000).toISOString(),
    owner: null,
    refresh_token: refresh_token ?? refreshToken,
  };
  sessionStorage.setItem(SESSION, JSON.stringify(session));
  return session;
}

/** @returns {Kept | null} */
function kept() {
  return JSON.parse(sessionStorage.getItem(SESSION) ?? "null");
}

/** Everything of who was here, drafts too. A press leads back: by itself it could be the same person at once. */
function forget() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("likeness.")) sessionStorage.removeItem(key);
  }
  sessionStorage.setItem(SENT, "yes");
}

/** @param {string} endpoint @param {{type: string, client_id: string}} way */
function logoutAt(endpoint, { type, client_id }) {
  const back = type === "cognito" ? "logout_uri" : "post_logout_redirect_uri";
  return `${endpoint}?${new URLSearchParams({ client_id, [back]: home() })}`;
}

function home() {
  return `${location.origin}/`;
}
