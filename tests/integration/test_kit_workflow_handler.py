"""The states of the kit workflow on moto, one after the other, as an execution calls them."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.kit_workflow.handler import lambda_handler
from shared.adapters.dynamo import keys
from shared.adapters.dynamo.generations import DynamoGenerations
from shared.adapters.dynamo.images import DynamoImages
from shared.adapters.dynamo.records import kit_record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.writes import put
from shared.domain.events import CancelRequested
from shared.domain.generation import Dispatch, Snapshot, Status
from shared.domain.quality import CheckStatus, Quality
from shared.domain.reference_kit import ReferenceKit
from shared.domain.transitions import Move, decide
from shared.runtime import aws
from shared.runtime.clock import clock
from tests.aws import TABLE, Aws
from tests.fake_kit_workflow import FakeKitWorkflow
from tests.integration.deployed import Context, event
from tests.kit_builders import a_kit, a_kit_snapshot, begin_kit


@pytest.fixture
def begun(live: Aws) -> tuple[DynamoGenerations, Snapshot, ReferenceKit]:
    """A kit of three slots, just accepted."""
    table = Table(live.dynamodb, TABLE)
    snapshot = a_kit_snapshot(created_at=clock())
    kit = a_kit(snapshot, drawn_at=clock())
    generations = DynamoGenerations(table)
    begin_kit(generations, DynamoImages(table), kit, snapshot)
    return generations, snapshot, kit


def call(happened: dict[str, Any], **changes: Any) -> Any:
    return lambda_handler(happened | changes, Context())  # type: ignore[arg-type]


def look_at(live: Aws, kit: ReferenceKit, status: CheckStatus) -> None:
    source = kit.source.model_copy(update={"qa": Quality(status=status)})
    Table(live.dynamodb, TABLE).commit(put(kit_record(kit.model_copy(update={"source": source}))))


def test_the_photo_is_pending_until_it_was_looked_at(
    live: Aws, begun: tuple[DynamoGenerations, Snapshot, ReferenceKit]
) -> None:
    _, _, kit = begun
    asked = event("kit_check_source") | {"kit_id": kit.id}

    seen = [call(asked)["photo"]]
    for status in (CheckStatus.WARNED, CheckStatus.FAILED):
        look_at(live, kit, status)
        seen.append(call(asked)["photo"])

    assert seen == ["pending", "usable", "unfit"]
    assert json.dumps(call(asked)) == '{"photo": "unfit"}'


def test_a_slot_is_let_go_with_its_token_kept_apart(
    live: Aws, begun: tuple[DynamoGenerations, Snapshot, ReferenceKit]
) -> None:
    generations, snapshot, _ = begun
    asked = event("kit_draw_slot") | {"generation_id": snapshot.generation.id}

    assert call(asked) == {}
    call(asked)  # as after a crash

    first, second, _ = generations.get(snapshot.generation.id).items
    assert (first.dispatch, first.awaited, first.version) == (Dispatch.PENDING, True, 2)
    assert second.dispatch is Dispatch.HELD
    key = keys.token(snapshot.generation.id, 0)
    (kept,) = (one for one in live.records() if one["sk"]["S"] == key["sk"])
    assert kept["token"]["S"] == asked["token"]
    assert "ttl" in kept
    sent = live.sqs.receive_message(
        QueueUrl=live.queue_urls["work-standard"], MaxNumberOfMessages=10
    )
    assert {json.loads(one["Body"])["indexes"][0] for one in sent["Messages"]} == {0}


def test_the_end_answers_what_is_awaited_gives_up_what_is_held_and_closes(
    live: Aws,
    begun: tuple[DynamoGenerations, Snapshot, ReferenceKit],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generations, snapshot, kit = begun
    generation_id = snapshot.generation.id
    look_at(live, kit, CheckStatus.PASSED)
    workflow = FakeKitWorkflow()
    monkeypatch.setattr(aws, "workflow_tasks", lambda: workflow)
    draw = event("kit_draw_slot")
    call(draw, generation_id=generation_id)
    cancelled = decide(generations.get(generation_id).items[0], CancelRequested(), clock())
    assert isinstance(cancelled, Move)
    generations.apply(cancelled)

    for _ in range(2):
        call(event("kit_finish"), generation_id=generation_id)

    assert workflow.answers == {draw["token"]: Status.CANCELLED}
    done = generations.get(generation_id)
    assert done.generation.closed
    assert [item.status for item in done.items] == [Status.CANCELLED, *[Status.FAILED] * 2]
    failures = [item.failure.code for item in done.items if item.failure]
    assert failures == ["anchor_failed"] * 2


def test_a_state_that_fails_says_so_in_the_log_without_its_token(
    live: Aws, caplog: pytest.LogCaptureFixture
) -> None:
    live.dynamodb.delete_table(TableName=TABLE)
    asked = event("kit_draw_slot")

    with pytest.raises(ClientError):
        call(asked)

    (told,) = (vars(record) for record in caplog.records)
    assert (told["msg"], told["state"]) == ("state failed", "draw_slot")
    assert asked["token"] not in caplog.text
