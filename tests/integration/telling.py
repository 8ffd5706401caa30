"""What the table's stream tells analytics, as its trigger hands it on."""

from collections.abc import Iterator
from itertools import batched
from typing import Any

import boto3
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from functions.analytics.handler import lambda_handler
from tests.aws import REGION, TABLE
from tests.integration.deployed import Context

_BATCH = 100


def told() -> list[dict[str, Any]]:
    """All changes of records that the trigger's filter lets through, in their order. moto tells
    some of a transaction twice, which the service may do as well."""
    return list(_told())


def tell(records: list[dict[str, Any]], *, batch: int = _BATCH) -> int:
    """The number of batches."""
    batches = list(batched(records, batch, strict=False))
    for some in batches:
        lambda_handler({"Records": list(some)}, Context())  # type: ignore[arg-type]  # what it uses
    return len(batches)


def open_bus() -> None:
    boto3.client("events", region_name=REGION).create_event_bus(Name="likeness-bus")


def _told() -> Iterator[dict[str, Any]]:
    table = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[TABLE]
    assert table.stream_shard is not None, "its stream is on"
    for change in table.stream_shard.items:
        record = change.to_json()
        key = record["dynamodb"]["Keys"]
        if key["pk"]["S"].startswith(("GEN#", "IMG#", "CHR#")) and _is_told(key["sk"]["S"]):
            at = record["dynamodb"]["ApproximateCreationDateTime"].timestamp()
            yield record | {"dynamodb": record["dynamodb"] | {"ApproximateCreationDateTime": at}}


def _is_told(sk: str) -> bool:
    return sk == "META" or sk.startswith(("ITEM#", "ATT#", "SOURCE#", "VARIANT#"))
