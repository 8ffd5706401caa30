/** Who is signed in: the bearer token, made by this machine or by a hosted sign-in page. */

/** @typedef {{token: string, expires_at: string, owner: string | null}} Session */
/** @typedef {{type: "local", token_url: string}} LocalSignIn */
/** @typedef {{type: "cognito", domain: string, client_id: string, scopes: string[]}} CognitoSignIn */
/** @typedef {{type: "oidc", issuer: string, client_id: string, scopes: string[]}} OidcSignIn */
/** @typedef {{sign_in: LocalSignIn | CognitoSignIn | OidcSignIn}} Configuration */
/** @typedef {{current(): Promise<Session>, renew(): Promise<Session>, signOut: (() => void) | null}} SignIn */

const SOON_MS = 60_000;

/** @type {Promise<SignIn> | undefined} */
let signingIn;

/** @returns {Promise<SignIn>} */
function signIn() {
  signingIn ??= begin();
  signingIn.catch(() => (signingIn = undefined));
  return signingIn;
}

/** The session; renewed first where it ends within a minute. Leaves the page to sign in where there is none. */
export async function session() {
  const way = await signIn();
  const now = await way.current();
  return Date.parse(now.expires_at) - Date.now() < SOON_MS ? way.renew() : now;
}

/** A new token, after the API refused the one there was. */
export async function renewedSession() {
  return (await signIn()).renew();
}

/** What signs out, or null where there is nothing to sign out of. */
export async function signOut() {
  return (await signIn()).signOut;
}

/** @returns {Promise<SignIn>} */
async function begin() {
  const answer = await fetch("config.json");
  if (!answer.ok) throw new Error(`The studio's configuration cannot be read (${answer.status}).`);
  /** @type {Configuration} */
  const { sign_in } = await answer.json();
  if (sign_in.type === "local") {
    const { localSignIn } = await import("./sign-in/local.js");
    return localSignIn(sign_in);
  }
  const { hostedSignIn } = await import("./sign-in/hosted.js");
  return hostedSignIn(sign_in);
}
