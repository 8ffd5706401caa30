"""What a kit is follows from its items."""

import pytest

from shared.domain.generation import Status
from shared.domain.reference_kit import KitStatus, best_references, redrawn
from tests.builders import NOW
from tests.kit_builders import SLOTS, a_kit, a_kit_snapshot, ended, shown_with

C, F, X = Status.COMPLETED, Status.FAILED, Status.CANCELLED
Q, G = Status.QUEUED, Status.GENERATING


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((Q, Q, Q), KitStatus.PENDING),
        ((G, Q, Q), KitStatus.GENERATING),
        ((C, Q, Q), KitStatus.GENERATING),
        ((C, F, G), KitStatus.GENERATING),
        ((C, C, C), KitStatus.READY),
        ((C, F, C), KitStatus.PARTIAL),
        ((C, F, F), KitStatus.PARTIAL),
        ((C, X, X), KitStatus.PARTIAL),
        ((F, F, F), KitStatus.FAILED),
        ((X, X, X), KitStatus.CANCELLED),
    ],
)
def test_a_kit_is_what_its_items_have_come_to(
    statuses: tuple[Status, ...], expected: KitStatus
) -> None:
    snapshot = ended(a_kit_snapshot(), *statuses)
    begun = snapshot.items[0].model_copy(update={"furthest": statuses[0]})
    items = (begun if statuses[0] is G else snapshot.items[0], *snapshot.items[1:])

    kit = shown_with(a_kit(), snapshot.model_copy(update={"items": items}))

    assert kit.status is expected
    assert (kit.completed_at is None) == kit.runs


def test_progress_counts_what_has_ended() -> None:
    kit = shown_with(a_kit(), ended(a_kit_snapshot(), C, F, G))

    assert (kit.progress.total, kit.progress.completed, kit.progress.failed) == (3, 1, 1)
    assert kit.progress.percent == 67


def test_a_slot_shows_its_picture_until_the_new_one_is_there() -> None:
    first = ended(a_kit_snapshot(), C, C, C, cost=39)
    again = a_kit_snapshot(2, slots=["profile"])
    kit = redrawn(shown_with(a_kit(first), first), again, NOW)

    waiting = shown_with(kit, first, again)
    failed = shown_with(kit, first, ended(again, F, cost=10))
    there = ended(again, C, cost=39)

    assert waiting.status is KitStatus.GENERATING
    assert waiting.slots[1].image == first.items[1].image
    assert failed.status is KitStatus.READY
    assert failed.slots[1].image == first.items[1].image
    assert shown_with(kit, first, there).slots[1].image == there.items[0].image
    assert kit.version == 2
    assert kit.generations == (first.generation.id, again.generation.id)


def test_what_was_paid_stays_paid_however_often_a_slot_is_drawn() -> None:
    first = ended(a_kit_snapshot(), C, C, F, cost=39)
    second = ended(a_kit_snapshot(2, slots=["profile"]), F, cost=10)
    third = ended(a_kit_snapshot(3, slots=["profile"]), C, cost=39)
    fourth = a_kit_snapshot(4, slots=["profile"])
    kit = redrawn(shown_with(a_kit(first), first), second, NOW)
    kit = redrawn(shown_with(kit, first, second), third, NOW)
    kit = redrawn(shown_with(kit, first, third), fourth, NOW)

    shown = shown_with(kit, first, second, third, fourth)

    assert shown.actual_micro_usd == 3 * 39 + 10 + 39
    assert shown.slots[1].image == third.items[0].image


def test_the_anchor_is_the_first_of_the_references() -> None:
    first = ended(a_kit_snapshot(), C, F, C)

    kit = shown_with(a_kit(first), first)

    assert [image.slot for image in best_references(kit)] == ["anchor_face", "expressions.smile"]


def test_a_slot_whose_item_has_gone_shows_nothing() -> None:
    kit = shown_with(a_kit())

    assert [slot.image for slot in kit.slots] == [None] * len(SLOTS)
    assert kit.status is KitStatus.FAILED
