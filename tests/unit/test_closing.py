"""Closing, cancelling and late images: what happens to money, slot and status."""

from datetime import timedelta

import pytest

from shared.domain.closing import cancel, close, late_completion
from shared.domain.generation import Failure, Snapshot, Status
from shared.domain.transitions import Move
from tests.builders import NOW, a_snapshot
from tests.unit.test_transitions import a_failure

LATER = NOW + timedelta(minutes=3)
COST = 39_000


def a_pack(*statuses: Status, **changes: object) -> Snapshot:
    """One item per status, each with what it cost."""
    pack = a_snapshot(items=len(statuses), units=len(statuses))
    items = tuple(
        item.model_copy(
            update={"status": status, "furthest": Status.UPLOADING, "started_at": NOW}
            | ({"cost_micro_usd": COST} if status is Status.COMPLETED else {})
        )
        for item, status in zip(pack.items, statuses, strict=True)
    )
    generation = pack.generation.model_copy(update=changes)
    return Snapshot(generation=generation, items=items)


def timed_out() -> Failure:
    return a_failure(code="timeout")


def late_move(pack: Snapshot, index: int) -> Move:
    before = pack.items[index]
    after = before.model_copy(
        update={"status": Status.COMPLETED, "late": True, "cost_micro_usd": COST, "version": 9}
    )
    return Move(before, after)


@pytest.mark.parametrize("running", [Status.QUEUED, Status.GENERATING, Status.UPLOADING])
def test_a_generation_stays_open_while_one_item_runs(running: Status) -> None:
    assert close(a_pack(Status.COMPLETED, running), LATER) is None


def test_a_closed_generation_is_not_closed_again() -> None:
    assert close(a_pack(Status.COMPLETED, closed_at=NOW), LATER) is None


def test_a_whole_pack_releases_nothing() -> None:
    closing = close(a_pack(Status.COMPLETED, Status.COMPLETED), LATER)

    assert closing is not None
    assert closing.released == 0
    assert (closing.after.status, closing.after.charged) == (Status.COMPLETED, 2)
    assert closing.after.closed_at == LATER


def test_a_partial_pack_is_charged_what_it_brought() -> None:
    statuses = (Status.COMPLETED, Status.FAILED, Status.FAILED, Status.CANCELLED)

    closing = close(a_pack(*statuses), LATER)

    assert closing is not None
    assert closing.released == 3
    assert (closing.after.status, closing.after.charged) == (Status.COMPLETED, 1)


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ((Status.FAILED, Status.FAILED), Status.FAILED),
        ((Status.FAILED, Status.CANCELLED), Status.CANCELLED),
        ((Status.CANCELLED, Status.CANCELLED), Status.CANCELLED),
        ((Status.COMPLETED, Status.CANCELLED), Status.COMPLETED),
    ],
)
def test_a_generation_ends_as_its_items_did(statuses: tuple[Status, ...], status: Status) -> None:
    closing = close(a_pack(*statuses), LATER)

    assert closing is not None
    assert closing.after.status is status


def test_what_lists_show_is_kept_with_a_closed_generation() -> None:
    pack = a_pack(Status.COMPLETED, Status.FAILED)

    closing = close(pack, LATER)

    assert closing is not None
    after = closing.after
    assert after.progress == pack.progress
    assert after.actual_micro_usd == COST
    assert after.started_at == NOW
    assert after.version == pack.generation.version + 1
    assert after.sequence == pack.model_copy(update={"generation": after}).sequence


def test_the_period_that_was_held_is_the_one_released() -> None:
    closing = close(a_pack(Status.FAILED, quota_period="2026-02"), LATER)

    assert closing is not None
    assert closing.after.quota_period == "2026-02"


def test_a_late_image_of_an_open_generation_is_still_held() -> None:
    pack = a_pack(Status.FAILED, Status.GENERATING)

    late = late_completion(pack, late_move(pack, 0))

    assert late.recharged == 0
    assert late.after == pack.generation.model_copy(update={"version": pack.generation.version + 1})


def closed(pack: Snapshot) -> Snapshot:
    closing = close(pack, LATER)
    assert closing is not None
    return pack.model_copy(update={"generation": closing.after})


def test_a_late_image_of_a_closed_generation_is_charged_again() -> None:
    pack = closed(a_pack(Status.FAILED, Status.COMPLETED))

    late = late_completion(pack, late_move(pack, 0))

    assert late.recharged == 1
    assert late.after.charged == 2
    assert late.after.actual_micro_usd == 2 * COST
    assert late.after.progress is not None
    assert (late.after.progress.completed, late.after.progress.failed) == (2, 0)


def test_a_late_image_makes_a_failed_generation_a_completed_one() -> None:
    pack = closed(a_pack(Status.FAILED))

    after = late_completion(pack, late_move(pack, 0)).after

    assert (after.status, after.charged) == (Status.COMPLETED, 1)
    assert after.closed_at == pack.generation.closed_at
    assert after.version == pack.generation.version + 1


def test_the_receipt_counts_what_stops_what_arrives_and_what_is_charged() -> None:
    pack = a_pack(Status.CANCELLED, Status.UPLOADING, Status.COMPLETED, Status.FAILED)

    after = cancel(pack, stopped=1)

    receipt = after.cancel_receipt
    assert receipt is not None
    assert (receipt.stopped, receipt.will_arrive, receipt.charged) == (1, 1, 2)
    assert after.version == pack.generation.version + 1
    assert not after.closed


def test_the_status_of_an_open_generation_is_the_furthest_of_its_items() -> None:
    pack = a_snapshot(items=3)
    furthest = (Status.QUEUED, Status.GENERATING, Status.PROCESSING)
    items = tuple(
        item.model_copy(update={"furthest": stage})
        for item, stage in zip(pack.items, furthest, strict=True)
    )

    assert Snapshot(generation=pack.generation, items=items).status is Status.GENERATING


def test_a_generation_is_final_when_no_late_image_can_come() -> None:
    pack = closed(a_pack(Status.FAILED))
    waiting = pack.items[0].model_copy(update={"failure": timed_out(), "late_until": LATER})
    pack = pack.with_item(waiting)

    assert not pack.is_final(LATER - timedelta(seconds=1))
    assert pack.is_final(LATER)


def test_an_open_generation_is_never_final() -> None:
    assert not a_pack(Status.COMPLETED).is_final(LATER)
