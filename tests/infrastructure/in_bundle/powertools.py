"""Runs inside a bundle: the parts of Powertools the functions are written with."""

from importlib import import_module

import pydantic

for part in (
    "logging",
    "metrics",
    "event_handler",
    "event_handler.api_gateway",
    "event_handler.openapi.merge",
    "utilities.batch",
    "utilities.circuit_breaker",
    "utilities.data_classes",
    "utilities.parameters",
    "utilities.streaming",
    "utilities.typing",
):
    import_module(f"aws_lambda_powertools.{part}")


class Answer(pydantic.BaseModel):
    status: int


assert Answer.model_validate_json('{"status": 200}').status == 200
print("complete")
