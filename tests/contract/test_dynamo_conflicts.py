"""What the table may answer besides yes and no, injected, since neither moto nor the local engine
ever raises it; and how many calls each step takes."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.transactions import TRIES
from shared.domain import events as e
from shared.domain.closing import close
from shared.domain.errors import InFlightLimit, StaleWrite, Unavailable
from shared.domain.generation import Snapshot
from shared.domain.transitions import Move, decide
from tests.aws import Aws
from tests.aws_calls import AwsCalls
from tests.builders import (
    ADA,
    NOW,
    a_snapshot,
    an_attempt,
    an_idempotency_key,
    an_image,
)
from tests.contract.conftest import Stores, dynamo_stores

TRANSACT = "dynamodb.TransactWriteItems"
CONFLICT = ["None", "TransactionConflict", "None"]


@pytest.fixture
def stores(table: Table) -> Stores:
    return dynamo_stores(table)


def test_a_conflicting_submission_is_tried_again_with_growing_jitter(
    stores: Stores, aws_calls: AwsCalls, naps: list[float]
) -> None:
    aws_calls.fail(TRANSACT, "TransactionCanceledException", reasons=CONFLICT, times=3)

    snapshot = stores.submit(a_snapshot())

    assert stores.generations.get(snapshot.generation.id) == snapshot
    assert naps == [0.05, 0.1, 0.2]


def test_a_store_that_stays_busy_is_unavailable_and_nothing_is_written(
    stores: Stores, aws: Aws, aws_calls: AwsCalls
) -> None:
    aws_calls.fail(TRANSACT, "TransactionCanceledException", reasons=CONFLICT, times=TRIES)

    with pytest.raises(Unavailable):
        stores.submit(a_snapshot())

    assert aws_calls.count[TRANSACT] == TRIES
    assert aws.records() == []


@pytest.mark.parametrize(
    "code",
    [
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "InternalServerError",
        "TransactionInProgressException",
    ],
)
def test_a_throttle_anywhere_is_waited_out(stores: Stores, aws_calls: AwsCalls, code: str) -> None:
    for operation in (TRANSACT, "dynamodb.Query", "dynamodb.GetItem"):
        aws_calls.fail(operation, code)

    snapshot = stores.submit(a_snapshot())

    assert stores.generations.get(snapshot.generation.id) == snapshot
    assert stores.owners.images_used(ADA, "2026-03") == 6


def test_a_single_write_in_conflict_with_a_transaction_is_tried_again(
    stores: Stores, aws_calls: AwsCalls
) -> None:
    item = stores.submit(a_snapshot(items=1)).items[0]
    aws_calls.fail("dynamodb.PutItem", "TransactionConflictException", times=2)

    stores.generations.apply(decided(decide(item, e.Claimed(), NOW)))

    assert aws_calls.count["dynamodb.PutItem"] == 3


def test_a_condition_behind_a_busy_record_is_not_believed(
    stores: Stores, aws_calls: AwsCalls
) -> None:
    """The slot may be full only because of a submission under the same key, still under way."""
    aws_calls.fail(
        TRANSACT,
        "TransactionCanceledException",
        reasons=["TransactionConflict", "ConditionalCheckFailed", "None"],
    )

    stores.submit(a_snapshot(), key=an_idempotency_key())

    assert len(stores.owners.running(ADA)) == 1


def test_a_failed_condition_is_an_answer_and_not_tried_again(
    stores: Stores, count_calls: Counter[str], naps: list[float]
) -> None:
    stores.submit(a_snapshot(1), cap=1)

    with pytest.raises(InFlightLimit):
        stores.submit(a_snapshot(2), cap=1)

    assert count_calls[TRANSACT] == 2
    assert naps == []


def test_a_conflicting_move_still_hands_over_the_winner(
    stores: Stores, aws_calls: AwsCalls
) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    item = snapshot.items[0]
    claim = decided(decide(item, e.Claimed(), NOW))
    stores.generations.apply(claim)
    loser = decided(
        decide(item, e.GoodResult(an_attempt(item), an_image(snapshot.generation)), NOW)
    )
    aws_calls.fail(TRANSACT, "TransactionCanceledException", reasons=CONFLICT)

    with pytest.raises(StaleWrite) as lost:
        stores.generations.apply(loser)

    assert lost.value.winner == claim.after


def test_ten_closings_in_conflict_close_once(stores: Stores, aws_calls: AwsCalls) -> None:
    snapshot = cancelled(stores, a_snapshot(items=10))
    closing = close(snapshot, NOW)
    assert closing is not None
    aws_calls.fail(TRANSACT, "TransactionCanceledException", reasons=CONFLICT, times=5)

    stores.generations.close(closing)
    for _ in range(9):
        with pytest.raises(StaleWrite):
            stores.generations.close(closing)

    assert stores.owners.images_used(ADA, "2026-03") == 0
    assert stores.ledger_of(ADA)[snapshot.generation.id, "release"] == -10


def test_all_tries_of_a_transaction_carry_one_token(
    aws: Aws, table: Table, aws_calls: AwsCalls
) -> None:
    """A lost answer is followed by the same request, which is then not done twice."""
    tokens: list[str] = []

    def note(params: dict[str, str], **_: object) -> None:
        tokens.append(params["ClientRequestToken"])

    aws.dynamodb.meta.events.register("before-parameter-build.dynamodb.TransactWriteItems", note)
    aws_calls.fail(TRANSACT, "TransactionCanceledException", reasons=CONFLICT, times=2)
    try:
        dynamo_stores(table).submit(a_snapshot(1))
        dynamo_stores(table).submit(a_snapshot(2))
    finally:
        aws.dynamodb.meta.events.unregister(
            "before-parameter-build.dynamodb.TransactWriteItems", note
        )

    assert len(tokens) == 4
    assert len(set(tokens[:3])) == 1
    assert tokens[3] != tokens[0]


def test_a_vendor_error_that_is_none_of_ours_passes_through(
    stores: Stores, aws_calls: AwsCalls
) -> None:
    aws_calls.fail(TRANSACT, "AccessDeniedException")

    with pytest.raises(ClientError):
        stores.submit(a_snapshot())

    assert aws_calls.count[TRANSACT] == 1


def test_a_lost_ledger_is_not_closed_over(stores: Stores, table: Table) -> None:
    """Conditions on money that no caller can mend stop the transaction and are no domain error."""
    snapshot = cancelled(stores, a_snapshot(items=2))
    table.client.delete_item(
        TableName=table.name, Key={"pk": {"S": f"OWNER#{ADA}"}, "sk": {"S": "QUOTA#2026-03"}}
    )
    closing = close(snapshot, NOW)
    assert closing is not None

    with pytest.raises(Exception, match="does not allow the write"):
        stores.generations.close(closing)

    assert not stores.generations.get(snapshot.generation.id).generation.closed


def test_submission_is_one_write(stores: Stores, count_calls: Counter[str]) -> None:
    stores.submit(a_snapshot(items=10), key=an_idempotency_key())

    assert count_calls == {TRANSACT: 1}


def test_an_image_takes_four_calls_and_a_transaction_only_where_two_records_move(
    stores: Stores, count_calls: Counter[str]
) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    count_calls.clear()
    item, image = snapshot.items[0], an_image(snapshot.generation)
    for make in life_of_an_item(image.id):
        move = decided(decide(item, make(snapshot), NOW))
        stores.generations.apply(move)
        item = move.after
        snapshot = snapshot.with_item(item)

    assert count_calls == {"dynamodb.PutItem": 1, TRANSACT: 3}


def test_reading_is_one_query_however_many_items(stores: Stores, count_calls: Counter[str]) -> None:
    snapshot = stores.submit(a_snapshot(items=40))
    count_calls.clear()

    stores.generations.get(snapshot.generation.id)
    stores.generations.load(snapshot.generation.id)

    assert count_calls == {"dynamodb.Query": 2}


def test_a_sweep_reads_each_shard_once_however_many_are_not_due(
    stores: Stores, count_calls: Counter[str]
) -> None:
    for number in range(1, 12):
        stores.submit(a_snapshot(number, items=1), cap=99)
    count_calls.clear()

    assert list(stores.generations.due(NOW)) == []
    assert count_calls == {"dynamodb.Query": 16}


def test_reads_that_come_back_in_parts_are_put_together(
    table: Table, stores: Stores, naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table may leave part of a batch undone."""
    images = [an_image(a_snapshot().generation, number=number) for number in (1, 2, 3)]
    for image in images:
        stores.images.add(image)
    read = table.client.batch_get_item

    def one_at_a_time(RequestItems: Any) -> Any:  # noqa: N803  # the API's name
        request = RequestItems[table.name]
        first, *rest = request["Keys"]
        answer: Any = read(RequestItems={table.name: {**request, "Keys": [first]}})
        if rest:
            answer["UnprocessedKeys"] = {table.name: {**request, "Keys": rest}}
        return answer

    monkeypatch.setattr(table.client, "batch_get_item", one_at_a_time, raising=False)

    records = table.get_many(keys.image(image.id) for image in images)

    assert {record["id"] for record in records} == {image.id for image in images}
    assert len(naps) == 2


def decided(decision: object) -> Move:
    assert isinstance(decision, Move), decision
    return decision


def cancelled(stores: Stores, snapshot: Snapshot) -> Snapshot:
    stores.submit(snapshot)
    for item in snapshot.items:
        stores.generations.apply(decided(decide(item, e.CancelRequested(), NOW)))
    return stores.generations.get(snapshot.generation.id)


def life_of_an_item(image_id: str) -> list[Callable[[Snapshot], e.Event]]:
    """Claimed, called, answered, stored: without the reads and the four puts of its objects."""
    return [
        lambda _: e.Claimed(),
        lambda now: e.ProviderCalled(an_attempt(now.items[0])),
        lambda now: e.GoodResult(an_attempt(now.items[0]), an_image(now.generation)),
        lambda now: e.Stored(an_image(now.generation)),
    ]
