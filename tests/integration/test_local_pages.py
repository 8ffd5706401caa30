"""The studio on this machine: its files, their headers, and who is given a token."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.testclient import TestClient

from infra.local.identity import TOKEN_SECONDS, Issuer
from infra.local.pages import studio

SIGNED = "http://127.0.0.1:4566"
OWN = "http://127.0.0.1:8080"
# What a browser says of a request that a page of ours makes.
OURS = {"Origin": OWN, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path / "key.json")


@pytest.fixture
def client(issuer: Issuer, tmp_path: Path) -> Iterator[TestClient]:
    web = tmp_path / "web"
    web.mkdir()
    (web / "index.html").write_text("<h1>Studio</h1>")
    (web / "main.js").write_text("// main\n" * 500)
    with TestClient(studio(issuer, web, signed=SIGNED), base_url=OWN) as client:
        yield client


def ask(client: TestClient, headers: Mapping[str, str]) -> Any:
    return client.post("/local/token", headers=dict(headers))


def test_pages_are_asked_for_anew_and_sent_again_only_if_they_changed(client: TestClient) -> None:
    first = client.get("/")
    assert (first.text, first.headers["cache-control"]) == ("<h1>Studio</h1>", "no-cache")
    again = client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    script = client.get("/main.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["content-encoding"] == "gzip"
    assert client.get("/../key.json").status_code == client.get("/..%2Fkey.json").status_code == 404


@pytest.mark.parametrize("path", ["/", "/main.js", "/config.json", "/nothing-here", "/local/token"])
def test_every_answer_forbids_the_browser_what_the_studio_does_not_need(
    path: str, client: TestClient
) -> None:
    headers = client.get(path).headers
    policy = dict(one.split(" ", 1) for one in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["img-src"] == f"'self' blob: {SIGNED}"
    assert policy["connect-src"].split() == ["'self'", SIGNED, SIGNED]
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert (policy["require-trusted-types-for"], policy["trusted-types"]) == ("'script'", "'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]


def test_the_studio_is_told_where_its_token_is_and_given_one(
    client: TestClient, issuer: Issuer
) -> None:
    sign_in = client.get("/config.json").json()["sign_in"]
    assert sign_in == {"type": "local", "token_url": "/local/token"}
    answer = ask(client, OURS)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    given = answer.json()
    claims = jwt.decode(given["token"], KeySet.import_key_set(issuer.key_set())).claims  # type: ignore[arg-type]
    assert (given["owner"], claims["sub"], claims["cognito:groups"]) == ("me", "me", ["paid"])
    expires_at = datetime.fromisoformat(given["expires_at"])
    assert expires_at.timestamp() == claims["exp"]
    assert expires_at > datetime.now(UTC) + timedelta(seconds=TOKEN_SECONDS - 60)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "a.localhost"])
def test_any_loopback_name_will_do(host: str, client: TestClient) -> None:
    assert ask(client, {"Host": host, "Origin": f"http://{host}"}).status_code == 200


@pytest.mark.parametrize(
    ("strange", "told"),
    [
        ({"Origin": "https://evil.example"}, "from another site"),
        ({"Origin": "http://127.0.0.1:9999"}, "from another site"),
        ({"Origin": "null"}, "from another site"),
        ({"Sec-Fetch-Site": "cross-site"}, "from another site"),
        ({"Sec-Fetch-Site": "same-site"}, "from another site"),
        ({"Sec-Fetch-Site": "none"}, "from another site"),
        # A name of theirs that was made to lead here: to the browser it is the same origin.
        ({"Host": "evil.example:8080", "Origin": "http://evil.example:8080"}, "this machine"),
        ({"Host": "localhost.evil.example", "Origin": "http://localhost.evil.example"}, "machine"),
    ],
)
def test_a_page_from_elsewhere_is_given_no_token(
    strange: dict[str, str], told: str, client: TestClient
) -> None:
    answer = ask(client, OURS | strange)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"], problem["code"]) == (403, 403, "forbidden")
    assert told in problem["detail"]
    assert "token" not in problem


def test_a_token_is_not_given_to_a_link(client: TestClient) -> None:
    assert client.get("/local/token").status_code == 404
