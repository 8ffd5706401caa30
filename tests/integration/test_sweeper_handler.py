"""The sweeper's entry point on moto: the schedule and the dead letters."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.sweeper.handler import lambda_handler
from shared.adapters.dynamo.generations import DynamoGenerations
from shared.adapters.dynamo.table import Table
from shared.domain.generation import Snapshot, Status
from shared.runtime import bootstrap_sweeper
from shared.runtime.clock import clock
from tests.aws import TABLE, Aws
from tests.builders import a_brief, a_snapshot
from tests.integration.deployed import Context, event


@pytest.fixture
def abandoned(live: Aws) -> tuple[DynamoGenerations, Snapshot]:
    """Recorded two minutes ago and never sent."""
    generations = DynamoGenerations(Table(live.dynamodb, TABLE))
    created_at = clock() - timedelta(minutes=2)
    snapshot = a_snapshot(items=1, created_at=created_at)
    generations.submit(
        snapshot,
        a_brief(snapshot),
        in_flight_cap=1,
        monthly_quota=50,
        idempotency=None,
        due_at=created_at + timedelta(minutes=1),
    )
    return generations, snapshot


def call(happened: dict[str, Any]) -> Any:
    return lambda_handler(happened, Context())  # type: ignore[arg-type]


def test_the_schedule_sends_what_was_never_sent(
    live: Aws, abandoned: tuple[DynamoGenerations, Snapshot]
) -> None:
    assert call(event("schedule_sweep")) == {"due": 1}

    answer = live.sqs.receive_message(QueueUrl=live.queue_urls["work-standard"])
    (message,) = answer["Messages"]
    assert json.loads(message["Body"])["generation_id"] == abandoned[1].generation.id


def test_dead_letters_fail_their_items_and_unreadable_ones_are_let_go(
    live: Aws, abandoned: tuple[DynamoGenerations, Snapshot]
) -> None:
    generations, snapshot = abandoned
    letters = event("dead_letter")
    body = json.loads(letters["Records"][0]["body"])
    letters["Records"][0]["body"] = json.dumps(body | {"generation_id": snapshot.generation.id})

    assert call(letters) == {"batchItemFailures": []}
    assert generations.get(snapshot.generation.id).status is Status.FAILED


def test_a_letter_whose_item_may_still_end_well_stays(
    live: Aws, abandoned: tuple[DynamoGenerations, Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared.domain.errors import AttemptStillLive

    def still_live(*, work: object) -> None:
        raise AttemptStillLive("an attempt is still live")

    monkeypatch.setattr(bootstrap_sweeper, "bury_dead_letter", lambda: still_live)
    letters = event("dead_letter")
    letters["Records"] = letters["Records"][:1]

    assert call(letters)["batchItemFailures"] == [
        {"itemIdentifier": letters["Records"][0]["messageId"]}
    ]
