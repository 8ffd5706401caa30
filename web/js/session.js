/** Who is signed in: the bearer token, made by this machine or by a hosted sign-in page. */

import { answered, isSignedOut, signedOut } from "./problem.js";

/** @typedef {{token: string, expires_at: string | null, owner: string | null}} Session `expires_at`: null where nobody said */
/** @typedef {{type: "local", token_url: string}} LocalSignIn */
/** @typedef {{type: "cognito", domain: string, client_id: string, scopes: string[]}} CognitoSignIn */
/** @typedef {{type: "oidc", issuer: string, client_id: string, scopes: string[]}} OidcSignIn */
/** @typedef {{sign_in: LocalSignIn | CognitoSignIn | OidcSignIn}} Configuration */
/**
 * @typedef {object} SignIn
 * @property {() => Session | null} current
 * @property {() => Promise<Session>} renew rejects with `signed_out` where only the hosted page can help
 * @property {HostedPage | null} page
 */
/**
 * @typedef {object} HostedPage
 * @property {() => boolean} mayLeave whether nobody was sent there in vain: otherwise only a press leads there
 * @property {() => Promise<never>} leave goes there
 * @property {() => void} arrived a session was had
 * @property {() => void} signOut
 */

const SOON_MS = 60_000;

/** @type {Promise<SignIn> | undefined} */
let signingIn;
/** @type {Promise<Session> | undefined} */
let renewing;
let tellSignedOut = () => {};

/**
 * The first session of a visit: without one, the page is left for the hosted one.
 * @param {() => void} ended told whenever a later request finds that the sign-in has ended
 */
export async function openSession(ended) {
  const { page } = await signIn();
  try {
    await session();
  } catch (error) {
    if (!isSignedOut(error) || !page?.mayLeave()) throw error;
    return page.leave();
  }
  page?.arrived();
  tellSignedOut = ended;
}

/** The session; renewed first where it ends within a minute. */
export async function session() {
  const way = await signIn();
  const now = way.current();
  if (now && left(now) > SOON_MS) return now;
  try {
    return await renew(way);
  } catch (error) {
    if (now && left(now) > 0) return now;
    throw error;
  }
}

/** A new token, after the API refused one. @param {Session} refused */
export async function renewedSession(refused) {
  const way = await signIn();
  const now = way.current();
  return now && now.token !== refused.token ? now : renew(way);
}

/** The API refuses even a new token: where there is a hosted page, only it can help. */
export async function sessionRefused() {
  if ((await signIn()).page) throw ended(signedOut());
}

/** Leaves for the hosted page, at a press of the reader's. */
export async function signInAgain() {
  await (await signIn()).page?.leave();
}

/** What signs out, or null where there is nothing to sign out of. */
export async function signOut() {
  return (await signIn()).page?.signOut ?? null;
}

/** One renewal at a time: a refresh token may be good for a single one. @param {SignIn} way */
function renew(way) {
  renewing ??= way.renew()
    .catch((error) => {
      throw ended(error);
    })
    .finally(() => (renewing = undefined));
  return renewing;
}

/** @template E @param {E} error @returns {E} */
function ended(error) {
  if (isSignedOut(error)) tellSignedOut();
  return error;
}

/** How long a session lasts, in milliseconds. @param {Session} session */
function left({ expires_at }) {
  return expires_at === null ? Infinity : Date.parse(expires_at) - Date.now();
}

/** @returns {Promise<SignIn>} */
function signIn() {
  signingIn ??= begin();
  signingIn.catch(() => (signingIn = undefined));
  return signingIn;
}

/** @returns {Promise<SignIn>} */
async function begin() {
  const { sign_in } = await configuration();
  if (sign_in.type === "local") {
    const { localSignIn } = await import("./sign-in/local.js");
    return localSignIn(sign_in);
  }
  const { hostedSignIn } = await import("./sign-in/hosted.js");
  return hostedSignIn(sign_in);
}

/** @returns {Promise<Configuration>} */
function configuration() {
  return answered(async () => {
    const answer = await fetch("config.json");
    if (!answer.ok) throw new Error(`config.json: ${answer.status}`);
    return answer.json();
  });
}
