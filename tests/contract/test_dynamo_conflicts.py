"""What the table may answer besides yes and no, injected, since neither moto nor the local engine
ever raises it."""

from collections import Counter

import pytest
from botocore.exceptions import ClientError

from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.transactions import TRIES
from shared.domain import events as e
from shared.domain.closing import close
from shared.domain.errors import InFlightLimit, StaleWrite, Unavailable
from shared.domain.generation import Snapshot
from tests.aws import Aws
from tests.aws_calls import AwsCalls
from tests.builders import (
    ADA,
    NOW,
    a_generation,
    a_snapshot,
    an_attempt,
    an_idempotency_key,
    an_image,
)
from tests.contract.conftest import Stores, dynamo_stores
from tests.contract.steps import decided

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

    stores.generations.apply(decided(item, e.Claimed()))

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
    claim = decided(item, e.Claimed())
    stores.generations.apply(claim)
    loser = decided(item, e.GoodResult(an_attempt(item), an_image(snapshot.generation)))
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


def test_the_marker_of_an_unknown_generation_leaves_no_record(stores: Stores, aws: Aws) -> None:
    stores.generations.mark_due(a_generation().id, NOW)

    assert aws.records() == []


def cancelled(stores: Stores, snapshot: Snapshot) -> Snapshot:
    stores.submit(snapshot)
    for item in snapshot.items:
        stores.generations.apply(decided(item, e.CancelRequested()))
    return stores.generations.get(snapshot.generation.id)
