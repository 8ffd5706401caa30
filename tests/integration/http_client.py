"""Calling the API's functions as API Gateway does, from the files in `events/`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from functions.characters.handler import lambda_handler as characters
from functions.generations.handler import lambda_handler as generations
from functions.reference_kits.handler import lambda_handler as reference_kits
from tests.integration.deployed import Context, event
from tests.integration.openapi_check import check_answer

ADA = "8e2c41d0-6f0b-4c4d-9a35-2f1f0c9a7b11"
"""The subject of the tokens in `events/`."""

_OF_CHARACTERS = ("/v1/characters", "/v1/uploads", "/v1/variants")


@dataclass(frozen=True)
class Answer:
    """`json` is None when there is no body."""

    status: int
    headers: Mapping[str, str]
    text: str
    json: Any = field(default=None)

    @property
    def code(self) -> str:
        return str(self.json["code"])


def send(request: dict[str, Any]) -> Answer:
    """What a client sees of it; every answer is held to the OpenAPI document."""
    path = request["rawPath"]
    raw = _handler(path)(request, Context())
    headers = {name.lower(): str(value) for name, value in raw["headers"].items()}
    text = raw.get("body") or ""
    is_json = "json" in headers.get("content-type", "")
    answer = Answer(raw["statusCode"], headers, text, json.loads(text) if is_json else None)
    check_answer(request["requestContext"]["http"]["method"], path, answer)
    return answer


def _handler(path: str) -> Callable[..., Any]:
    if path.startswith("/v1/reference-kits"):
        return reference_kits
    return characters if path.startswith(_OF_CHARACTERS) else generations


def request_of(
    method: str,
    path: str,
    body: Any = None,
    *,
    raw: str | None = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    owner: str = ADA,
    groups: str = "[paid]",
) -> dict[str, Any]:
    """An event in the form of those in `events/`. `body` is sent as JSON, `raw` as it is."""
    request = event("http_read_generation")
    context = request["requestContext"]
    request["rawPath"] = context["http"]["path"] = path
    context["http"]["method"] = method
    context["authorizer"]["jwt"]["claims"] |= {"sub": owner, "cognito:groups": groups}
    if body is not None or raw is not None:
        request["headers"]["content-type"] = "application/json"
        request["body"] = json.dumps(body) if raw is None else raw
    if query:
        request["queryStringParameters"] = dict(query)
        request["rawQueryString"] = urlencode(query)
    request["headers"] |= headers or {}
    return request


def call(method: str, path: str, body: Any = None, **changes: Any) -> Answer:
    return send(request_of(method, path, body, **changes))
