"""The meter counts what DynamoDB bills: sizes, transactions, indexes."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.writes import delete, put, update
from shared.runtime import aws as clients
from tests.aws import TABLE, Aws
from tests.performance.consumption import Consumption, metered

KEY = {"pk": "GEN#a", "sk": "META"}
DUE = {"due_shard": "DUE#00", "due_at": "2026-11-20T10:00:00.000Z"}
LISTED = {"owner_list": "ada#images", "listed_at": "2026-11-20"}


@pytest.fixture
def spend(aws: Aws) -> Callable[[Callable[[Table], Any]], Consumption]:
    """What some work on the table takes."""
    clients.client.cache_clear()

    def spend(work: Callable[[Table], Any]) -> Consumption:
        with metered(aws.dynamodb) as used:
            work(Table(clients.client("dynamodb"), TABLE))
        return used

    return spend


type Spend = Callable[[Callable[[Table], Any]], Consumption]


def test_a_write_is_billed_per_started_kilobyte(spend: Spend) -> None:
    assert spend(lambda t: t.commit(put(KEY))).write_units == 1
    assert spend(lambda t: t.commit(put(KEY | {"text": "x" * 1024}))).write_units == 2


def test_a_transaction_costs_twice_as_much(spend: Spend) -> None:
    two = [put(KEY), put(KEY | {"sk": "ITEM#00"})]

    assert spend(lambda t: t.commit(*two)).write_units == 4


def test_a_record_that_shrinks_is_billed_by_what_it_was(spend: Spend) -> None:
    spend(lambda t: t.commit(put(KEY | {"text": "x" * 3000})))

    assert spend(lambda t: t.commit(put(KEY))).write_units == 3
    assert spend(lambda t: t.commit(delete(KEY))).write_units == 1


def test_an_index_is_written_where_its_view_changes(spend: Spend) -> None:
    first = spend(lambda t: t.commit(put(KEY | LISTED | {"version": 1})))
    changed = spend(lambda t: t.commit(put(KEY | LISTED | {"version": 2})))

    assert (first.write_units, changed.write_units) == (2, 2)


def test_a_moved_marker_is_taken_out_and_put_in(spend: Spend) -> None:
    spend(lambda t: t.commit(put(KEY | DUE)))
    later = {"due_at": "2026-11-20T11:00:00.000Z"}

    moved = spend(lambda t: t.commit(update(KEY, "SET #due_at = :due_at", values=later)))

    assert moved.write_units == 3


def test_a_consistent_read_costs_a_unit_per_four_kilobytes(spend: Spend) -> None:
    spend(lambda t: t.commit(put(KEY | {"text": "x" * 5000})))
    values = {"pk": KEY["pk"]}

    def query(table: Table, **how: Any) -> list[Any]:
        return list(table.query("#pk = :pk", values, **how))

    assert spend(lambda t: t.get(keys.generation("a"))).read_units == 2
    assert spend(lambda t: query(t, consistent=True)).read_units == 2
    assert spend(query).read_units == 1
