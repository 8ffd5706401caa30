"""The worker's entry point on moto, driven by the events of its queues."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from functions.worker.handler import lambda_handler
from shared.adapters.dynamo.generations import DynamoGenerations
from shared.adapters.dynamo.table import Table
from shared.domain.generation import Item, Snapshot, Status
from shared.domain.quality import unreadable
from shared.domain.request import Acceptance
from shared.runtime import bootstrap_worker
from shared.runtime.clock import clock
from tests.aws import IMAGES_BUCKET, TABLE, Aws
from tests.builders import a_brief, a_snapshot, an_allowance
from tests.draw_builders import ACCEPT, a_score
from tests.integration.deployed import Context, event
from tests.workshop import FakeProvider


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    fake = FakeProvider()
    monkeypatch.setattr(bootstrap_worker, "_connected", lambda *_: fake)
    return fake


def submitted(
    aws: Aws, items: int = 3, accept: Acceptance | None = None
) -> tuple[DynamoGenerations, Snapshot]:
    """Just accepted: the work message of `events/work_run_items.json` names it."""
    generations = DynamoGenerations(Table(aws.dynamodb, TABLE))
    snapshot = a_snapshot(items=items, created_at=clock(), accept=accept)
    changed = tuple(item.model_copy(update={"accept": accept}) for item in snapshot.items)
    snapshot = snapshot.model_copy(update={"items": changed})
    generations.submit(
        snapshot,
        a_brief(snapshot),
        allowance=an_allowance(),
        idempotency=None,
        due_at=clock() + timedelta(seconds=60),
    )
    return generations, snapshot


def message(name: str, snapshot: Snapshot, **changes: Any) -> dict[str, Any]:
    """An event of `events/`, about this generation."""
    filled = event(name)
    for record in filled["Records"]:
        body = json.loads(record["body"])
        record["body"] = json.dumps(body | {"generation_id": snapshot.generation.id} | changes)
    return filled


def test_a_message_of_three_items_becomes_three_images(live: Aws, provider: FakeProvider) -> None:
    generations, snapshot = submitted(live)

    answer = lambda_handler(message("work_run_items", snapshot), Context())  # type: ignore[arg-type]

    done = generations.get(snapshot.generation.id)
    assert answer == {"batchItemFailures": []}
    assert done.status is Status.COMPLETED
    assert len(live.objects(IMAGES_BUCKET)) == 12


def test_only_the_failed_message_returns_to_the_queue(live: Aws, provider: FakeProvider) -> None:
    generations, snapshot = submitted(live)
    events = message("work_run_items", snapshot)
    broken = events["Records"][0] | {"messageId": "broken", "body": "{}"}
    events["Records"].append(broken)

    answer = lambda_handler(events, Context())  # type: ignore[arg-type]

    assert answer == {"batchItemFailures": [{"itemIdentifier": "broken"}]}
    assert generations.get(snapshot.generation.id).status is Status.COMPLETED


def test_an_image_that_must_score_waits_is_drawn_again_and_delivered(
    live: Aws, provider: FakeProvider
) -> None:
    """Stored, scored, judged: through the entry points of the worker's queues."""
    generations, snapshot = submitted(live, items=1, accept=ACCEPT)

    def drawn_and_scored(score: float) -> Item:
        lambda_handler(message("work_run_items", snapshot, indexes=[0]), Context())  # type: ignore[arg-type]
        (item,) = generations.get(snapshot.generation.id).items
        assert item.awaits_judgement
        assert item.image is not None
        found = {"similarity": a_score(score), "qa": unreadable()}
        generations.record_similarity(item.image.model_copy(update=found))
        lambda_handler(message("ingest_judge", snapshot), Context())  # type: ignore[arg-type]
        return generations.get(snapshot.generation.id).items[0]

    assert drawn_and_scored(60).status is Status.QUEUED
    done = drawn_and_scored(90)

    assert (done.status, done.judgement) == (Status.COMPLETED, "passed")
    assert [draw.score for draw in done.draws] == [60, 90]
    assert generations.get(snapshot.generation.id).status is Status.COMPLETED
    assert len(live.objects(IMAGES_BUCKET)) == 8


def test_an_image_of_a_pack_takes_eight_aws_calls(
    live: Aws, provider: FakeProvider, count_calls: Counter[str]
) -> None:
    """Four S3 puts among them; what is read or written once for a whole message is apart."""
    _, snapshot = submitted(live, items=10)
    count_calls.clear()

    lambda_handler(message("work_run_items", snapshot, indexes=list(range(10))), Context())  # type: ignore[arg-type]

    per_message = {
        "dynamodb.Query": 2,  # what to draw; how it ended
        "dynamodb.GetItem": 1,  # the provider's gate
        "dynamodb.PutItem": 1,  # the same, with these calls
        "dynamodb.UpdateItem": 1,  # the due marker
        "dynamodb.TransactWriteItems": 1,  # closing
    }
    per_image = {
        "s3.PutObject": 4,
        "dynamodb.PutItem": 1,  # claim
        "dynamodb.TransactWriteItems": 3,  # call, upload, completion
    }
    expected = Counter(per_message)
    for operation, times in per_image.items():
        expected[operation] += 10 * times
    assert count_calls - Counter({"secretsmanager.GetSecretValue": 9}) == expected
    assert sum(per_image.values()) == 8
