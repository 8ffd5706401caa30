"""Reads JSON the way Google's servers do: by message schema, with their words for what is wrong.

Both camelCase and snake_case names are known, bytes are plain or URL-safe base64, null means
absent. All violations of a document are found, not only the first.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_PACKAGE = "type.googleapis.com/google.ai.generativelanguage.v1"
_INT32 = range(-(2**31), 2**31)


@dataclass(frozen=True, slots=True)
class Violation:
    field: str
    description: str


class InvalidDocument(Exception):
    """The JSON does not fit its schema."""

    def __init__(self, violations: list[Violation]) -> None:
        super().__init__("\n".join(violation.description for violation in violations))
        self.violations = violations


@dataclass(frozen=True, slots=True)
class Schema:
    """Messages as name to field types; `one_of` names the fields that exclude each other."""

    messages: Mapping[str, Mapping[str, str]]
    one_of: Mapping[str, list[str]]
    enums: Mapping[str, list[str]]


def read_document(schema: Schema, message: str, value: object) -> dict[str, Any]:
    """The document with snake_case names and decoded bytes. Raises InvalidDocument."""
    reader = _Reader(schema)
    document = reader.message(message, value, "")
    if reader.violations:
        raise InvalidDocument(reader.violations)
    return document


class _Reader:
    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self.violations: list[Violation] = []

    def message(self, name: str, value: object, path: str) -> dict[str, Any]:
        fields = self._schema.messages[name]
        if not isinstance(value, dict):
            self._wrong_type(path, f"{_PACKAGE}.{name}", value)
            return {}
        document: dict[str, Any] = {}
        for given, content in value.items():
            field = _snake_case(given)
            if field not in fields:
                self._unknown_name(given, path)
            elif content is not None:
                self._exclude(name, document, field, given, path)
                here = f"{path}.{field}" if path else field
                document[field] = self._value(fields[field], content, here)
        return document

    def _value(self, kind: str, value: object, path: str) -> Any:
        if kind.startswith("[]"):
            if not isinstance(value, list):
                self._wrong_type(path, "TYPE_LIST", value)
                return []
            return [
                self._value(kind[2:], item, f"{path}[{index}]") for index, item in enumerate(value)
            ]
        if kind.startswith("enum "):
            return self._enum(kind.removeprefix("enum "), value, path)
        if kind in _SCALARS:
            return self._scalar(kind, value, path)
        return value if kind == "any" else self.message(kind, value, path)

    def _enum(self, name: str, value: object, path: str) -> str:
        if isinstance(value, str) and value in self._schema.enums[name]:
            return value
        self._wrong_type(path, f"{_PACKAGE}.{name}", value)
        return ""

    def _scalar(self, kind: str, value: object, path: str) -> object:
        try:
            return _SCALARS[kind](value)
        except (ValueError, TypeError):
            note = "Base64 decoding failed for " if kind == "bytes" else ""
            self._wrong_type(path, f"TYPE_{kind.upper()}", value, note)
            return None

    def _exclude(
        self, name: str, document: Mapping[str, object], field: str, given: str, path: str
    ) -> None:
        rivals = self._schema.one_of.get(name, [])
        if field in rivals and any(rival in document for rival in rivals):
            self._add(
                path,
                f"Invalid value at '{path}' (oneof), oneof field 'data' is already set. "
                f"Cannot set '{given}'",
            )

    def _unknown_name(self, given: str, path: str) -> None:
        place = f" at '{path}'" if path else ""
        self._add(
            path,
            f'Invalid JSON payload received. Unknown name "{given}"{place}: Cannot find field.',
        )

    def _wrong_type(self, path: str, expected: str, value: object, note: str = "") -> None:
        shown = json.dumps(value, ensure_ascii=False)
        shown = shown if len(shown) <= 80 else f"{shown[:80]}…"
        self._add(path, f"Invalid value at '{path}' ({expected}), {note}{shown}")

    def _add(self, path: str, description: str) -> None:
        self.violations.append(Violation(path, description))


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])[A-Z]", lambda found: "_" + found[0].lower(), name)


def _string(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise TypeError


def _int32(value: object) -> int:
    """Proto-JSON takes 7, 7.0 and "7"."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    number = int(value)
    if number not in _INT32 or (isinstance(value, float) and number != value):
        raise ValueError
    return number


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _bytes(value: object) -> bytes:
    text = _string(value).translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as exc:
        raise ValueError from exc


_SCALARS: Mapping[str, Callable[[object], object]] = {
    "string": _string,
    "bool": _bool,
    "int32": _int32,
    "float": _float,
    "bytes": _bytes,
}
