"""What an operation refuses, by status: our problems and the gateway's own messages."""

from collections.abc import Mapping
from typing import Any, Final

from shared.runtime import binding as b
from shared.runtime.http import Route
from shared.runtime.incoming import JSON
from shared.runtime.problems import PROBLEM_JSON

type Json = dict[str, Any]

_BODY_REFUSALS: Final = {
    400: ("malformed_body", "malformed_json"),
    413: ("body_too_large",),
    415: ("unsupported_media_type",),
    422: ("validation_failed",),
}
_FORM_REFUSALS: Final = {400: ("malformed_multipart",), 413: ("use_upload",)}
_PICTURE_REFUSALS: Final = {
    status: (*names, *_FORM_REFUSALS.get(status, ())) for status, names in _BODY_REFUSALS.items()
}
_REFUSED_BY: Final[Mapping[Any, Mapping[int, tuple[str, ...]]]] = {
    b.Caller: {401: ("unauthenticated",)},
    b.PathId: {404: ("not_found",)},
    b.PathName: {404: ("not_found",)},
    b.QueryString: {422: ("validation_failed",)},
    b.RetryKey: {400: ("invalid_idempotency_key",)},
    b.JsonBody: _BODY_REFUSALS,
    b.Picture: _PICTURE_REFUSALS | {404: ("not_found",)},
}
_GATEWAY: Final = (401, 403, 413, 429, 503)
"""What API Gateway refuses by itself, before our code runs."""
_PASSING: Final = (429, 503)
"""What our problems of these statuses refuse now may be accepted later; they say when."""

_RETRY_AFTER: Final[Json] = {
    "description": "Seconds after which the same request may be accepted.",
    "schema": {"type": "integer"},
}

_PROBLEM: Final[Json] = {
    "title": "Problem",
    "description": "RFC 9457. Some problems carry members of their own beside these.",
    "type": "object",
    "required": [
        *("type", "title", "status", "detail", "instance", "code", "request_id", "errors"),
    ],
    "properties": {
        "type": {"type": "string", "description": "Where the problem is explained."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {
            "type": "string",
            "description": "A stable word to decide by; `x-problem-codes` explains all of them.",
        },
        "request_id": {"type": "string", "description": "Tell us this when you ask for help."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
    },
}
_FIELD_ERROR: Final[Json] = {
    "title": "FieldError",
    "description": "One field that is not acceptable; `pointer` is a JSON pointer (RFC 6901).",
    "type": "object",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {"type": "string"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
    },
}
_GATEWAY_MESSAGE: Final[Json] = {
    "title": "GatewayMessage",
    "description": "API Gateway's own refusals: they never reach our code.",
    "type": "object",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
}


SCHEMAS: Final[Json] = {
    "Problem": _PROBLEM,
    "FieldError": _FIELD_ERROR,
    "GatewayMessage": _GATEWAY_MESSAGE,
}


def refusals_of(route: Route) -> Json:
    codes: dict[int, set[str]] = {500: {"internal_error"}, 503: {"unavailable"}}
    for refused in (route.refuses, *(_REFUSED_BY[type(each)] for each in route.bindings.values())):
        for status, names in refused.items():
            codes.setdefault(status, set()).update(names)
    if route.form:
        for status, names in _FORM_REFUSALS.items():
            codes.setdefault(status, set()).update(names)
    statuses = sorted({*codes, *(_GATEWAY if needs_token(route) else ())})
    return {str(status): _refusal(status, codes.get(status, set())) for status in statuses}


def _refusal(status: int, codes: set[str]) -> Json:
    """Ours as a problem, the gateway's as its message, where either can be met."""
    content: Json = {}
    if codes:
        narrowed = {"properties": {"code": {"enum": sorted(codes)}, "status": {"const": status}}}
        problem = {"allOf": [{"$ref": "#/components/schemas/Problem"}, narrowed]}
        content[PROBLEM_JSON] = {"schema": problem}
    if status in _GATEWAY:
        content[JSON] = {"schema": {"$ref": "#/components/schemas/GatewayMessage"}}
    described = ", ".join(f"`{code}`" for code in sorted(codes)) or "Refused by the gateway."
    refusal: Json = {"description": described, "content": content}
    if status in _PASSING and codes:
        refusal["headers"] = {"Retry-After": _RETRY_AFTER}
    return refusal


def needs_token(route: Route) -> bool:
    return any(isinstance(each, b.Caller) for each in route.bindings.values())
