"""The sweeper and the dead letters: nothing stays stuck, nothing is given up too early."""

import asyncio
from datetime import timedelta

import pytest

from shared.domain.errors import AttemptStillLive, ProviderUnavailable
from shared.domain.generation import Status
from shared.domain.limits import DEADLINE, LEASE, QUEUE_TIMEOUT, TIMEOUT_GRACE
from shared.domain.provider import Pending
from shared.domain.request import ProviderName
from shared.domain.work import PollPredictions, RunItems
from tests.builders import a_held_snapshot, a_snapshot
from tests.workshop import FakeProvider, Workshop

MINUTE = timedelta(minutes=1)


def run_of(shop: Workshop, *indexes: int) -> RunItems:
    return RunItems(generation_id=shop.generation_id, indexes=indexes)


def test_a_generation_whose_message_was_never_sent_is_sent_after_a_minute() -> None:
    shop = Workshop()
    shop.submit()
    assert shop.sweep() == 0
    shop.clock.advance(MINUTE)

    assert shop.sweep() == 1
    assert [sent.work for sent in shop.queue.sent] == [run_of(shop, 0, 1, 2)]


def test_resends_double_their_distance() -> None:
    shop = Workshop()
    shop.submit()

    sent_at = []
    for minute in range(1, 20):
        shop.clock.advance(MINUTE)
        before = len(shop.queue.sent)
        shop.sweep()
        if len(shop.queue.sent) > before:
            sent_at.append(minute)

    assert sent_at == [1, 2, 4, 8, 16]


def test_what_nobody_claims_for_two_hours_fails_and_frees_slot_and_quota() -> None:
    shop = Workshop()
    shop.submit()
    shop.clock.advance(QUEUE_TIMEOUT)

    shop.sweep()

    done = shop.now()
    assert done.status is Status.FAILED
    assert done.items[0].failure is not None
    assert done.items[0].failure.code == "queue_timeout"
    assert shop.used() == 0
    assert not shop.memory.slots[done.generation.owner]


async def test_a_dead_workers_item_is_queued_again_when_its_lease_is_over() -> None:
    shop = Workshop()
    shop.submit(a_snapshot(items=1))
    shop.provider.seconds = 30
    shop.provider.answers.append(ProviderUnavailable("Never reached."))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(shop.run(), 0.05)
    shop.clock.advance(LEASE - timedelta(seconds=1))
    shop.sweep()
    assert not shop.queue.sent
    shop.clock.advance(timedelta(seconds=2))

    shop.sweep()

    assert shop.item().status is Status.QUEUED
    assert [sent.work for sent in shop.queue.sent] == [run_of(shop, 0)]


async def test_a_prediction_past_its_deadline_is_asked_about_before_it_is_given_up() -> None:
    shop = Workshop(provider=FakeProvider(name=ProviderName.REPLICATE, calls_back=True))
    shop.provider.answers.append(Pending(prediction_id="p0"))
    shop.submit(a_snapshot(items=1))
    await shop.run()
    shop.queue.sent.clear()
    shop.clock.advance(DEADLINE)

    shop.sweep()
    asked = [sent.work for sent in shop.queue.sent]
    shop.clock.advance(TIMEOUT_GRACE + MINUTE)
    shop.sweep()

    assert asked == [PollPredictions(generation_id=shop.generation_id, indexes=(0,))]
    assert shop.now().status is Status.FAILED


async def test_a_generation_whose_last_worker_died_before_closing_is_closed() -> None:
    shop = Workshop()
    shop.submit()
    object.__setattr__(shop.run_message, "finish_work", never)
    await shop.run()
    assert not shop.now().generation.closed
    shop.clock.advance(LEASE)

    shop.sweep()

    assert shop.now().generation.closed
    assert shop.used() == 3
    assert shop.sweep() == 0


async def never(*, generation_id: str) -> None:
    """A worker that dies at the very end."""


async def test_held_items_are_let_go_when_the_worker_died_before_it_could() -> None:
    shop = Workshop()
    shop.submit(a_held_snapshot(items=3))
    object.__setattr__(shop.run_message, "finish_work", never)
    await shop.run()
    shop.clock.advance(LEASE)

    shop.sweep()

    assert [sent.work for sent in shop.queue.sent] == [run_of(shop, 1, 2)]


def test_one_generation_that_cannot_be_mended_does_not_stop_the_others() -> None:
    shop = Workshop()
    shop.submit(a_snapshot(1, items=1, owner="ada"))
    shop.submit(a_snapshot(2, items=1, owner="bob"))
    broken = a_snapshot(1).generation.id
    read = shop.generations.get

    def get(generation_id: str):  # type: ignore[no-untyped-def]
        if generation_id == broken:
            raise ProviderUnavailable("Some trouble of ours.")
        return read(generation_id)

    shop.generations.get = get  # type: ignore[method-assign]
    shop.clock.advance(MINUTE)

    shop.sweep()

    assert [sent.work for sent in shop.queue.sent] == [run_of(shop, 0)]
    assert shop.count.counted["sweep_failed", "ProviderUnavailable"] == 1


def test_a_dead_letter_fails_its_items_and_frees_slot_and_quota() -> None:
    shop = Workshop()
    shop.submit()

    shop.bury(work=run_of(shop, 0, 1, 2))

    done = shop.now()
    assert done.status is Status.FAILED
    assert {item.failure.code for item in done.items if item.failure} == {"dead_letter"}
    assert shop.used() == 0


async def test_a_dead_letter_waits_while_an_attempt_may_still_end_well() -> None:
    shop = Workshop(provider=FakeProvider(name=ProviderName.REPLICATE, calls_back=True))
    shop.provider.answers.append(Pending(prediction_id="p0"))
    shop.submit(a_snapshot(items=1))
    await shop.run()

    with pytest.raises(AttemptStillLive):
        shop.bury(work=run_of(shop, 0))

    assert shop.item().status is Status.GENERATING


async def test_a_dead_poll_leaves_its_items_to_the_deadline() -> None:
    shop = Workshop()
    shop.submit()

    shop.bury(work=PollPredictions(generation_id=shop.generation_id, indexes=(0,)))

    assert shop.now().status is Status.QUEUED
    assert shop.count.counted["dead_letter", "poll"] == 1
