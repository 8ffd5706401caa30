"""How many calls each step takes, and reads that the table answers in parts."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.table import Table
from shared.domain import events as e
from shared.domain.generation import Snapshot
from tests.aws import Aws
from tests.builders import (
    NOW,
    a_snapshot,
    an_attempt,
    an_idempotency_key,
    an_image,
)
from tests.contract.conftest import Stores, dynamo_stores
from tests.contract.steps import decided

TRANSACT = "dynamodb.TransactWriteItems"


@pytest.fixture
def stores(table: Table) -> Stores:
    return dynamo_stores(table)


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
        move = decided(item, make(snapshot))
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


def test_a_read_longer_than_a_page_goes_on(stores: Stores, aws: Aws) -> None:
    """A page of the table ends at one megabyte; here it ends after three records."""

    def shorten(params: dict[str, int], **_: object) -> None:
        params["Limit"] = 3

    snapshot = stores.submit(a_snapshot(items=10))
    aws.dynamodb.meta.events.register("before-parameter-build.dynamodb.Query", shorten)
    try:
        assert stores.generations.get(snapshot.generation.id) == snapshot
    finally:
        aws.dynamodb.meta.events.unregister("before-parameter-build.dynamodb.Query", shorten)


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
        asked: Any = {table.name: {**request, "Keys": [first]}}
        answer: Any = read(RequestItems=asked)
        if rest:
            answer["UnprocessedKeys"] = {table.name: {**request, "Keys": rest}}
        return answer

    monkeypatch.setattr(table.client, "batch_get_item", one_at_a_time, raising=False)

    records = table.get_many(keys.image(image.id) for image in images)

    assert {record["id"] for record in records} == {image.id for image in images}
    assert len(naps) == 2


def life_of_an_item(image_id: str) -> list[Callable[[Snapshot], e.Event]]:
    """Claimed, called, answered, stored: without the reads and the four puts of its objects."""
    return [
        lambda _: e.Claimed(),
        lambda now: e.ProviderCalled(an_attempt(now.items[0])),
        lambda now: e.GoodResult(an_attempt(now.items[0]), an_image(now.generation)),
        lambda now: e.Stored(an_image(now.generation)),
    ]
