"""A hosted sign-in as the studio meets one, answered in the browser.

It stands on the studio's own origin: the policy of the pages on this machine allows no other.
"""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Request, Route

from tests.browser.visitor import Visitor

CLIENT = "studio-client"
CODE = "code-of-this-tab"


class SignInService:
    """What it was asked, and what it answers: set its fields to make it answer otherwise."""

    def __init__(self, visitor: Visitor, kind: Literal["cognito", "oidc"] = "cognito") -> None:
        self.visitor, self.kind = visitor, kind
        self.base = visitor.stack.base_url
        self.asked: list[dict[str, str]] = []
        self.granted: list[dict[str, str]] = []
        self.left: list[dict[str, str]] = []
        self.told: list[str] = []
        """Every address that was asked, and every line of the console."""
        self.secrets: set[str] = set()
        self.returns: dict[str, str] = {}
        """What comes back in place of the code and the state."""
        self.tokens: list[dict[str, Any] | int | None] = []
        """The next grants: changes of one, a refusing status, or None for a lost connection."""
        context = visitor.context
        context.route("**/config.json", self._config)
        context.route("**/issuer/.well-known/openid-configuration", self._discovery)
        context.route("**/oauth2/authorize?*", self._authorize)
        context.route("**/oauth2/token", self._token)
        context.route("**/logout?*", self._logout)
        context.on("request", lambda request: self.told.append(request.url))
        context.on("console", lambda message: self.told.append(message.text))

    def _config(self, route: Route) -> None:
        where = (
            {"domain": self.base} if self.kind == "cognito" else {"issuer": f"{self.base}/issuer/"}
        )
        sign_in = {"type": self.kind, "client_id": CLIENT, "scopes": ["openid", "likeness"]}
        route.fulfill(json={"sign_in": sign_in | where})

    def _discovery(self, route: Route) -> None:
        route.fulfill(
            json={
                "authorization_endpoint": f"{self.base}/oauth2/authorize",
                "token_endpoint": f"{self.base}/oauth2/token",
                "end_session_endpoint": f"{self.base}/logout",
            }
        )

    def _authorize(self, route: Route) -> None:
        query = _query(route.request)
        self.asked.append(query)
        back = self.returns or {"code": CODE}
        self._send_to(route, query["redirect_uri"], {"state": query["state"]} | back)

    def _token(self, route: Route) -> None:
        form = dict(parse_qsl(route.request.post_data or ""))
        self.granted.append(form)
        change = self.tokens.pop(0) if self.tokens else {}
        if change is None:
            route.abort()
        elif isinstance(change, int):
            route.fulfill(status=change, json={"error": "invalid_grant"})
        else:
            owner = self.visitor.studio.owner
            grant: dict[str, Any] = {
                "access_token": self.visitor.stack.token(owner, "paid"),
                "refresh_token": f"refresh-token-{len(self.granted)}",
                "expires_in": 3600,
            } | change
            told = {name: value for name, value in grant.items() if value is not None}
            self.secrets |= {told[name] for name in told if name.endswith("_token")}
            route.fulfill(json=told)

    def _logout(self, route: Route) -> None:
        query = _query(route.request)
        self.left.append(query)
        self._send_to(route, query.get("logout_uri") or query["post_logout_redirect_uri"], {})

    def _send_to(self, route: Route, address: str, query: dict[str, str]) -> None:
        location = f"{address}?{urlencode(query)}" if query else address
        route.fulfill(status=302, headers={"location": location})


def challenge_of(verifier: str) -> str:
    """As RFC 7636 has it."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def kept_session(visitor: Visitor) -> dict[str, Any]:
    """The tokens this tab holds."""
    kept = visitor.page.evaluate("() => sessionStorage.getItem('likeness.session')")
    session: dict[str, Any] = json.loads(kept)
    return session


def end_session_in(visitor: Visitor, seconds: float) -> None:
    """This tab's token ends then, as far as the tab knows."""
    visitor.page.evaluate(
        """(seconds) => {
          const kept = JSON.parse(sessionStorage.getItem("likeness.session"));
          kept.expires_at = new Date(Date.now() + seconds * 1000).toISOString();
          sessionStorage.setItem("likeness.session", JSON.stringify(kept));
        }""",
        seconds,
    )


def _query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.url).query))
