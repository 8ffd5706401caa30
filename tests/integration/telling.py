"""Tells analytics of everything that is in the table, as its stream would."""

from itertools import count
from typing import Any

import boto3

from functions.analytics.handler import lambda_handler
from tests.aws import REGION, Aws
from tests.integration.deployed import Context

_ENDS = ("META", "ITEM#", "ATT#")


def tell_all(live: Aws) -> None:
    """Each record as it stands, as if it had been written so at once."""
    boto3.client("events", region_name=REGION).create_event_bus(Name="likeness-bus")
    numbers = count(1)
    records = [
        _inserted(record, next(numbers))
        for record in live.records()
        if record["pk"]["S"].startswith(("GEN#", "IMG#")) and record["sk"]["S"].startswith(_ENDS)
    ]
    lambda_handler({"Records": records}, Context())  # type: ignore[arg-type]  # what it uses of it


def _inserted(record: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "ApproximateCreationDateTime": 1795190400.0,
            "Keys": {name: record[name] for name in ("pk", "sk")},
            "NewImage": record,
            "SequenceNumber": str(number),
        },
    }
