"""Errors as RFC 9457 problem documents: one table of statuses, one form of body."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError

from shared.domain import errors as e

PROBLEM_JSON: Final = "application/problem+json"
_LONGEST_ECHO: Final = 64
_MOST_ERRORS: Final = 20


class Unauthenticated(e.LikenessError):
    code = "unauthenticated"


class WrongMethod(e.LikenessError):
    code = "method_not_allowed"

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(f"This address answers to {', '.join(allowed)}.")
        self.allowed = allowed


class WrongMediaType(e.LikenessError):
    code = "unsupported_media_type"


class InvalidFields(e.Unprocessable):
    """Some fields are not acceptable; `fields` tells which and why."""

    def __init__(self, fields: list[dict[str, str]]) -> None:
        super().__init__("Some fields are not acceptable; see `errors`.")
        self.fields = fields


STATUS: Final[Mapping[type[e.LikenessError], HTTPStatus]] = {
    e.InvalidSignature: HTTPStatus.UNAUTHORIZED,
    e.Invalid: HTTPStatus.BAD_REQUEST,
    e.Unprocessable: HTTPStatus.UNPROCESSABLE_ENTITY,
    e.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    e.NotFound: HTTPStatus.NOT_FOUND,
    e.Forbidden: HTTPStatus.FORBIDDEN,
    e.QuotaExceeded: HTTPStatus.PAYMENT_REQUIRED,
    e.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    e.Conflict: HTTPStatus.CONFLICT,
    e.StaleWrite: HTTPStatus.SERVICE_UNAVAILABLE,
    e.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    e.ProviderError: HTTPStatus.SERVICE_UNAVAILABLE,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    WrongMethod: HTTPStatus.METHOD_NOT_ALLOWED,
    WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    e.LikenessError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def status_of(error: e.LikenessError) -> HTTPStatus:
    """Of the nearest class that has one."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(error: e.LikenessError, request_id: str) -> dict[str, Any]:
    """What the error tells besides (running ids, what is left …) stands beside the members
    that every problem has."""
    status = status_of(error)
    details = {name: value for name, value in error.details.items() if name != "pointer"}
    return details | {
        "type": f"/v1/docs#{error.code}",
        "title": error.code.replace("_", " ").capitalize(),
        "status": int(status),
        "detail": error.message,
        "instance": f"urn:likeness:request:{request_id}",
        "code": error.code,
        "request_id": request_id,
        "errors": _field_errors(error),
    }


def internal_error(request_id: str) -> dict[str, Any]:
    """Says that it is our fault, and nothing of how."""
    return problem(
        e.LikenessError("Something went wrong on our side.", code="internal_error"), request_id
    )


def _field_errors(error: e.LikenessError) -> list[dict[str, str]]:
    if isinstance(error, InvalidFields):
        return error.fields
    if pointer := error.details.get("pointer"):
        return [{"pointer": pointer, "code": error.code, "detail": error.message}]
    return []


def invalid_fields(
    exc: ValidationError, *, tagged: bool = False, body: object = None
) -> InvalidFields:
    """`tagged`: the body is one of several kinds, and locations begin with the kind's name.
    `body` is what was sent, to find the names of kinds further inside."""
    found = exc.errors(include_url=False, include_input=False)
    return InvalidFields([_field_error(one, tagged, body) for one in found[:_MOST_ERRORS]])


def _field_error(found: Any, tagged: bool, body: object) -> dict[str, str]:
    place = _without_kinds(found["loc"][1:] if tagged else found["loc"], body)
    kind, message = found["type"], found["msg"]
    if kind == "union_tag_invalid":
        message = f"Input should be one of {found['ctx']['expected_tags']}"
        place = (*place, found["ctx"]["discriminator"].strip("'"))
    elif kind == "union_tag_not_found":
        message, place = "Field required", (*place, found["ctx"]["discriminator"].strip("'"))
    return {
        "pointer": "".join(f"/{_shortened(part)}" for part in place),
        "code": _code(kind),
        "detail": message,
    }


def _without_kinds(place: Sequence[object], body: object) -> tuple[object, ...]:
    """The steps that lead through what was sent: the others are the validator's names for the
    kinds of a union. A last step may be missing, which is then what is wrong with it."""
    steps: list[object] = []
    for number, step in enumerate(place, 1):
        if isinstance(body, dict) and step not in body and number < len(place):
            continue
        steps.append(step)
        body = _inside(body, step)
    return tuple(steps)


def _inside(body: object, step: object) -> object:
    if isinstance(body, dict):
        return body.get(step)
    if isinstance(body, list) and isinstance(step, int) and step < len(body):
        return body[step]
    return None


def _shortened(part: object) -> str:
    """A step of a JSON pointer (RFC 6901); a name may come from the caller."""
    return str(part)[:_LONGEST_ECHO].replace("~", "~0").replace("/", "~1")


_CODES: Final = {
    "extra_forbidden": "unknown_field",
    "missing": "required",
    "union_tag_not_found": "required",
    "union_tag_invalid": "unknown_value",
    "literal_error": "unknown_value",
    "enum": "unknown_value",
    "string_pattern_mismatch": "malformed",
    "int_from_float": "wrong_type",
    "int_parsing": "wrong_type",
    "bool_parsing": "wrong_type",
}
_OUT_OF_RANGE: Final = ("greater_than", "less_than", "_too_long", "_too_short", "finite_number")


def _code(kind: str) -> str:
    """Stable words in place of the validator's own."""
    if kind.endswith("_type"):
        return "wrong_type"
    if any(word in kind for word in _OUT_OF_RANGE):
        return "out_of_range"
    return _CODES.get(kind, kind)
