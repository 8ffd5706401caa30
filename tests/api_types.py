"""`python -m tests.api_types` writes web/js/api-types.d.ts: the API's schemas as the studio's types."""

import json
from pathlib import Path
from typing import Any

from infra.local.layout import PROJECT

DOCUMENT = PROJECT / "functions" / "generations" / "openapi.json"
PATH = PROJECT / "web" / "js" / "api-types.d.ts"
_HEAD = "/** The API's schemas, written by `python -m tests.api_types` from its OpenAPI document. */\n"
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}

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


def _type_of(schema: Schema) -> str:
    if "$ref" in schema:
        return _named(schema["$ref"].rpartition("/")[2])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(_type_of(one) for one in choices))
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"Array<{_type_of(schema.get('items', {}))}>"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        return f"Record<string, {_type_of(values) if isinstance(values, dict) else 'unknown'}>"
    if schema.get("type") == "null":
        return "null"
    return _PLAIN.get(schema.get("type", ""), "unknown")


def _named(schema: str) -> str:
    """A schema's name as an identifier."""
    return "".join(letter if letter.isalnum() else "_" for letter in schema)


def main(path: Path = PATH) -> None:
    path.write_text(text())


if __name__ == "__main__":
    main()
