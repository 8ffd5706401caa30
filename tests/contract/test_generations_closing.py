"""Closing, late images, deletion: one winner, and money that adds up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shared.domain import events as e
from shared.domain.errors import NotFound, StaleWrite
from shared.domain.generation import Status
from shared.domain.images import ImageStatus
from shared.domain.page import PageRequest
from tests.builders import ADA, NOW, a_snapshot
from tests.contract.conftest import Stores
from tests.contract.steps import (
    AFTER_DEADLINE,
    closing_of,
    completed,
    decided,
    given_up,
    late_of,
    time_out,
    two_done_one_refused,
    uploading,
)

MARCH = "2026-03"


def test_closing_releases_what_brought_no_image_and_frees_the_slot(stores: Stores) -> None:
    snapshot = two_done_one_refused(stores)

    stores.generations.close(closing_of(snapshot))

    generation = stores.generations.get(snapshot.generation.id).generation
    assert (generation.status, generation.charged) == (Status.COMPLETED, 2)
    assert stores.owners.running(ADA) == ()
    assert stores.owners.images_used(ADA, MARCH) == 2
    assert stores.ledger_of(ADA) == {
        (generation.id, "hold"): 3,
        (generation.id, "release"): -1,
    }
    assert list(stores.generations.due(NOW + timedelta(days=1))) == []


def test_closing_a_full_pack_moves_no_money(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    completed(stores, uploading(stores, snapshot.generation, snapshot.items[0]))

    stores.generations.close(closing_of(stores.generations.get(snapshot.generation.id)))

    assert stores.owners.images_used(ADA, MARCH) == 1
    assert stores.ledger_of(ADA) == {(snapshot.generation.id, "hold"): 1}


def test_one_of_ten_racing_closings_wins_and_money_moves_once(stores: Stores) -> None:
    closing = closing_of(two_done_one_refused(stores))

    def winner(_: int) -> object:
        try:
            stores.generations.close(closing)
        except StaleWrite as lost:
            return lost.winner
        return "I"

    with ThreadPoolExecutor(10) as pool:
        winners = list(pool.map(winner, range(10)))

    assert winners.count("I") == 1
    assert winners.count(closing.after) == 9
    assert stores.owners.images_used(ADA, MARCH) == 2 == sum(stores.ledger_of(ADA).values())


def test_a_release_goes_to_the_month_that_was_charged(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(1, items=1))
    stores.submit(a_snapshot(2, items=1, created_at=NOW + timedelta(days=30)))
    stores.generations.apply(decided(snapshot.items[0], e.CancelRequested()))

    read = stores.generations.get(snapshot.generation.id)
    stores.generations.close(closing_of(read, NOW + timedelta(days=31)))

    assert stores.owners.images_used(ADA, MARCH) == 0
    assert stores.owners.images_used(ADA, "2026-04") == 1


def test_a_late_image_of_a_closed_generation_is_charged_again_past_the_limit(
    stores: Stores,
) -> None:
    timed_out = given_up(stores, a_snapshot(1, items=1))
    other = stores.submit(a_snapshot(2, items=1), cap=1, quota=1).generation

    late = late_of(stores, timed_out)
    stores.generations.complete_late(late)

    snapshot = stores.generations.get(timed_out.generation.id)
    assert snapshot.generation.status is Status.COMPLETED
    assert (snapshot.items[0].status, snapshot.items[0].late) == (Status.COMPLETED, True)
    assert stores.images.get(ADA, late.move.after.image.id).status is ImageStatus.LIVE  # type: ignore[union-attr]
    assert stores.owners.images_used(ADA, MARCH) == 2
    assert stores.overdraft_of(ADA, MARCH) == 1
    assert stores.ledger_of(ADA)[timed_out.generation.id, "late#00"] == 1
    assert sum(stores.ledger_of(ADA).values()) == 2
    assert stores.owners.running(ADA) == (other.id,)


def test_a_late_image_completes_once(stores: Stores) -> None:
    late = late_of(stores, given_up(stores, a_snapshot(items=1)))
    stores.generations.complete_late(late)

    with pytest.raises(StaleWrite):
        stores.generations.complete_late(late)

    assert stores.owners.images_used(ADA, MARCH) == 1


def test_a_late_image_of_an_open_generation_is_still_paid_by_its_hold(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=2))
    time_out(stores, snapshot.items[0])

    late = late_of(stores, stores.generations.get(snapshot.generation.id))
    stores.generations.complete_late(late)

    assert stores.owners.images_used(ADA, MARCH) == 2
    assert stores.overdraft_of(ADA, MARCH) == 0
    assert stores.owners.running(ADA) == (snapshot.generation.id,)
    read = stores.generations.get(snapshot.generation.id)
    assert (read.generation.version, read.generation.closed) == (2, False)


def test_closing_and_a_late_image_exclude_each_other(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    time_out(stores, snapshot.items[0])
    read = stores.generations.get(snapshot.generation.id)
    late, closing = late_of(stores, read), closing_of(read, AFTER_DEADLINE)
    stores.generations.complete_late(late)

    with pytest.raises(StaleWrite):
        stores.generations.close(closing)

    assert stores.owners.images_used(ADA, MARCH) == 1
    assert stores.owners.running(ADA) == (snapshot.generation.id,)


def test_a_deleted_generation_leaves_its_ledger_and_nothing_else(stores: Stores) -> None:
    snapshot = given_up(stores, a_snapshot(items=1))
    stores.generations.delete(snapshot)

    with pytest.raises(NotFound):
        stores.generations.get(snapshot.generation.id)
    assert stores.generations.attempt(snapshot.generation.id, 0, 1) is None
    assert stores.generations.list_owned(ADA, PageRequest()).data == ()
    assert sum(stores.ledger_of(ADA).values()) == 0


def test_a_generation_that_changed_since_is_not_deleted(stores: Stores) -> None:
    snapshot = given_up(stores, a_snapshot(items=1))
    stores.generations.complete_late(late_of(stores, snapshot))

    with pytest.raises(StaleWrite):
        stores.generations.delete(snapshot)

    assert stores.generations.get(snapshot.generation.id).items[0].status is Status.COMPLETED
