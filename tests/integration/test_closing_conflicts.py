"""Ten items that finish in the same instant, on a store that keeps refusing transactions."""

import json
from concurrent.futures import ThreadPoolExecutor

from functions.worker.handler import lambda_handler
from shared.domain.events import CancelRequested
from shared.domain.generation import Status
from shared.runtime.clock import clock
from shared.services.close_generation import CloseGeneration
from shared.services.moving import advance
from tests.aws import Aws
from tests.aws_calls import AwsCalls
from tests.integration.deployed import Context
from tests.integration.test_worker_handler import message, provider, submitted
from tests.workshop import FakeProvider

__all__ = ["provider"]


def ledger(aws: Aws) -> dict[str, int]:
    """The movements of money, by what they were for."""
    rows = [record for record in aws.records() if record["sk"]["S"].startswith("LEDGER#")]
    return {row["sk"]["S"].rpartition("#")[2]: int(row["units"]["N"]) for row in rows}


def test_ten_items_ending_together_under_conflicts_close_their_generation_once(
    live: Aws, provider: FakeProvider, aws_calls: AwsCalls
) -> None:
    generations, snapshot = submitted(live, items=10)
    aws_calls.fail(
        "dynamodb.TransactWriteItems",
        "TransactionCanceledException",
        reasons=["TransactionConflict"],
        times=8,
    )

    answer = lambda_handler(
        message("work_run_items", snapshot, indexes=list(range(10))),
        Context(),  # type: ignore[arg-type]
    )

    done = generations.get(snapshot.generation.id)
    assert json.dumps(answer) == '{"batchItemFailures": []}'
    assert (done.status, done.generation.charged) == (Status.COMPLETED, 10)
    assert ledger(live) == {"hold": 10}
    # Those refused, the submission, three for each image, one closing.
    assert aws_calls.count["dynamodb.TransactWriteItems"] == 8 + 1 + 10 * 3 + 1


def test_ten_closers_at_once_let_one_through(live: Aws, provider: FakeProvider) -> None:
    generations, snapshot = submitted(live, items=10)
    lambda_handler(message("work_run_items", snapshot, indexes=[0, 1, 2]), Context())  # type: ignore[arg-type]
    for item in generations.get(snapshot.generation.id).items[3:]:
        advance(generations, item, CancelRequested(), clock)
    close = CloseGeneration(generations, clock)

    with ThreadPoolExecutor(10) as at_once:
        closed = list(at_once.map(lambda _: close(generation_id=snapshot.generation.id), range(10)))

    assert all(one.generation.closed for one in closed)
    assert ledger(live) == {"hold": 10, "release": -7}
    table = {record["sk"]["S"]: record for record in live.records() if "used" in record}
    assert [int(record["used"]["N"]) for record in table.values()] == [3]
