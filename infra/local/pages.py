"""The studio on this machine: the files of `web/`, and what stands in for a hosted sign-in.

In AWS CloudFront serves the same files with the same headers; see infra/website.py.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.local.identity import TOKEN_SECONDS, Issuer
from infra.local.layout import OWNER
from infra.site_headers import local_headers

TOKEN_PATH: Final = "/local/token"  # noqa: S105  # an address, no secret
CONFIG: Final = {"sign_in": {"type": "local", "token_url": TOKEN_PATH}}
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
# As CloudFront does, from the size on from which it does.
COMPRESSED_FROM: Final = 1000


def studio(issuer: Issuer, web: Path, *, signed: str) -> Starlette:
    """The pages in `web`; `signed` is the origin of signed addresses of pictures and uploads."""

    async def config(_: Request) -> Response:
        return JSONResponse(CONFIG)

    async def token(request: Request) -> Response:
        return _token_for(request, issuer)

    headers = {**local_headers(images=signed, uploads=signed), "Cache-Control": "no-cache"}
    return Starlette(
        routes=[
            Route("/config.json", config),
            Route(TOKEN_PATH, token, methods=["POST"]),
            Mount("/", StaticFiles(directory=web, html=True)),
        ],
        middleware=[
            Middleware(_WithHeaders, headers=headers),
            Middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM),
        ],
    )


class _WithHeaders:
    """Adds headers to every answer that does not have them already."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    given.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


def _token_for(request: Request, issuer: Issuer) -> Response:
    """A token for the studio in this machine's browser, and for no other page in it."""
    if refusal := _why_not(request):
        problem = {
            "type": "about:blank",
            "title": "Forbidden",
            "status": 403,
            "code": "forbidden",
            "detail": refusal,
        }
        return JSONResponse(problem, 403, media_type="application/problem+json")
    now = int(time.time())
    expires_at = datetime.fromtimestamp(now + TOKEN_SECONDS, UTC)
    content = {
        "token": issuer.mint_token(OWNER, "paid", now=now),
        "expires_at": expires_at.isoformat().replace("+00:00", "Z"),
        "owner": OWNER,
    }
    return JSONResponse(content, headers={"Cache-Control": "no-store"})


def _why_not(request: Request) -> str | None:
    """Why a page that asks is a stranger, if it is one.

    A foreign page could send the request, though not read the answer, unless its name were made to
    lead here (DNS rebinding): then its origin is "the same", but the name is not a loopback one.
    """
    if not _is_loopback(request.url.hostname or ""):
        return "Only the studio at an address of this machine, such as 127.0.0.1, is given a token."
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    origin, site = request.headers.get("origin", own), request.headers.get("sec-fetch-site")
    if origin != own or site not in (None, "same-origin"):
        return "Only the studio's own pages are given a token; this request came from another site."
    return None


def _is_loopback(host: str) -> bool:
    return host in LOOPBACK or host.endswith(".localhost")
