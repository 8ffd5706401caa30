"""The local token issuer: what a token says, who can check it, what its key file allows."""

import stat
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet

from infra.local.identity import TOKEN_SECONDS, Issuer
from infra.local.layout import AUDIENCE, ISSUER


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "signing-key.json"


def claims(token: str, issuer: Issuer) -> dict[str, Any]:
    return dict(jwt.decode(token, KeySet.import_key_set(issuer.key_set())).claims)  # type: ignore[arg-type]


def test_a_token_says_who_it_speaks_for_and_for_how_long(key_file: Path) -> None:
    issuer = Issuer(key_file)
    said = claims(issuer.mint_token("ann", now=1_700_000_000), issuer)
    assert said["sub"] == "ann"
    assert (said["iss"], said["aud"], said["token_use"]) == (ISSUER, AUDIENCE, "access")
    assert (said["iat"], said["exp"]) == (1_700_000_000, 1_700_000_000 + TOKEN_SECONDS)


@pytest.mark.parametrize(("plan", "groups"), [("free", []), ("paid", ["paid"])])
def test_the_plan_is_carried_as_a_group(key_file: Path, plan: Any, groups: list[str]) -> None:
    issuer = Issuer(key_file)
    assert claims(issuer.mint_token("ann", plan), issuer)["cognito:groups"] == groups


def test_the_key_outlives_the_process_and_is_readable_by_its_owner_alone(key_file: Path) -> None:
    token = Issuer(key_file).mint_token("ann")
    assert claims(token, Issuer(key_file))["sub"] == "ann"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert list(key_file.parent.iterdir()) == [key_file]


def test_another_states_token_is_not_accepted(key_file: Path, tmp_path: Path) -> None:
    stranger = Issuer(tmp_path / "elsewhere" / "signing-key.json")
    with pytest.raises(InvalidKeyIdError):
        claims(stranger.mint_token("ann"), Issuer(key_file))


def test_the_published_key_holds_nothing_private(key_file: Path) -> None:
    (key,) = Issuer(key_file).key_set()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}
