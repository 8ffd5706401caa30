"""What fields and problems mean: data beside the code, so that no function carries it at run time.

`field_descriptions.json` is by field, or by `Schema.field` (`operation.parameter`) where a field
means something of its own there; `problem_codes.json` (refusals) and `failure_codes.json` (why an
item has no image) are by code.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

type Json = dict[str, Any]


@cache
def read(name: str) -> Mapping[str, str]:
    words: Mapping[str, str] = json.loads(
        Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")
    )
    return words


def describe(document: Json) -> None:
    """Give every field and parameter that does not explain itself its words. Raises KeyError,
    naming the field, for one without."""
    for place, name, field in undescribed(document):
        field["description"] = _words(place, name)


def undescribed(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Schema or operation, field or parameter, and the description to be."""
    for schema, definition in document["components"]["schemas"].items():
        for name, field in definition.get("properties", {}).items():
            if "description" not in field:
                yield schema, name, field
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if "description" not in parameter:
                    yield operation["operationId"], parameter["name"], parameter


def _words(place: str, name: str) -> str:
    fields = read("field_descriptions")
    own = f"{place}.{name}"
    if own not in fields and name not in fields:
        raise KeyError(f"functions/openapi/field_descriptions.json does not explain {own}")
    return fields.get(own) or fields[name]
