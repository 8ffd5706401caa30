"""The functions as deployed: their environment on moto, their factories fresh for each test."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities import parameters

from shared.runtime import aws as aws_module
from shared.runtime import (
    bootstrap,
    bootstrap_analytics,
    bootstrap_characters,
    bootstrap_face_analysis,
    bootstrap_kit_workflow,
    bootstrap_numbers,
    bootstrap_reference_kits,
    bootstrap_styles,
    bootstrap_sweeper,
    bootstrap_variants,
    bootstrap_webhook,
    bootstrap_worker,
)
from tests.aws import REGION, Aws

EVENTS = Path(__file__).parents[2] / "events"
SECRET_NAME = "likeness-providers"
WEBHOOK_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
_ROOTS = (
    bootstrap,
    bootstrap_analytics,
    bootstrap_characters,
    bootstrap_face_analysis,
    bootstrap_kit_workflow,
    bootstrap_numbers,
    bootstrap_reference_kits,
    bootstrap_styles,
    bootstrap_sweeper,
    bootstrap_variants,
    bootstrap_webhook,
    bootstrap_worker,
)


@dataclass
class Context:
    """What Lambda hands to a handler."""

    function_name: str = "likeness"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:likeness"
    aws_request_id: str = "8f5c2f0e-0d52-4a43-8d8c-5f1b7c0c3f11"
    remaining_ms: int = 130_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


def event(name: str) -> dict[str, Any]:
    """One of the files in `events/`."""
    content: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return content


@contextmanager
def deployed(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """Environment, secret, and nothing cached from another test. Powertools runs the batch on
    the current loop only where Lambda's own variable says that this is Lambda."""
    secrets = boto3.client("secretsmanager", region_name=REGION)
    values = {"GEMINI_API_KEY": "g", "REPLICATE_WEBHOOK_SECRET": WEBHOOK_SECRET}
    secrets.create_secret(Name=SECRET_NAME, SecretString=json.dumps(values))
    variables = aws.environment | {
        "PROVIDER_SECRET_NAME": SECRET_NAME,
        "PUBLIC_URL": "https://api.likeness.test",
        "LAMBDA_TASK_ROOT": "/var/task",
        "FREE_IN_FLIGHT": "1",
        "FREE_REQUESTS_PER_MINUTE": "60",
        "PAID_REQUESTS_PER_MINUTE": "60",
        "PAID_IN_FLIGHT": "5",
        "FREE_MONTHLY_IMAGES": "50",
        "PAID_MONTHLY_IMAGES": "2000",
        "IMAGE_PROVIDERS": "gemini,replicate",
        "COLLECTOR_DRY_RUN": "false",
        "RETENTION_GENERATIONS_DAYS": "0",
        "RETENTION_REJECTED_VARIANTS_DAYS": "0",
        "GEMINI_REQUESTS_PER_MINUTE": "600",
        "REPLICATE_REQUESTS_PER_MINUTE": "600",
        "COMFYUI_REQUESTS_PER_MINUTE": "600",
        "FACE_ANALYZER": "dlib",
        "EVENT_BUS_NAME": "likeness-bus",
        "KIT_WORKFLOW_ARN": f"arn:aws:states:{REGION}:123456789012:stateMachine:Kits",
        "DAILY_SPEND_THRESHOLD_USD": "0",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    parameters.clear_caches()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
    forget_what_was_made()
    yield aws


def forget_what_was_made() -> None:
    """Services are made anew, from the environment as it is then. Of that environment the
    clients know nothing but the region, which stays."""
    for module in (aws_module, *_ROOTS):
        _forget(module)


def _forget(module: ModuleType) -> None:
    for made in vars(module).values():
        if hasattr(made, "cache_clear") and made is not aws_module.client:
            made.cache_clear()
