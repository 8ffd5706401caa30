"""The sweeper's entry point on moto: the schedule and the dead letters."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.sweeper.handler import lambda_handler
from shared.adapters.dynamo.generations import DynamoGenerations
from shared.adapters.dynamo.images import DynamoImages
from shared.adapters.dynamo.table import Table
from shared.domain.closing import close
from shared.domain.events import CancelRequested
from shared.domain.generation import Snapshot, Status
from shared.domain.images import StoredImage
from shared.domain.transitions import Move, decide
from shared.runtime import bootstrap_sweeper
from shared.runtime.clock import clock
from tests.aws import IMAGES_BUCKET, TABLE, Aws
from tests.builders import a_brief, a_snapshot, an_allowance, an_image
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
        allowance=an_allowance(),
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


def test_dead_letters_fail_their_items_and_all_are_kept(
    live: Aws, abandoned: tuple[DynamoGenerations, Snapshot], caplog: pytest.LogCaptureFixture
) -> None:
    generations, snapshot = abandoned
    letters = event("dead_letter")
    body = json.loads(letters["Records"][0]["body"])
    letters["Records"][0]["body"] = json.dumps(body | {"generation_id": snapshot.generation.id})

    assert call(letters) == {"batchItemFailures": []}

    assert generations.get(snapshot.generation.id).status is Status.FAILED
    readable, malformed = (one["messageId"] for one in letters["Records"])
    folder = "dead-letters/{}/2026-11-20/{}-dead-letters/{}.json"
    keys = [
        folder.format("malformed", "ingest", malformed),
        folder.format("readable", "work-priority", readable),
    ]
    assert sorted(live.objects(IMAGES_BUCKET)) == keys
    kept = json.loads(live.s3.get_object(Bucket=IMAGES_BUCKET, Key=keys[0])["Body"].read())
    assert kept["body"] == '"not a message of ours"'
    told = [vars(record) for record in caplog.records]
    assert sorted(record["kept_as"] for record in told) == keys
    assert "not a message of ours" not in str(told)


def test_a_letter_whose_item_may_still_end_well_stays(
    live: Aws, abandoned: tuple[DynamoGenerations, Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared.domain.errors import AttemptStillLive

    def still_live(*, work: object) -> None:
        raise AttemptStillLive("an attempt is still live")

    monkeypatch.setattr(bootstrap_sweeper, "bury_dead_letter", lambda: still_live)
    letters = event("dead_letter")
    letters["Records"] = letters["Records"][:1]

    for _ in range(2):
        assert call(letters)["batchItemFailures"] == [
            {"itemIdentifier": letters["Records"][0]["messageId"]}
        ]
    assert len(live.objects(IMAGES_BUCKET)) == 1, "kept once"


def test_a_letter_that_cannot_be_kept_is_not_let_go(
    live: Aws, abandoned: tuple[DynamoGenerations, Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGES_BUCKET", "no-such-bucket")
    letters = event("dead_letter")

    assert len(call(letters)["batchItemFailures"]) == 2


def test_the_hourly_round_collects_what_was_never_finished(
    live: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphan, kept = _begun(live, 1, days_ago=2), _begun(live, 2, days_ago=0)

    told = call(event("schedule_collect") | {"dry_run": True})
    assert (told["dry_run"], told["orphans"], told["objects"]) == (True, 1, 4)
    assert {orphan.key, kept.key} <= live.objects(IMAGES_BUCKET).keys()

    done = call(event("schedule_collect"))

    assert (done["dry_run"], done["orphans"], done["failed"]) == (False, 1, 0)
    assert live.objects(IMAGES_BUCKET).keys() == {kept.key}
    assert orphan.key.partition("/")[0] not in json.dumps(done)
    assert call(event("schedule_collect"))["orphans"] == 0


def test_a_deployment_may_let_the_collector_only_tell(
    live: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphan = _begun(live, 1, days_ago=2)
    monkeypatch.setenv("COLLECTOR_DRY_RUN", "true")

    assert call(event("schedule_collect"))["orphans"] == 1
    assert orphan.key in live.objects(IMAGES_BUCKET)


def test_a_deployment_may_forget_what_is_old(
    live: Aws, abandoned: tuple[DynamoGenerations, Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    generations, snapshot = abandoned
    closing = close(_cancelled(generations, snapshot), clock() - timedelta(days=31))
    assert closing is not None
    generations.close(closing)
    assert call(event("schedule_collect"))["forgotten"] == 0

    monkeypatch.setenv("RETENTION_GENERATIONS_DAYS", "30")
    bootstrap_sweeper.settings.cache_clear()
    bootstrap_sweeper.collect.cache_clear()

    assert call(event("schedule_collect"))["forgotten"] == 1
    kept = {record["pk"]["S"].partition("#")[0] for record in live.records()}
    assert kept == {"OWNER", "COLLECTOR"}


def _cancelled(generations: DynamoGenerations, snapshot: Snapshot) -> Snapshot:
    move = decide(snapshot.items[0], CancelRequested(), clock())
    assert isinstance(move, Move)
    generations.apply(move)
    return generations.get(snapshot.generation.id)


def _begun(live: Aws, number: int, *, days_ago: int) -> StoredImage:
    image = an_image(
        a_snapshot().generation, number=number, created_at=clock() - timedelta(days=days_ago)
    )
    DynamoImages(Table(live.dynamodb, TABLE)).add(image)
    live.s3.put_object(Bucket=IMAGES_BUCKET, Key=image.key, Body=b"pixels")
    return image
