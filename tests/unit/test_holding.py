"""A pack without a reference draws one image first; a kit is let go by its workflow."""

import pytest

from shared.domain.generation import Dispatch, Snapshot, Status
from shared.domain.holding import releasable, sent_now
from tests.builders import a_held_snapshot, a_snapshot
from tests.kit_builders import a_kit_snapshot


def after_first(pack: Snapshot, status: Status) -> Snapshot:
    return pack.with_item(pack.items[0].model_copy(update={"status": status, "dispatch": None}))


def test_nothing_is_let_go_while_the_first_image_is_drawn() -> None:
    pack = a_held_snapshot(units=4)

    assert releasable(pack) == ()
    assert releasable(after_first(pack, Status.UPLOADING)) == ()


def test_the_first_image_lets_all_others_go() -> None:
    pack = after_first(a_held_snapshot(units=4), Status.COMPLETED)

    assert [item.index for item in releasable(pack)] == [1, 2, 3]


def test_when_the_first_brings_nothing_the_next_one_goes_alone() -> None:
    pack = after_first(a_held_snapshot(units=4), Status.FAILED)

    assert [item.index for item in releasable(pack)] == [1]


def test_the_third_waits_while_the_second_tries() -> None:
    pack = after_first(a_held_snapshot(units=3), Status.FAILED)
    second = pack.items[1].model_copy(update={"dispatch": Dispatch.PENDING})

    assert releasable(pack.with_item(second)) == ()


def test_a_cancelled_item_is_not_let_go() -> None:
    pack = after_first(a_held_snapshot(units=3), Status.COMPLETED)
    cancelled = {"status": Status.CANCELLED, "dispatch": None}
    second = pack.items[1].model_copy(update=cancelled)

    assert [item.index for item in releasable(pack.with_item(second))] == [2]


def test_a_pack_with_a_reference_holds_nothing() -> None:
    assert releasable(a_snapshot(items=3)) == ()


def let_go(kit: Snapshot, *indexes: int) -> Snapshot:
    for index in indexes:
        waiting = kit.items[index].model_copy(update={"dispatch": Dispatch.PENDING})
        kit = kit.with_item(waiting)
    return kit


@pytest.mark.parametrize(
    ("max_concurrency", "let_go_so_far", "sent"),
    [
        (10, {0, 1, 2}, ()),
        (10, {0, 1, 2, 3, 4}, (1, 2, 3, 4)),
        (2, {0, 1}, ()),
        (2, {0, 1, 2}, (1, 2)),
        (2, {0, 1, 2, 3}, (3,)),
        (1, {0, 1}, (1,)),
        (1, {0, 1, 2}, (2,)),
    ],
)
def test_what_a_workflow_lets_go_at_once_is_sent_by_who_comes_last(
    max_concurrency: int, let_go_so_far: set[int], sent: tuple[int, ...]
) -> None:
    kit = a_kit_snapshot(slots=[f"slot_{n}" for n in range(5)], max_concurrency=max_concurrency)
    drawn = after_first(kit, Status.COMPLETED)

    last = max(let_go_so_far)
    assert sent_now(let_go(drawn, *let_go_so_far - {0}), last, let_go_so_far) == sent


def test_an_anchor_waits_for_nobody() -> None:
    assert sent_now(let_go(a_kit_snapshot(), 0), 0, {0}) == (0,)


def test_of_those_that_ended_under_an_execution_that_was_lost_none_is_waited_for() -> None:
    kit = let_go(after_first(a_kit_snapshot(), Status.COMPLETED), 2)
    ended = kit.items[1].model_copy(update={"status": Status.FAILED, "dispatch": None})

    assert sent_now(kit.with_item(ended), 2, {0, 2}) == (2,)


def test_an_item_that_is_to_be_tried_again_later_is_not_sent_with_the_others() -> None:
    kit = let_go(after_first(a_kit_snapshot(), Status.COMPLETED), 1, 2)
    tried = kit.items[1].model_copy(update={"calls": 1})

    assert sent_now(kit.with_item(tried), 2, {0, 1, 2}) == (2,)
