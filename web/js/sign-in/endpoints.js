/** Where a hosted sign-in is asked: known for Cognito, told by any other issuer. */

import { answered } from "../problem.js";

/** @typedef {{authorize: string, token: string, logout: string | null}} Endpoints */

/** @param {import("../session.js").CognitoSignIn | import("../session.js").OidcSignIn} way @returns {Promise<Endpoints>} */
export async function endpointsOf(way) {
  if (way.type === "cognito") {
    return {
      authorize: `${way.domain}/oauth2/authorize`,
      token: `${way.domain}/oauth2/token`,
      logout: `${way.domain}/logout`,
    };
  }
  const told = await discovered(way.issuer);
  return {
    authorize: told.authorization_endpoint,
    token: told.token_endpoint,
    logout: told.end_session_endpoint ?? null,
  };
}

/** What an issuer says of itself (OpenID Connect Discovery). @param {string} issuer */
function discovered(issuer) {
  return answered(async () => {
    const answer = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
    if (!answer.ok) throw new Error(`discovery: ${answer.status}`);
    return answer.json();
  }, { who: "The sign-in service" });
}
