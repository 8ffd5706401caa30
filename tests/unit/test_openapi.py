"""The OpenAPI document: what the code says, and valid."""

import ast
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.event_handler.openapi.models import OpenAPI
from pydantic import TypeAdapter

from functions.characters.handler import api as characters
from functions.generations.handler import api as generations
from functions.openapi import __main__ as openapi
from functions.openapi import wording
from functions.reference_kits.handler import api as reference_kits
from shared.domain.errors import ProviderError
from shared.runtime.binding import JsonBody, Picture
from shared.runtime.image_bodies import ImageInputBody
from shared.runtime.version import VERSION
from tests.json_schema import errors_of, look_up

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = json.loads(openapi.TARGET.read_text(encoding="utf-8"))
ROUTES = [*generations.routes, *characters.routes, *reference_kits.routes]
OPERATIONS = [
    operation for operations in DOCUMENT["paths"].values() for operation in operations.values()
]


def test_the_file_is_what_the_code_generates() -> None:
    assert openapi.TARGET.read_text(encoding="utf-8") == openapi.generate(), (
        "run `python -m functions.openapi`"
    )


def test_the_document_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    OpenAPI.model_validate(DOCUMENT)


def test_every_route_is_in_the_document() -> None:
    declared = {(route.method.lower(), route.path) for route in ROUTES}
    documented = {
        (verb, path) for path, operations in DOCUMENT["paths"].items() for verb in operations
    }

    assert documented == declared | {("post", "/v1/webhooks/replicate")}


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for operation in OPERATIONS]

    assert len(set(names)) == len(names)


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for inner in value.values() for found in references(inner)]
    return (
        [found for inner in value for found in references(inner)] if isinstance(value, list) else []
    )


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(DOCUMENT)):
        assert look_up(DOCUMENT, reference)


def discriminators(value: Any) -> list[dict[str, Any]]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    own = [value["discriminator"]] if isinstance(value, dict) and "discriminator" in value else []
    return own + [found for each in inner for found in discriminators(each)]


def test_a_discriminator_points_to_schemas_by_name() -> None:
    found = [one["mapping"] for one in discriminators(DOCUMENT)]

    assert found
    assert all(isinstance(target, str) for mapping in found for target in mapping.values())


def test_every_schema_is_used() -> None:
    used = set(references(DOCUMENT))

    for name in DOCUMENT["components"]["schemas"]:
        assert f"#/components/schemas/{name}" in used, name


def test_every_path_parameter_is_declared() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for operation in operations.values():
            declared = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert declared == set(re.findall(r"{(\w+)}", path))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: str(one["operationId"]))
def test_an_operation_says_who_may_call_and_how_it_refuses(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    if operation["security"]:
        assert {"401", "403", "429", "500", "503"} <= operation["responses"].keys()
    for status, response in operation["responses"].items():
        assert response["description"]
        if int(status) >= 400:
            assert {"application/problem+json", "application/json"} & response["content"].keys()


def examples() -> list[tuple[str, Any, dict[str, Any]]]:
    found = []
    for operation in OPERATIONS:
        media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        found += [
            (operation["operationId"], one["value"], media["schema"])
            for one in media.get("examples", {}).values()
        ]
        for response in operation["responses"].values():
            media = response.get("content", {}).get("application/json", {})
            if "example" in media:
                found.append((operation["operationId"], media["example"], media["schema"]))
    return found


@pytest.mark.parametrize(("name", "value", "schema"), examples())
def test_examples_are_what_they_are_examples_of(
    name: str, value: Any, schema: dict[str, Any]
) -> None:
    assert list(errors_of(DOCUMENT, schema, value)) == []


def test_example_requests_are_accepted_by_the_code() -> None:
    bodies = {
        route.handler.__name__: TypeAdapter(
            each.annotation if isinstance(each, JsonBody) else ImageInputBody
        )
        for route in ROUTES
        for each in route.bindings.values()
        if isinstance(each, JsonBody | Picture)
    }
    given = json.loads(
        (ROOT / "functions" / "openapi" / "examples.json").read_text(encoding="utf-8")
    )

    for name, example in given.items():
        for body in example.get("request", {}).values():
            assert bodies[name].validate_json(json.dumps(body))


def test_every_example_belongs_to_an_operation() -> None:
    given = json.loads(
        (ROOT / "functions" / "openapi" / "examples.json").read_text(encoding="utf-8")
    )

    assert given.keys() <= {operation["operationId"] for operation in OPERATIONS}


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] == VERSION == DOCUMENT["info"]["version"]


def test_every_field_and_parameter_says_what_it_means() -> None:
    assert list(wording.undescribed(DOCUMENT)) == []


def test_no_explanation_is_of_something_that_is_gone() -> None:
    places = {
        name: set(definition.get("properties", {}))
        for name, definition in DOCUMENT["components"]["schemas"].items()
    } | {
        operation["operationId"]: {each["name"] for each in operation.get("parameters", ())}
        for operation in OPERATIONS
    }
    names = set().union(*places.values())
    known = names | {f"{place}.{name}" for place in places for name in places[place]}

    assert set(wording.read("field_descriptions")) - known == set()


def test_every_problem_code_is_explained_and_none_besides() -> None:
    answers = [answer for each in OPERATIONS for answer in each["responses"].values()]
    bodies = [answer.get("content", {}).get("application/problem+json") for answer in answers]
    narrowed = [body["schema"]["allOf"][1]["properties"]["code"] for body in bodies if body]
    codes = {code for each in narrowed for code in each.get("enum", [each.get("const")])}

    # No operation answers 405: it stands for the methods that are none.
    assert set(DOCUMENT["x-problem-codes"]) == codes | {"method_not_allowed"}


def subclasses(kind: type[ProviderError]) -> list[type[ProviderError]]:
    return [each for one in kind.__subclasses__() for each in (one, *subclasses(one))]


def codes_of_failures() -> set[str]:
    """Of the errors that end an attempt, and of what is written where a failure is made."""
    kinds = subclasses(ProviderError)
    makers = {kind.__name__ for kind in kinds} | {"Failure"}
    written = {
        str(keyword.value.value)
        for file in (ROOT / "shared").rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", None) in makers
        for keyword in call.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
    }
    # An item that is deleted while its picture is stored fails for nobody to see.
    return {kind.code for kind in kinds} | written - {"deleted"}


OF_INPUTS = {"input_missing", "invalid_image", "unsafe_url", "upload_expired", "url_unreachable"}
"""What `prepare_inputs` makes failures of."""


def test_every_code_of_a_failed_item_is_explained_and_none_besides() -> None:
    assert set(DOCUMENT["x-failure-codes"]) == codes_of_failures() | OF_INPUTS
