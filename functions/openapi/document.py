"""From declared routes to an OpenAPI 3.1 document."""

import inspect
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args, get_origin

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from functions.openapi.refusals import SCHEMAS, needs_token, refusals_of
from functions.openapi.wording import describe, read
from shared.domain.ids import id_pattern
from shared.runtime import binding as b
from shared.runtime.http import Page, Reply, Route
from shared.runtime.image_bodies import ImageInputBody
from shared.runtime.incoming import FORM, JSON

type Json = dict[str, Any]

_REF: Final = "#/components/schemas/{model}"
_AUTHORIZATION: Final = (
    "`Authorization: Bearer TOKEN`. On AWS the access token of a user of the stack's user pool, or "
    "a token of your own issuer; on your machine what `uv run likeness token` prints."
)


def document(
    routes: Iterable[Route], *, info: Json, examples: Mapping[str, Json], more_paths: Json
) -> Json:
    """One document of all routes. `examples` are by operation: `request` and `response`."""
    routes = list(routes)
    schemas, definitions = _schemas(routes)
    paths: Json = {}
    for route in routes:
        operation = _operation(route, schemas, definitions, examples.get(_name(route), {}))
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    for query in _queries(routes):
        definitions.pop(query.model.__name__, None)
    made = {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": "/"}],
        "paths": {path: paths[path] for path in sorted(paths)} | more_paths,
        "components": {
            "schemas": {name: definitions[name] for name in sorted(definitions)} | SCHEMAS,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": _AUTHORIZATION,
                }
            },
        },
        "x-problem-codes": read("problem_codes"),
        "x-failure-codes": read("failure_codes"),
    }
    # `ListView[ImageView]` is called `ImageListView`.
    named: Json = json.loads(re.sub(r"ListView_(\w+?)View_", r"\1ListView", json.dumps(made)))
    describe(named)
    return named


class _Untitled(GenerateJsonSchema):
    """A field's title would only repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _name(route: Route) -> str:
    return route.handler.__name__


def _queries(routes: Iterable[Route]) -> list[b.QueryString]:
    return [
        each
        for route in routes
        for each in route.bindings.values()
        if isinstance(each, b.QueryString)
    ]


def _body(route: Route) -> Any:
    """The annotation of the JSON body, None when there is none."""
    for each in route.bindings.values():
        if isinstance(each, b.JsonBody):
            return each.annotation
        if isinstance(each, b.Picture):
            return ImageInputBody
    return None


def _answered(route: Route) -> Any:
    """The view that a route answers with; None for 204 and for pages."""
    answer = route.answer
    if get_origin(answer) is Reply:
        return get_args(answer)[0]
    return None if answer in (None, Page) else answer


def _schemas(routes: list[Route]) -> tuple[Mapping[Any, Json], Json]:
    """Of every body and answer, by operation and direction; and what they refer to."""
    wanted: list[tuple[str, Any, TypeAdapter[Any]]] = []
    for route in routes:
        if (body := _body(route)) is not None:
            wanted.append((_name(route), "validation", TypeAdapter(body)))
        if (view := _answered(route)) is not None:
            wanted.append((_name(route), "serialization", TypeAdapter(view)))
    wanted += [
        (each.model.__name__, "validation", TypeAdapter(each.model)) for each in _queries(routes)
    ]
    schemas, shared = TypeAdapter.json_schemas(
        wanted, ref_template=_REF, schema_generator=_Untitled
    )
    return schemas, shared["$defs"]


def _operation(route: Route, schemas: Mapping[Any, Json], definitions: Json, example: Json) -> Json:
    operation: Json = {
        "operationId": _name(route),
        "tags": [route.path.split("/")[2] if needs_token(route) else "service"],
        "summary": route.summary,
        "description": inspect.cleandoc(route.handler.__doc__ or ""),
        "parameters": [
            parameter
            for name, each in route.bindings.items()
            for parameter in _parameters(name, each, definitions)
        ],
    }
    if (body := schemas.get((_name(route), "validation"))) is not None:
        operation["requestBody"] = _request_body(route, body, example)
    success = _success(route, schemas.get((_name(route), "serialization")), example)
    operation["responses"] = {str(route.status): success, **refusals_of(route)}
    operation["security"] = [{"bearer": []}] if needs_token(route) else []
    return operation


def _parameters(name: str, binding: b.Binding, definitions: Json) -> list[Json]:
    match binding:
        case b.PathId(kind=kind):
            thing = kind.name.lower().replace("_", " ")
            described = f"Id of your {thing}; any other is answered with 404."
            schema = {"type": "string", "pattern": id_pattern(kind)}
            parameter = {"name": name, "in": "path", "required": True, "schema": schema}
            return [parameter | {"description": described}]
        case b.PathName(pattern=pattern, thing=thing):
            schema = {"type": "string", "pattern": pattern}
            parameter = {"name": name, "in": "path", "required": True, "schema": schema}
            return [parameter | {"description": f"A {thing}; any other is answered with 404."}]
        case b.QueryString(model=model):
            fields: Json = definitions[model.__name__]["properties"]
            return [
                {"name": field, "in": "query", "required": False, "schema": _not_null(schema)}
                for field, schema in fields.items()
            ]
        case b.RetryKey():
            schema = {"type": "string", "pattern": "^[!#-~]{1,64}$"}
            described = "Same key and body: the first answer again, for 24 hours."
            return [
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": False,
                    "description": described,
                    "schema": schema,
                }
            ]
        case _:
            return []


def _not_null(schema: Json) -> Json:
    """A query parameter that is not given is absent, never null."""
    if "anyOf" not in schema:
        return schema
    return next(choice for choice in schema["anyOf"] if choice.get("type") != "null")


def _request_body(route: Route, schema: Json, example: Json) -> Json:
    content: Json = {JSON: {"schema": schema}}
    if "request" in example:
        content[JSON]["examples"] = {
            name: {"value": value} for name, value in example["request"].items()
        }
    if route.form:
        file = {"type": "string", "format": "binary", "description": "A file the request names."}
        part = {
            "type": "object",
            "required": ["request"],
            "properties": {"request": schema},
            "additionalProperties": file,
        }
        content[FORM] = {"schema": part, "encoding": {"request": {"contentType": JSON}}}
    if any(isinstance(each, b.Picture) for each in route.bindings.values()):
        file = {"type": "string", "format": "binary", "description": "At most 4 MB."}
        part = {"type": "object", "required": ["file"], "properties": {"file": file}}
        types = "image/png, image/jpeg, image/webp"
        content[FORM] = {"schema": part, "encoding": {"file": {"contentType": types}}}
    return {"required": True, "content": content}


def _success(route: Route, schema: Json | None, example: Json) -> Json:
    success: Json = {"description": route.summary}
    if schema is not None:
        success["content"] = {JSON: {"schema": schema}}
        if "response" in example:
            success["content"][JSON]["example"] = example["response"]
    if route.answer is Page:
        media_type = "text/html" if route.path.endswith("docs") else JSON
        success["content"] = {media_type: {"schema": {}}}
    if headers := _headers(route):
        success["headers"] = headers
    return success


def _headers(route: Route) -> Json:
    text = {"schema": {"type": "string"}}
    headers: Json = {}
    if get_origin(route.answer) is not Reply:
        return headers
    if route.status in (201, 202):
        headers["Location"] = {"description": "Where the new resource is read."} | text
    if route.status in (200, 202):
        described = "Seconds after which it is worth asking again; absent when all is final."
        headers["Retry-After"] = {"description": described, "schema": {"type": "integer"}}
    if any(isinstance(each, b.RetryKey) for each in route.bindings.values()):
        described = "`true` when this is the answer to an earlier request of the same key."
        headers["Idempotent-Replayed"] = {"description": described} | text
    return headers
