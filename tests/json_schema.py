"""The part of JSON Schema (2020-12) that our OpenAPI document uses, and no keyword beyond it.

A keyword that is not known here fails, so that nothing is taken for checked that is not.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

type Json = dict[str, Any]

_ANNOTATIONS = {"type", "title", "description", "default", "examples", "discriminator", "format"}
_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}
_LIMITS: dict[str, Callable[[Any, Any], bool]] = {
    "minimum": lambda value, limit: value >= limit,
    "maximum": lambda value, limit: value <= limit,
    "exclusiveMinimum": lambda value, limit: value > limit,
    "exclusiveMaximum": lambda value, limit: value < limit,
    "minLength": lambda value, limit: len(value) >= limit,
    "maxLength": lambda value, limit: len(value) <= limit,
    "maxItems": lambda value, limit: len(value) <= limit,
    "pattern": lambda value, limit: re.search(limit, value) is not None,
}


def errors_of(document: Json, schema: Json, value: Any, place: str = "$") -> Iterator[str]:
    """What is wrong with the value; references are looked up in the document."""
    if "type" in schema and not _TYPES[schema["type"]](value):
        yield f"{place} is no {schema['type']}"
        return
    for keyword in schema:
        yield from _check(document, schema, keyword, value, place)


def _check(  # noqa: PLR0912 # one arm per keyword
    document: Json, schema: Json, keyword: str, value: Any, place: str
) -> Iterator[str]:
    wanted = schema[keyword]
    match keyword:
        case "$ref":
            yield from errors_of(document, look_up(document, wanted), value, place)
        case "const" | "enum":
            if value not in ([wanted] if keyword == "const" else wanted):
                yield f"{place} is none of {wanted}"
        case "required":
            yield from (f"{place} lacks {name}" for name in wanted if name not in value)
        case "properties":
            for name in wanted.keys() & value.keys():
                yield from errors_of(document, wanted[name], value[name], f"{place}.{name}")
        case "additionalProperties":
            for name in value.keys() - schema.get("properties", {}).keys():
                if wanted is False:
                    yield f"{place} has an undeclared {name}"
                else:
                    yield from errors_of(document, wanted, value[name], f"{place}.{name}")
        case "items":
            for index, one in enumerate(value):
                yield from errors_of(document, wanted, one, f"{place}[{index}]")
        case "allOf":
            for one in wanted:
                yield from errors_of(document, one, value, place)
        case "anyOf" | "oneOf":
            if all(any(errors_of(document, one, value)) for one in wanted):
                yield f"{place} is none of {len(wanted)} choices"
        case _ if keyword in _LIMITS:
            if not _LIMITS[keyword](value, wanted):
                yield f"{place} is not {keyword} {wanted}"
        case _:
            assert keyword in _ANNOTATIONS, f"{keyword} is not checked"


def look_up(document: Json, reference: str) -> Json:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    result: Json = found
    return result
