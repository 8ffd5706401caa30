"""The local token issuer: a signing key of this machine and the documents that make it OIDC."""

import json
import time
from pathlib import Path
from typing import Any, Literal

from joserfc import jwt
from joserfc.jwk import RSAKey

from infra.local.layout import AUDIENCE, ISSUER
from infra.local.private_file import read_or_create

type Plan = Literal["free", "paid"]

PLANS: tuple[Plan, ...] = ("free", "paid")
TOKEN_SECONDS = 12 * 3600
KEY_BITS = 2048


class Issuer:
    """Mints bearer tokens shaped like a user pool's access tokens."""

    def __init__(self, key_file: Path) -> None:
        self._key = RSAKey.import_key(json.loads(read_or_create(key_file, _new_key)))

    def mint_token(
        self,
        owner: str,
        plan: Plan = "free",
        *,
        issuer: str = ISSUER,
        audience: str = AUDIENCE,
        expires_in: int = TOKEN_SECONDS,
        now: float | None = None,
    ) -> str:
        """A signed token of `owner`; `plan` is carried as a group, as a user pool does."""
        issued_at = int(time.time() if now is None else now)
        claims: dict[str, Any] = {
            "sub": owner,
            "iss": issuer,
            "aud": audience,
            "client_id": audience,
            "iat": issued_at,
            "exp": issued_at + expires_in,
            "token_use": "access",
            "scope": "openid",
            "cognito:groups": ["paid"] if plan == "paid" else [],
        }
        header = {"alg": "RS256", "typ": "JWT", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key)

    def key_set(self) -> dict[str, Any]:
        """The public half, as a JSON Web Key Set."""
        return {"keys": [self._key.as_dict(private=False)]}

    @staticmethod
    def configuration() -> dict[str, Any]:
        """The OpenID Connect discovery document."""
        return {
            "issuer": ISSUER,
            "jwks_uri": f"{ISSUER}/.well-known/jwks.json",
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }


def _new_key() -> str:
    key = RSAKey.generate_key(KEY_BITS, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    return json.dumps(key.as_dict(private=True))
