"""The API as a web application: what API Gateway does between a client and our handlers."""

import base64
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from functions.characters.handler import lambda_handler as characters
from functions.generations.handler import lambda_handler as generations
from functions.reference_kits.handler import lambda_handler as reference_kits
from functions.webhook.handler import lambda_handler as webhook
from tests.integration.deployed import Context
from tests.integration.http_client import request_of

type Handler = Callable[..., Any]
type Wsgi = dict[str, Any]

TOKEN = {"Authorization": "Bearer of-ada"}
_HANDLERS: Mapping[str, Handler] = {
    "/v1/characters": characters,
    "/v1/variants": characters,
    "/v1/uploads": characters,
    "/v1/reference-kits": reference_kits,
    "/v1/webhooks": webhook,
}
_OPEN = ("/v1/health", "/v1/openapi.json", "/v1/docs", "/v1/webhooks")


def application(environ: Wsgi, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A WSGI application. Who has no token meets the authorizer, and no code of ours."""
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    if not path.startswith(_OPEN) and not environ.get("HTTP_AUTHORIZATION", "").startswith(
        "Bearer"
    ):
        start_response("401 Unauthorized", [("content-type", "application/json")])
        return [b'{"message":"Unauthorized"}']
    handler: Handler = next(
        (h for start, h in _HANDLERS.items() if path.startswith(start)), generations
    )
    answer = handler(_event(environ, path), Context())
    headers = [(name, str(value)) for name, value in answer["headers"].items()]
    status = HTTPStatus(answer["statusCode"])
    start_response(f"{status.value} {status.phrase}", headers)
    return [(answer.get("body") or "").encode()]


def _event(environ: Wsgi, path: str) -> dict[str, Any]:
    """Format 2.0: names in lower case, repeated parameters with commas, the body in base64
    unless it is text."""
    request = request_of(environ["REQUEST_METHOD"], path)
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    request["headers"] = headers
    request["rawQueryString"] = environ.get("QUERY_STRING", "")
    query: dict[str, str] = {}
    for name, value in parse_qsl(request["rawQueryString"], keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    request["queryStringParameters"] = query or None
    body = environ["wsgi.input"].read()
    if headers.get("content-type", "").startswith(("application/json", "text/")):
        return request | {"body": body.decode("utf-8", "replace"), "isBase64Encoded": False}
    return request | {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
