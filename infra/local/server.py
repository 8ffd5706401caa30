"""The one public port: the API under /v1, the token issuer's documents, the pages of `web/`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from infra.local.identity import Issuer
from infra.local.pages import studio

# What API Gateway and Lambda enforce and the local engine does not.
REQUEST_BYTES = 10 * 1024 * 1024
RESPONSE_BYTES = 6 * 1024 * 1024
INTEGRATION_SECONDS = 30.0
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# They describe one connection, not the message (RFC 9110, 7.6.1).
HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
SET_HERE = {b"host", b"content-length", b"x-forwarded-for", b"x-forwarded-proto"}


class ApiGateway:
    """Passes a request to the deployed HTTP API byte by byte, with the gateway's own limits."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = httpx.URL(endpoint)
        self._client: httpx.AsyncClient | None = None
        self.api_id: str | None = None

    @asynccontextmanager
    async def connected(self, _: Starlette) -> AsyncIterator[None]:
        """Hold the connections to the engine while the server runs."""
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
        timeout = httpx.Timeout(INTEGRATION_SECONDS, connect=5, pool=INTEGRATION_SECONDS)
        # Only the engine is called: no proxy of the user's environment may come in between.
        async with httpx.AsyncClient(limits=limits, timeout=timeout, trust_env=False) as client:
            self._client = client
            yield

    async def __call__(self, request: Request) -> Response:
        if self._client is None or self.api_id is None:
            return _message(503, "Service Unavailable")
        try:
            body = await _body_within_limit(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return _message(413, "Request Entity Too Large")
        try:
            answer = await self._client.send(self._forwarded(request, body), stream=True)
            return await _returned(answer)
        except httpx.HTTPError:
            return _message(503, "Service Unavailable")

    def _forwarded(self, request: Request, body: bytes) -> httpx.Request:
        target = request.scope["raw_path"]
        if query := request.scope["query_string"]:
            target += b"?" + query
        client = request.client.host if request.client else "127.0.0.1"
        headers = [
            (name, value)
            for name, value in request.headers.raw
            if name not in HOP_BY_HOP and name not in SET_HERE
        ]
        headers += [
            (b"host", f"{self.api_id}.execute-api.localhost:{self.endpoint.port}".encode()),
            (b"content-length", str(len(body)).encode()),
            (b"x-forwarded-for", client.encode()),
            (b"x-forwarded-proto", request.url.scheme.encode()),
        ]
        url = self.endpoint.copy_with(raw_path=target)
        return httpx.Request(request.method, url, headers=headers, content=body)


def create_app(issuer: Issuer, api: ApiGateway, web: Path) -> Starlette:
    """Everything the public port serves; `web` holds the pages."""

    async def key_set(_: Request) -> Response:
        return JSONResponse(issuer.key_set())

    async def configuration(_: Request) -> Response:
        return JSONResponse(issuer.configuration())

    return Starlette(
        routes=[
            Route("/.well-known/jwks.json", key_set),
            Route("/.well-known/openid-configuration", configuration),
            Route("/v1/{path:path}", api.__call__, methods=METHODS),
            Mount("/", studio(issuer, web, signed=str(api.endpoint))),
        ],
        lifespan=api.connected,
    )


async def _body_within_limit(request: Request) -> bytes | None:
    """The whole body, as the gateway reads it, or None as soon as it is too large."""
    if int(request.headers.get("content-length", "0")) > REQUEST_BYTES:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > REQUEST_BYTES:
            return None
    return bytes(body)


async def _returned(answer: httpx.Response) -> Response:
    try:
        body = b"".join([part async for part in answer.aiter_raw()])
    finally:
        await answer.aclose()
    if len(body) > RESPONSE_BYTES:
        return _message(500, "Internal Server Error")
    response = Response(body, status_code=answer.status_code)
    response.raw_headers = [
        (name.lower(), value)
        for name, value in answer.headers.raw
        if name.lower() not in HOP_BY_HOP
    ]
    return response


def _message(status: int, text: str) -> Response:
    """The gateway's own errors, in its own form."""
    return JSONResponse({"message": text}, status_code=status)
