/**
 * Sign-in on a hosted page: the authorization-code flow with PKCE (RFC 7636), for Cognito and for any
 * OpenID Connect issuer. The code comes back in the query and is taken out of the address at once;
 * tokens live in this tab's session storage and never in an address.
 */

/** @typedef {import("../session.js").Session & {refresh_token: string | null}} Kept */
/** @typedef {{authorize: string, token: string, logout: string | null}} Endpoints */

const SESSION = "likeness.session";
const PENDING = "likeness.sign-in";

/**
 * @param {import("../session.js").CognitoSignIn | import("../session.js").OidcSignIn} way
 * @returns {Promise<import("../session.js").SignIn>}
 */
export async function hostedSignIn(way) {
  const endpoints = await endpointsOf(way);
  const leave = () => authorize(endpoints, way);
  await finish(endpoints, way.client_id);
  return {
    current: () => Promise.resolve(kept() ?? leave()),
    renew: async () => {
      const token = kept()?.refresh_token;
      if (!token) return leave();
      const form = { grant_type: "refresh_token", client_id: way.client_id, refresh_token: token };
      const answer = await post(endpoints.token, form);
      if (answer.ok) return keep(await answer.json(), token);
      if (answer.status >= 500) {
        throw new Error("The sign-in service does not answer. Try again in a moment.");
      }
      return leave();
    },
    signOut: () => {
      sessionStorage.removeItem(SESSION);
      location.assign(
        endpoints.logout
          ? `${endpoints.logout}?${new URLSearchParams({ client_id: way.client_id, logout_uri: home() })}`
          : home(),
      );
    },
  };
}

/** @param {import("../session.js").CognitoSignIn | import("../session.js").OidcSignIn} way @returns {Promise<Endpoints>} */
async function endpointsOf(way) {
  if (way.type === "cognito") {
    return {
      authorize: `${way.domain}/oauth2/authorize`,
      token: `${way.domain}/oauth2/token`,
      logout: `${way.domain}/logout`,
    };
  }
  const answer = await fetch(`${way.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  if (!answer.ok) throw new Error("The sign-in service does not answer. Try again in a moment.");
  const told = await answer.json();
  return { authorize: told.authorization_endpoint, token: told.token_endpoint, logout: null };
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
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri: home(),
    scope: scopes.join(" "),
    state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
  });
  location.assign(`${endpoints.authorize}?${query}`);
  return new Promise(() => {}); // the page is being left
}

/**
 * Where this page is what the sign-in came back to: the code becomes tokens, once.
 * @param {Endpoints} endpoints
 * @param {string} client_id
 */
async function finish(endpoints, client_id) {
  const query = new URLSearchParams(location.search);
  if (!query.has("code") && !query.has("error")) return;
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "null");
  sessionStorage.removeItem(PENDING);
  history.replaceState(null, "", `${location.pathname}${pending?.page ?? ""}`);
  const code = query.get("code");
  // A code that this tab did not ask for is somebody else's: begin anew.
  if (!pending || !code || query.get("state") !== pending.state) return;
  const form = {
    grant_type: "authorization_code",
    client_id,
    code,
    redirect_uri: home(),
    code_verifier: pending.verifier,
  };
  const answer = await post(endpoints.token, form);
  if (!answer.ok) throw new Error("The sign-in was not accepted. Load the page again to sign in.");
  keep(await answer.json(), null);
}

/** @param {string} url @param {Record<string, string>} form */
function post(url, form) {
  return fetch(url, { method: "POST", body: new URLSearchParams(form) });
}

/**
 * @param {{access_token: string, expires_in: number, refresh_token?: string}} granted
 * @param {string | null} refreshToken the one before, where no new one is given
 * @returns {Kept}
 */
function keep(granted, refreshToken) {
  const session = {
    token: granted.access_token,
    expires_at: new Date(Date.now() + granted.expires_in * 1000).toISOString(),
    owner: null,
    refresh_token: granted.refresh_token ?? refreshToken,
  };
  sessionStorage.setItem(SESSION, JSON.stringify(session));
  return session;
}

/** @returns {Kept | null} */
function kept() {
  return JSON.parse(sessionStorage.getItem(SESSION) ?? "null");
}

function home() {
  return `${location.origin}/`;
}

function randomText() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
