"""`python -m functions.openapi` writes the OpenAPI document of all functions.

Generated when the code changes and kept with it, so that a cold start pays nothing for it; a
test holds the file to the code.
"""

import json
from pathlib import Path
from typing import Any

from functions.characters.handler import api as characters
from functions.generations.handler import api as generations
from functions.openapi.document import document
from functions.reference_kits.handler import api as reference_kits
from shared.runtime.version import VERSION

TARGET = Path(__file__).parents[1] / "generations" / "openapi.json"
_EXAMPLES = Path(__file__).with_name("examples.json")

_INFO = {
    "title": "Likeness",
    "version": VERSION,
    "summary": "Images in which the same person stays recognisably the same person.",
    "description": (
        "Work is accepted at once (202) and done in the background: read the generation until it "
        "is `final`; `Retry-After` says when to ask again.\n\n"
        "Another owner's id looks like one that does not exist (404). Errors are problem "
        "documents (RFC 9457) with a stable `code`; what API Gateway refuses by itself is a "
        "plain `message`. A known address with another method answers 405 and says in `Allow` "
        "what it takes. A refusal changes nothing."
    ),
}

_WEBHOOK: dict[str, Any] = {
    "/v1/webhooks/replicate": {
        "post": {
            "operationId": "take_replicate_callback",
            "tags": ["webhooks"],
            "summary": "Replicate reports a prediction",
            "description": "Signed by Standard Webhooks; the signature stands in for a token.",
            "parameters": [
                {"name": name, "in": where, "required": True, "schema": {"type": "string"}}
                for name, where in (
                    ("attempt", "query"),
                    ("webhook-id", "header"),
                    ("webhook-timestamp", "header"),
                    ("webhook-signature", "header"),
                )
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["id"],
                            "properties": {"id": {"type": "string"}},
                        }
                    }
                },
            },
            "responses": {
                "200": {
                    "description": "Queued.",
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["received"],
                                "properties": {"received": {"const": True}},
                            }
                        }
                    },
                },
                **{
                    status: {
                        "description": f"`{code}`",
                        "content": {
                            "application/problem+json": {
                                "schema": {
                                    "allOf": [
                                        {"$ref": "#/components/schemas/Problem"},
                                        {"properties": {"code": {"const": code}}},
                                    ]
                                }
                            }
                        },
                    }
                    for status, code in (("400", "invalid_request"), ("401", "invalid_signature"))
                },
            },
            "security": [],
        }
    }
}


def generate() -> str:
    """The document as it is written to the file."""
    made = document(
        [*generations.routes, *characters.routes, *reference_kits.routes],
        info=_INFO,
        examples=json.loads(_EXAMPLES.read_text(encoding="utf-8")),
        more_paths=_WEBHOOK,
    )
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(generate(), encoding="utf-8")
