"""Checks a create request the way Replicate does: JSON Schema rules, its wording, all at once."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from infra.local.simulators.replicate_errors import InvalidField, invalid_input, malformed_json
from infra.local.simulators.replicate_models import Field, ModelSpec

# Larger files must be uploaded or linked: https://replicate.com/docs/topics/predictions/input-files
DATA_URI_LIMIT = 256 * 1024
EVENTS = ("start", "output", "logs", "completed")

_ROOT = "(root)"
_OPTIONAL = frozenset({"webhook", "webhook_events_filter", "stream"})

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """A create request whose frame is sound; the input is checked against its model after."""

    input: Json
    version: str | None
    webhook: str | None
    events: tuple[str, ...] | None


def read_create_request(body: bytes, *, by_version: bool) -> CreateRequest:
    """Raises ReplicateRefusal."""
    try:
        document = json.loads(body)
    except ValueError as exc:
        raise malformed_json() from exc
    invalid = list(_frame_violations(document, by_version=by_version))
    if invalid:
        raise invalid_input(invalid)
    events = document.get("webhook_events_filter")
    return CreateRequest(
        input=document["input"],
        version=document.get("version"),
        webhook=document.get("webhook"),
        events=None if events is None else tuple(events),
    )


def check_input(spec: ModelSpec, given: Mapping[str, object]) -> None:
    """Refuse what the model's schema refuses; names that it does not know pass unseen."""
    invalid = [
        InvalidField("required", "input", f"{name} is required")
        for name, field in spec.fields.items()
        if field.required and name not in given
    ]
    for name, field in spec.fields.items():
        if name in given:
            invalid.extend(_violations(name, field, given[name]))
    if invalid:
        raise invalid_input(invalid)


def decode_data_uri(uri: str) -> bytes:
    """The bytes of `data:image/...;base64,...`. Raises ValueError for anything else."""
    head, comma, payload = uri.partition(",")
    if not comma or not head.endswith(";base64"):
        raise ValueError("not a base64 data URI")
    try:
        return base64.b64decode(payload, validate=True)
    except binascii.Error as exc:
        raise ValueError("not base64") from exc


def _frame_violations(document: object, *, by_version: bool) -> Iterator[InvalidField]:
    if not isinstance(document, dict):
        yield _wrong_type(_ROOT, "object", document)
        return
    required = ("version", "input") if by_version else ("input",)
    for name in required:
        if name not in document:
            yield InvalidField("required", _ROOT, f"{name} is required")
    for name in document:
        if name not in _OPTIONAL and name not in required:
            yield InvalidField(
                "additional_property_not_allowed",
                _ROOT,
                f"Additional property {name} is not allowed",
            )
    for name, kind in (("input", dict), ("version", str), ("webhook", str), ("stream", bool)):
        if name in document and not isinstance(document[name], kind):
            yield _wrong_type(name, _NAMES[kind], document[name])
    yield from _webhook_violations(document)


def _webhook_violations(document: Json) -> Iterator[InvalidField]:
    url = document.get("webhook")
    if isinstance(url, str) and not _is_web_url(url):
        yield InvalidField("format", "webhook", "Does not match format 'uri'")
    events = document.get("webhook_events_filter", [])
    if not isinstance(events, list):
        yield _wrong_type("webhook_events_filter", "array", events)
        return
    for index, event in enumerate(events):
        if event not in EVENTS:
            field = f"webhook_events_filter.{index}"
            yield InvalidField("enum", field, f"{field} must be one of the following: {_E}")


def _violations(name: str, field: Field, value: object) -> Iterator[InvalidField]:
    place = f"input.{name}"
    if not _has_type(field.type, value):
        yield _wrong_type(place, "string" if field.type == "uri" else field.type, value)
    elif field.type == "array" and isinstance(value, list):
        if field.maximum_items is not None and len(value) > field.maximum_items:
            text = f"Array must have at most {field.maximum_items} items"
            yield InvalidField("array_max_items", place, text)
        for index, item in enumerate(value):
            yield from _violations(f"{name}.{index}", Field(field.items), item)
    elif field.type == "uri" and isinstance(value, str):
        yield from _uri_violations(place, value)
    elif isinstance(value, str) and field.enum and value not in field.enum:
        allowed = ", ".join(f'"{choice}"' for choice in field.enum)
        yield InvalidField("enum", place, f"{name} must be one of the following: {allowed}")
    elif isinstance(value, int | float):
        yield from _range_violations(place, field, value)


def _range_violations(place: str, field: Field, value: float) -> Iterator[InvalidField]:
    if field.minimum is not None and value < field.minimum:
        text = f"Must be greater than or equal to {field.minimum}"
        yield InvalidField("number_gte", place, text)
    if field.maximum is not None and value > field.maximum:
        text = f"Must be less than or equal to {field.maximum}"
        yield InvalidField("number_lte", place, text)


def _uri_violations(place: str, value: str) -> Iterator[InvalidField]:
    if value.startswith("data:"):
        try:
            size = len(decode_data_uri(value))
        except ValueError:
            yield InvalidField("format", place, "Does not match format 'uri'")
            return
        if size > DATA_URI_LIMIT:
            text = f"Data URIs may hold at most {DATA_URI_LIMIT} bytes; upload the file instead"
            yield InvalidField("string_lte", place, text)
    elif not _is_web_url(value):
        yield InvalidField("format", place, "Does not match format 'uri'")


def _is_web_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _has_type(kind: str, value: object) -> bool:
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return not isinstance(value, bool) and (
                isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            )
        case "number":
            return not isinstance(value, bool) and isinstance(value, int | float)
        case "array":
            return isinstance(value, list)
    return isinstance(value, str)


def _wrong_type(place: str, expected: str, value: object) -> InvalidField:
    given = "integer" if type(value) is int else _NAMES[type(value)]
    return InvalidField(
        "invalid_type", place, f"Invalid type. Expected: {expected}, given: {given}"
    )


_E = ", ".join(f'"{event}"' for event in EVENTS)
_NAMES: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}
