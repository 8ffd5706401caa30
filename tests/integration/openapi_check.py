"""Holds an answer to what the OpenAPI document promises of it."""

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.json_schema import errors_of

if TYPE_CHECKING:
    from tests.integration.http_client import Answer

DOCUMENT = Path(__file__).parents[2] / "functions" / "generations" / "openapi.json"
_DECLARED_HEADERS = ("location", "retry-after", "idempotent-replayed")
_OF_EVERY_ROUTE = (404, 405)
"""An address that is none of ours, or none for this method, belongs to no operation."""


@cache
def the_document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return document


def operation_at(method: str, path: str) -> dict[str, Any] | None:
    for template, operations in the_document()["paths"].items():
        pattern = re.sub(r"{\w+}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in operations:
            operation: dict[str, Any] = operations[method.lower()]
            return operation
    return None


def check_schema(schema: dict[str, Any], value: Any) -> None:
    errors = list(errors_of(the_document(), schema, value))
    assert not errors, f"{errors} in {value}"


def check_answer(method: str, path: str, answer: "Answer") -> None:
    operation = operation_at(method, path)
    if operation is None:
        assert answer.status in _OF_EVERY_ROUTE
        check_schema({"$ref": "#/components/schemas/Problem"}, answer.json)
        return
    promised = operation["responses"].get(str(answer.status))
    assert promised is not None, f"{method} {path} must not answer {answer.status}: {answer.text}"
    given = {name for name in _DECLARED_HEADERS if name in answer.headers}
    undeclared = given - {name.lower() for name in promised.get("headers", {})}
    if answer.status < 400:
        assert not undeclared, f"undeclared headers {undeclared}"
    content = promised.get("content", {})
    if not content:
        assert answer.text == ""
        return
    media_type = answer.headers["content-type"].partition(";")[0]
    assert media_type in content, f"{media_type} is not declared for {answer.status}"
    if answer.json is not None:
        check_schema(content[media_type]["schema"], answer.json)
