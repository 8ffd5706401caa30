"""The workflow of a reference kit: in order, told once, and to its end whatever is lost."""

import asyncio
import threading
from datetime import timedelta

import pytest

from shared.domain.character import FaceSource
from shared.domain.closing import close
from shared.domain.errors import ContentBlocked
from shared.domain.events import CancelRequested
from shared.domain.generation import Dispatch, Snapshot, Status
from shared.domain.limits import LOOKED_AT_WITHIN
from shared.domain.provider import Finished, Pending, ProviderCall
from shared.domain.quality import CheckStatus, Quality, QualityCheck
from shared.domain.reference_kit import KitStatus, shown
from shared.domain.work import RunItems
from shared.services.answer_workflow import HaveWorkflowAnswered, NobodyAsks
from shared.services.cancel_generation import CancelGeneration, StopItems
from shared.services.close_generation import CloseGeneration
from tests.builders import ADA, NOW
from tests.kit_builders import a_photo
from tests.kit_life import Faults, KitLife

BLOCKED = ContentBlocked("The picture was withheld.")
MINUTE = timedelta(minutes=1)


def statuses(snapshot: Snapshot) -> list[Status]:
    return [item.status for item in snapshot.items]


def codes(snapshot: Snapshot) -> list[str | None]:
    return [None if item.failure is None else item.failure.code for item in snapshot.items]


def kit_status(life: KitLife) -> KitStatus:
    (kit,) = life.shop.memory.kits.values()
    return shown(kit, {item.ref: item for item in life.now().items}).status


def photo_with(status: CheckStatus, *messages: str) -> FaceSource:
    checks = tuple(
        QualityCheck(name="sharpness", value=1, limit=2, outcome=CheckStatus.FAILED, message=text)
        for text in messages
    )
    image = a_photo(f"kit_{1:026}", status="live")
    return FaceSource(image=image, qa=Quality(status=status, checks=checks))


USABLE = photo_with(CheckStatus.WARNED)


def test_the_anchor_is_drawn_alone_and_the_others_side_by_side_after_it() -> None:
    life = KitLife()
    life.begin(source=USABLE)

    life._step()
    life._step()
    assert [sent.work for sent in life.shop.queue.sent] == [
        RunItems(generation_id=life.shop.generation_id, indexes=(0,))
    ]
    life._deliver()
    life._step()
    life._step()

    assert [sent.work.indexes for sent in life.shop.queue.sent] == [(1, 2)]  # type: ignore[union-attr]
    done = life.live()
    assert statuses(done) == [Status.COMPLETED] * 3
    assert kit_status(life) is KitStatus.READY
    assert len(life.shop.provider.calls[1].references) == 2


def test_a_kit_in_sequence_draws_one_after_the_other() -> None:
    life = KitLife(max_concurrency=1)
    life.begin(source=USABLE)
    at_once: list[int] = []
    life.shop.provider.meanwhile = lambda: at_once.append(
        sum(not item.ended and item.dispatch is None for item in life.now().items)
    )

    life.live()

    assert at_once == [1, 1, 1]


async def test_a_place_is_free_as_soon_as_a_slot_ends_and_not_when_its_message_does() -> None:
    life = KitLife(max_concurrency=2, slots=("anchor_face", "profile", "half_body", "full_body"))
    shop, told = life.shop, life.shop.workflow.answers
    life.begin(source=USABLE)
    for index in range(3):
        shop.run_slot(generation_id=shop.generation_id, index=index, token=f"token-{index}")
    await shop.run(0)
    draw, answer, known = shop.provider.start, shop.workflow.answer, threading.Event()

    def noticed(token: str, status: Status) -> None:
        answer(token, status)
        known.set()

    async def drawn(call: ProviderCall) -> Finished | Pending:
        if call.prompt.endswith("view 2"):
            assert await asyncio.to_thread(known.wait, 5), "its neighbour has not been told of"
        return await draw(call)

    shop.workflow.answer = noticed  # type: ignore[method-assign]
    shop.provider.start = drawn  # type: ignore[method-assign]  # a slow neighbour
    await shop.run(1, 2)

    assert told == dict.fromkeys(("token-0", "token-1", "token-2"), Status.COMPLETED)
    assert life.now().items[3].dispatch is Dispatch.HELD


def test_without_an_anchor_nothing_else_is_drawn() -> None:
    life = KitLife()
    block(life, 0)
    life.begin(source=USABLE)

    done = life.live()

    assert codes(done) == ["content_blocked_output", "anchor_failed", "anchor_failed"]
    assert (len(life.shop.provider.calls), life.shop.used()) == (1, 0)
    assert kit_status(life) is KitStatus.FAILED


def test_a_slot_that_fails_fails_alone() -> None:
    life = KitLife(max_concurrency=1)
    block(life, 1)
    life.begin(source=USABLE)

    done = life.live()

    assert statuses(done) == [Status.COMPLETED, Status.FAILED, Status.COMPLETED]
    assert (kit_status(life), life.shop.used()) == (KitStatus.PARTIAL, 2)


def test_a_photo_that_cannot_be_used_costs_no_call_and_says_why() -> None:
    life = KitLife()
    life.begin(source=photo_with(CheckStatus.FAILED, "The face is blurred.", "It is too dark."))

    done = life.live()

    assert not life.shop.provider.calls
    assert {item.failure.message for item in done.items if item.failure} == {
        "The photo cannot be used. The face is blurred. It is too dark."
    }
    assert codes(done) == ["source_unfit"] * 3


def test_a_photo_that_nobody_looks_at_is_waited_for_but_not_for_ever() -> None:
    life = KitLife()
    life.begin(source=photo_with(CheckStatus.PENDING))

    life.settle()
    assert not life.shop.provider.calls
    life.shop.clock.advance(LOOKED_AT_WITHIN)

    assert statuses(life.live()) == [Status.COMPLETED] * 3


def test_a_kit_whose_execution_was_never_started_is_started_within_a_minute() -> None:
    life = KitLife()
    life.begin(start=False, source=USABLE)

    life.shop.clock.advance(MINUTE)
    assert life.shop.sweep() == 1

    assert len(life.executions) == 1
    assert kit_status(life) is KitStatus.PENDING
    assert statuses(life.live()) == [Status.COMPLETED] * 3


def test_an_execution_that_was_lost_is_made_good_for_and_draws_nothing_twice() -> None:
    life = KitLife(max_concurrency=1)
    life.begin(source=USABLE)
    life.shop.provider.meanwhile = lambda: (
        life.lose_execution() if len(life.shop.provider.calls) == 2 else None
    )

    done = life.live()

    assert statuses(done) == [Status.COMPLETED] * 3
    assert (len(life.executions), len(life.shop.provider.calls)) == (2, 3)


def test_an_execution_that_is_lost_again_and_again_leaves_a_kit_that_says_so() -> None:
    life = KitLife(max_concurrency=1)
    life.begin(source=USABLE)
    for _ in range(4):
        life.lose_execution()
        life.shop.clock.advance(2 * MINUTE)
        life.shop.sweep()

    done = life.now()
    assert done.generation.closed
    assert codes(done) == ["workflow_lost"] * 3
    assert life.shop.count.counted["workflow_lost", ""] == 1
    assert life.shop.used() == 0


def test_a_generation_stays_open_until_its_workflow_was_told() -> None:
    life = KitLife()
    life.begin(source=USABLE)
    life._step()
    life._step()
    life.shop.workflow.port.down = True  # type: ignore[attr-defined]

    life._deliver()
    anchor = life.shop.item(0)
    assert (anchor.status, anchor.awaited) == (Status.COMPLETED, True)
    assert close(life.now(), life.shop.clock()) is None
    assert life.shop.count.counted["workflow_unanswered", ""] == 1

    life.shop.workflow.port.down = False  # type: ignore[attr-defined]
    assert life.shop.sweep() == 1  # It is due at once.
    assert not life.shop.item(0).awaited
    assert statuses(life.live()) == [Status.COMPLETED] * 3


def test_a_step_that_is_begun_again_keeps_the_newest_token() -> None:
    life = KitLife()
    life.begin(source=USABLE)
    run = {"generation_id": life.shop.generation_id, "index": 0}
    life.shop.run_slot(**run, token="first")  # type: ignore[arg-type]
    life.shop.run_slot(**run, token="second")  # type: ignore[arg-type]

    life._deliver()

    assert life.shop.workflow.answers == {"second": Status.COMPLETED}
    assert len(life.shop.provider.calls) == 1


def test_a_step_whose_item_has_ended_is_answered_at_once() -> None:
    life = KitLife()
    life.begin(source=USABLE)
    life.live()

    life.shop.run_slot(generation_id=life.shop.generation_id, index=1, token="late")

    assert life.shop.workflow.answers["late"] is Status.COMPLETED
    assert not life.shop.queue.sent


def test_a_step_of_a_kit_that_was_deleted_is_told_so_and_does_nothing() -> None:
    life = KitLife()
    life.begin(source=USABLE)
    life.shop.memory.generations.clear()

    life.shop.run_slot(generation_id=life.shop.generation_id, index=0, token="t")
    life.shop.finish_kit(generation_id=life.shop.generation_id)

    assert life.shop.workflow.answers == {"t": Status.CANCELLED}
    assert not life.shop.queue.sent


@pytest.mark.parametrize("drawn", [0, 1], ids=["while the anchor waits", "while others wait"])
def test_a_cancelled_kit_ends_as_soon_as_a_worker_looks(drawn: int) -> None:
    life = KitLife(max_concurrency=1)
    life.begin(source=USABLE)
    for _ in range(2 + 2 * drawn):
        life._step()
        if drawn and not life.shop.provider.calls:
            life._deliver()
    shop = life.shop
    shop.queue.sent.clear()

    cancel = CancelGeneration(
        shop.generations,
        StopItems(shop.generations, shop.queue, shop.clock),
        CloseGeneration(shop.generations, shop.clock, HaveWorkflowAnswered(shop.dispatcher)),
    )
    cancel(owner=ADA, generation_id=shop.generation_id)
    assert not shop.now().generation.closed
    assert [sent.work.indexes for sent in shop.queue.sent] == [(drawn,)]  # type: ignore[union-attr]
    life.settle()

    assert life.over
    assert shop.clock() == NOW
    assert (len(shop.provider.calls), shop.used()) == (drawn, drawn)
    assert kit_status(life) is (KitStatus.PARTIAL if drawn else KitStatus.CANCELLED)


def test_of_a_kit_whose_workflow_was_stopped_nobody_asks_any_more() -> None:
    life = KitLife()
    life.begin(source=USABLE)
    life._step()
    life._step()
    shop = life.shop
    stop = StopItems(shop.generations, shop.queue, shop.clock)
    stop.raise_on(shop.now().items, lambda _: CancelRequested())

    closing = CloseGeneration(
        shop.generations, shop.clock, NobodyAsks(shop.generations, shop.clock)
    )
    closing(generation_id=shop.generation_id)

    assert shop.now().generation.closed
    assert not shop.workflow.answers


def block(life: KitLife, index: int | None) -> None:
    """The provider withholds the picture of this item, however often it is asked."""
    provider = life.shop.provider
    provider.meanwhile = lambda: (
        provider.answers.append(BLOCKED)
        if provider.calls[-1].prompt.endswith(f"view {index}")
        else None
    )


def lived(faults: Faults, *, blocked: int | None) -> KitLife:
    life = KitLife(faults)
    block(life, blocked)
    life.begin(source=USABLE)
    life.live()
    return life


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    ("blocked", "expected", "calls"),
    [(None, KitStatus.READY, 3), (0, KitStatus.FAILED, 1), (1, KitStatus.PARTIAL, 3)],
)
def test_wherever_a_function_dies_the_kit_comes_to_the_same_end(
    blocked: int | None, expected: KitStatus, calls: int, before: bool
) -> None:
    for at in range(1, lived(Faults(), blocked=blocked).faults.calls + 1):
        life = lived(Faults(at=at, before=before), blocked=blocked)

        items = life.now().items
        assert kit_status(life) is expected, at
        assert not any(item.awaited for item in items), at
        assert life.shop.used() == sum(item.status is Status.COMPLETED for item in items), at
        assert len(life.shop.provider.calls) <= calls + 1, at
