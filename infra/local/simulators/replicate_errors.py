"""Replicate's error bodies (problem details of RFC 7807) in the words of the real service."""

import math
from dataclasses import asdict, dataclass

Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class InvalidField:
    """One entry of `invalid_fields`; `type` names the rule of JSON Schema that was broken."""

    type: str
    field: str
    description: str


class ReplicateRefusal(Exception):
    """An answer other than 2xx."""

    def __init__(self, status: int, detail: str, title: str | None = None, **more: object) -> None:
        super().__init__(detail)
        self.status = status
        self.body: Body = {"detail": detail, "status": status, **more}
        if title is not None:
            self.body["title"] = title


def invalid_input(fields: list[InvalidField]) -> ReplicateRefusal:
    lines = "".join(f"- {_place(field)}{field.description}\n" for field in fields)
    return ReplicateRefusal(
        422,
        lines,
        "Input validation failed",
        invalid_fields=[asdict(field) for field in fields],
    )


def _place(field: InvalidField) -> str:
    return f"{field.field}: " if field.field != "(root)" else ""


def malformed_json() -> ReplicateRefusal:
    return ReplicateRefusal(400, "The request body is not valid JSON.", "Bad request")


def unauthenticated() -> ReplicateRefusal:
    return ReplicateRefusal(401, "You did not pass a valid authentication token", "Unauthenticated")


def insufficient_credit() -> ReplicateRefusal:
    return ReplicateRefusal(
        402,
        "You have insufficient credit to run this model. Go to "
        "https://replicate.com/account/billing#billing to purchase credit. Once you purchase "
        "credit, please wait a few minutes before trying again.",
        "Insufficient credit",
    )


def not_found() -> ReplicateRefusal:
    return ReplicateRefusal(404, "The requested resource could not be found.", "Not found")


def unknown_version() -> ReplicateRefusal:
    return ReplicateRefusal(
        422,
        "The specified version does not exist (or perhaps you don't have permission to use it?)",
        "Invalid version or not permitted",
    )


def rate_limited(retry_after: float | None) -> ReplicateRefusal:
    limit = (
        "Request was throttled. Your rate limit for creating predictions is reduced to 6 requests "
        "per minute with a burst of 1 requests while you have less than $5.0 in credit."
    )
    if retry_after is None:
        return ReplicateRefusal(429, limit)
    seconds = math.ceil(retry_after)
    return ReplicateRefusal(
        429, f"{limit} Your rate limit resets in ~{seconds}s.", retry_after=seconds
    )


def server_error() -> ReplicateRefusal:
    return ReplicateRefusal(
        500, "An unexpected error occurred. Please try again.", "Internal server error"
    )


def unavailable() -> ReplicateRefusal:
    return ReplicateRefusal(
        503, "The service is temporarily unavailable. Please try again.", "Service unavailable"
    )
