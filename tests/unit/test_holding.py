"""A pack without a reference draws one image first."""

from shared.domain.generation import Dispatch, Snapshot, Status
from shared.domain.holding import releasable
from tests.builders import a_held_snapshot, a_snapshot


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
