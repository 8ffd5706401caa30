"""`python -m tests.api_types` writes web/js/api-types.d.ts: the API's schemas as types."""

import json
from pathlib import Path
from typing import Any

from infra.local.layout import PROJECT

DOCUMENT = PROJECT / "functions" / "generations" / "openapi.json"
PATH = PROJECT / "web" / "js" / "api-types.d.ts"
_HEAD = "/** The API's schemas, written from its document by `python -m tests.api_types`. */\n"
_PLAIN = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
    "object": "Record<string, unknown>",
}

type Schema = dict[str, Any]


def text() -> str:
    """The whole file. Every field of an answer is there; of a request only the required ones."""
    schemas: dict[str, Schema] = json.loads(DOCUMENT.read_text())["components"]["schemas"]
    return _HEAD + "".join(_declared(_named(name), schema) for name, schema in schemas.items())


def _declared(name: str, schema: Schema) -> str:
    if schema.get("type") != "object" or "properties" not in schema:
        return f"\nexport type {name} = {_type_of(schema)};\n"
    required = schema.get("required", [])
    fields = "".join(
        f"  {field}{'' if field in required else '?'}: {_type_of(of)};\n"
        for field, of in schema["properties"].items()
    )
    return f"\nexport interface {name} {{\n{fields}}}\n"


def _type_of(schema: Schema) -> str:  # noqa: PLR0911  # one answer per kind of schema
    match schema:
        case {"$ref": str(address)}:
            return _named(address.rpartition("/")[2])
        case {"anyOf": choices} | {"oneOf": choices}:
            return " | ".join(dict.fromkeys(_type_of(one) for one in choices))
        case {"const": one}:
            return json.dumps(one)
        case {"enum": several}:
            return " | ".join(json.dumps(one) for one in several)
        case {"type": "array"}:
            return f"Array<{_type_of(schema.get('items', {}))}>"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"Record<string, {_type_of(values)}>"
        case {"type": str(plain)}:
            return _PLAIN.get(plain, "unknown")
    return "unknown"


def _named(schema: str) -> str:
    """A schema's name as an identifier."""
    return "".join(letter if letter.isalnum() else "_" for letter in schema)


def main(path: Path = PATH) -> None:
    path.write_text(text())


if __name__ == "__main__":
    main()
