"""A message of items: each on its own feet, nothing paid twice, nothing lost."""

import asyncio
from collections import deque
from datetime import timedelta

import pytest

from shared.domain.errors import (
    ContentBlocked,
    ProviderAuthFailed,
    ProviderRateLimited,
    ProviderTimedOut,
    ProviderUnavailable,
)
from shared.domain.events import CancelRequested
from shared.domain.gate import Gate, Rate
from shared.domain.generation import AttemptOutcome, Lane, Status
from shared.domain.images import ImageStatus, Rendition
from shared.domain.limits import LEASE
from shared.domain.provider import Finished, Output, Pending, ProviderCall
from shared.domain.request import Plan, ProviderName
from shared.domain.work import PollPredictions, RunItems
from shared.services.moving import advance
from tests.builders import a_held_snapshot, a_snapshot
from tests.workshop import COST, FakeDownloads, FakeProvider, Workshop, a_picture, png


async def test_a_pack_comes_back_whole_and_its_generation_is_closed() -> None:
    shop = Workshop()
    shop.submit()

    done = await shop.run()

    assert done.status is Status.COMPLETED
    assert done.generation.charged == 3
    assert done.actual_micro_usd == 3 * COST
    assert len(shop.provider.calls) == 3
    assert {call.seed for call in shop.provider.calls} == {42, 43, 44}


async def test_a_completed_image_has_its_original_and_three_renditions_in_the_store() -> None:
    shop = Workshop()
    shop.submit()
    await shop.run(0)

    image = shop.image()

    assert image.status is ImageStatus.LIVE
    assert image.renditions == frozenset(Rendition)
    assert set(image.all_keys()) <= set(shop.store.objects)
    assert shop.store.objects[image.key] == png(1)
    assert shop.attempt().outcome is AttemptOutcome.SUCCEEDED


async def test_one_item_that_fails_harms_no_other() -> None:
    shop = Workshop()
    shop.provider.answers.append(ContentBlocked("Blocked.", code="content_blocked_output"))
    shop.submit()

    done = await shop.run()

    assert sorted(item.status for item in done.items) == ["completed", "completed", "failed"]
    assert done.status is Status.COMPLETED
    assert shop.used() == 2


async def test_a_second_delivery_of_the_message_calls_nobody() -> None:
    shop = Workshop()
    shop.submit()
    await shop.run()

    await shop.run()

    assert len(shop.provider.calls) == 3


@pytest.mark.parametrize(
    ("error", "least"),
    [
        (ProviderUnavailable("Overloaded."), 4),
        (ProviderRateLimited("Slow down.", retry_after=37), 37),
        (ProviderTimedOut("No answer."), 4),
    ],
)
async def test_a_transient_failure_sends_a_delayed_copy_and_no_message_back(
    error: Exception, least: float
) -> None:
    shop = Workshop()
    shop.provider.answers.append(error)
    shop.submit()

    await shop.run(0)

    assert shop.item().status is Status.QUEUED
    assert shop.item().attempts == 1
    (copy,) = shop.queue.sent
    assert copy.work == RunItems(generation_id=shop.generation_id, indexes=(0,))
    assert copy.delay == timedelta(seconds=least)


async def test_three_failed_attempts_fail_the_item_and_give_its_unit_back() -> None:
    shop = Workshop()
    shop.provider.answers.extend([ProviderUnavailable("Down.")] * 9)
    shop.submit()

    for _ in range(3):
        await shop.run()

    done = shop.now()
    assert done.status is Status.FAILED
    assert len(shop.provider.calls) == 9
    assert shop.used() == 0
    assert not shop.memory.slots[done.generation.owner]


async def test_a_refused_key_fails_at_once_since_only_an_operator_can_help() -> None:
    shop = Workshop()
    shop.provider.answers.append(ProviderAuthFailed("Key refused."))
    shop.submit()

    await shop.run(0)

    failure = shop.item().failure
    assert shop.item().status is Status.FAILED
    assert failure is not None
    assert failure.failure_class == "AUTH_ERROR"
    assert not shop.queue.sent


async def test_bytes_that_are_no_image_are_asked_for_once_more() -> None:
    shop = Workshop()
    broken = Finished(output=Output(data=png()[:60]), cost_micro_usd=COST)
    shop.provider.answers.extend([broken, broken])
    shop.submit()

    await shop.run(0)
    first = shop.item()
    await shop.run(0)

    assert first.status is Status.QUEUED
    failure = shop.item().failure
    assert failure is not None
    assert (shop.item().status, failure.code) == (Status.FAILED, "bad_output")
    assert shop.item().cost_micro_usd == 2 * COST


async def test_a_live_lease_keeps_a_second_worker_away() -> None:
    shop = Workshop()
    shop.provider.answers.append(Pending(prediction_id="p1"))
    shop.provider.answers.append(ProviderTimedOut("Lost reply."))
    shop.provider.calls_back = True
    shop.submit()
    await shop.run(0, 1)

    await shop.run(0, 1)

    assert len(shop.provider.calls) == 2


async def test_a_lost_reply_of_a_provider_that_calls_back_is_waited_for() -> None:
    """Never two paid calls side by side."""
    shop = Workshop(provider=FakeProvider(name=ProviderName.REPLICATE, calls_back=True))
    shop.provider.answers.append(ProviderTimedOut("Lost reply."))
    shop.submit()

    await shop.run(0)

    assert shop.item().status is Status.GENERATING
    (copy,) = shop.queue.sent
    assert copy.delay == LEASE


async def test_a_worker_that_died_in_its_call_is_followed_after_the_lease() -> None:
    shop = Workshop()
    shop.submit()
    shop.provider.seconds = 30
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(shop.run(0), 0.05)
    assert shop.item().status is Status.GENERATING
    shop.provider.seconds = 0
    shop.clock.advance(LEASE + timedelta(seconds=1))

    await shop.run(0)

    assert shop.item().status is Status.COMPLETED
    assert (shop.item().attempts, len(shop.provider.calls)) == (2, 2)


async def test_what_still_runs_at_the_functions_end_is_given_back_as_spent() -> None:
    shop = Workshop()
    shop.submit()
    shop.provider.seconds = 30

    await shop.run(0, seconds=15.05)

    assert shop.item().status is Status.QUEUED
    assert shop.item().attempts == 1
    (copy,) = shop.queue.sent
    assert copy.delay == timedelta(0)


async def test_a_prediction_is_bound_and_polled_later_in_case_its_callback_is_lost() -> None:
    shop = Workshop(provider=FakeProvider(name=ProviderName.REPLICATE, calls_back=True))
    shop.provider.answers.extend([Pending(prediction_id="p1"), Pending(prediction_id="p2")])
    shop.submit()

    await shop.run(0, 1)

    assert {shop.item(0).prediction_id, shop.item(1).prediction_id} == {"p1", "p2"}
    (poll,) = shop.queue.sent
    assert poll.work == PollPredictions(generation_id=shop.generation_id, indexes=(0, 1))
    assert poll.delay == timedelta(seconds=45)


async def test_an_item_cancelled_during_its_call_keeps_no_image_and_is_not_charged() -> None:
    shop = Workshop()
    shop.submit()
    shop.provider.meanwhile = lambda: cancel_all(shop)

    done = await shop.run(0)

    assert done.status is Status.CANCELLED
    assert shop.used() == 0
    assert not shop.store.objects
    assert shop.count.counted["result_ignored", "GoodResult_when_cancelled"] == 1


def cancel_all(shop: Workshop) -> None:
    for item in shop.now().items:
        advance(shop.generations, item, CancelRequested(), shop.clock)


async def test_a_pack_without_a_reference_draws_one_image_and_shows_it_to_the_others() -> None:
    shop = Workshop()
    shop.submit(a_held_snapshot(items=3))

    await shop.run()
    first_round = list(shop.provider.calls)
    (released,) = shop.queue.sent
    await shop.run()

    assert [len(call.references) for call in first_round] == [0]
    assert released.work == RunItems(generation_id=shop.generation_id, indexes=(1, 2))
    assert [call.references[0].data for call in shop.provider.calls[1:]] == [png(1), png(1)]
    assert shop.now().status is Status.COMPLETED


async def test_the_next_image_takes_the_place_of_a_first_one_that_failed() -> None:
    shop = Workshop()
    shop.provider.answers.append(ContentBlocked("Blocked."))
    shop.submit(a_held_snapshot(items=3))

    await shop.run()
    await shop.run()

    assert [item.status for item in shop.now().items] == ["failed", "completed", "queued"]


async def test_an_upload_that_was_left_unfinished_is_resumed_without_a_second_call() -> None:
    shop = Workshop()
    shop.submit()
    puts = shop.store.put
    shop.store.put = broken_after(1, puts)  # type: ignore[method-assign]
    with pytest.raises(ExceptionGroup):
        await shop.run(0)
    shop.store.put = puts  # type: ignore[method-assign]
    assert shop.item().status is Status.UPLOADING
    shop.clock.advance(LEASE + timedelta(seconds=1))

    await shop.run(0)

    assert shop.item().status is Status.COMPLETED
    assert len(shop.provider.calls) == 1
    assert shop.item().cost_micro_usd == COST


async def test_an_upload_whose_bytes_died_with_their_worker_is_drawn_again() -> None:
    shop = Workshop()
    shop.submit()
    puts = shop.store.put
    shop.store.put = broken_after(0, puts)  # type: ignore[method-assign]
    with pytest.raises(ExceptionGroup):
        await shop.run(0)
    shop.store.put = puts  # type: ignore[method-assign]
    shop.clock.advance(LEASE + timedelta(seconds=1))

    await shop.run(0)
    await shop.run(0)

    assert shop.item().status is Status.COMPLETED
    assert len(shop.provider.calls) == 2
    assert shop.item().cost_micro_usd == 2 * COST


class StoreDownError(Exception):
    pass


def broken_after(count: int, put):  # type: ignore[no-untyped-def]
    """The original goes in when `count` is 1; everything after it fails."""
    done: list[str] = []

    def broken(key: str, data: bytes, media_type: str) -> None:
        if "webp" in key or len(done) >= count:
            raise StoreDownError
        done.append(key)
        put(key, data, media_type)

    return broken


async def test_a_message_of_a_deleted_generation_is_dropped() -> None:
    shop = Workshop()
    snapshot = shop.submit()
    await shop.run()
    shop.generations.delete(shop.now())

    work = RunItems(generation_id=snapshot.generation.id, indexes=(0,))
    await shop.run_message(work=work, ends_at=shop.clock() + timedelta(seconds=130))

    assert shop.count.counted["work_ignored", "generation_deleted"] == 1


async def test_an_output_that_cannot_be_fetched_now_fails_the_attempt_of_the_call() -> None:
    from shared.domain.errors import NotFound

    shop = Workshop(downloads=FakeDownloads(NotFound("Expired.")))
    shop.provider.answers.append(
        Finished(output=Output(url="https://replicate.delivery/x"), cost_micro_usd=COST)
    )
    shop.submit()

    await shop.run(0)

    failure = shop.item().failure
    assert failure is not None
    assert failure.code == "bad_output"


GEMINI = ProviderName.GEMINI


def gated(*, per_minute: int = 60, burst: int = 2) -> Workshop:
    return Workshop(rates={GEMINI: Rate(per_minute=per_minute, burst=burst)})


async def test_what_is_not_let_through_waits_in_a_copy_and_spends_nothing() -> None:
    shop = gated()
    shop.submit(a_snapshot(items=3, plan=Plan.PAID))

    after = await shop.run(0, 1, 2)

    assert [item.status for item in after.items] == [Status.COMPLETED] * 2 + [Status.QUEUED]
    assert (after.items[2].calls, after.items[2].attempts) == (0, 0)
    (copy,) = shop.queue.sent
    assert copy.work == RunItems(generation_id=shop.generation_id, indexes=(2,))
    assert (copy.delay, copy.lane) == (timedelta(seconds=1), Lane.PRIORITY)
    assert shop.count.counted["provider_calls_delayed", "rate"] == 1

    shop.clock.advance(copy.delay)
    assert (await shop.run(2)).items[2].status is Status.COMPLETED


async def test_a_message_that_is_not_let_through_at_all_does_nothing_else() -> None:
    shop = gated(burst=1)
    shop.submit(a_snapshot(items=2, plan=Plan.PAID))
    shop.gates.gates[GEMINI] = Gate(
        provider=GEMINI, version=1, blocked_until=shop.clock() + timedelta(seconds=40)
    )

    after = await shop.run()

    assert [item.calls for item in after.items] == [0, 0]
    assert shop.provider.calls == []
    assert [sent.delay for sent in shop.queue.sent] == [timedelta(seconds=40)]
    due = shop.memory.due[shop.generation_id]
    assert due == shop.clock() + timedelta(seconds=100), "no third copy before this one is back"


async def test_what_needs_no_call_is_not_held_up() -> None:
    """A prediction that runs already, delivered again."""
    shop = gated()
    shop.submit(a_snapshot(items=1, plan=Plan.PAID))
    shop.provider.answers = deque([Pending(prediction_id="p1")])
    await shop.run()
    shop.gates.gates[GEMINI] = Gate(
        provider=GEMINI, version=9, blocked_until=shop.clock() + timedelta(hours=1)
    )
    before = len(shop.queue.sent)

    await shop.run()

    (polled,) = shop.queue.sent[before:]
    assert isinstance(polled.work, PollPredictions)


async def test_failures_of_one_message_open_the_breaker_for_all() -> None:
    shop = gated(burst=10)
    shop.submit(a_snapshot(items=6, plan=Plan.PAID))
    shop.provider.answers = deque(ProviderUnavailable("down") for _ in range(6))

    await shop.run()

    assert shop.gates.get(GEMINI).is_open
    assert shop.count.counted["provider_breaker_opened", "gemini"] == 1
    shop.queue.sent.clear()
    after = await shop.run()
    assert {item.calls for item in after.items} == {1}
    assert [sent.delay for sent in shop.queue.sent] == [timedelta(seconds=30)]


async def test_a_throttle_is_kept_to_by_those_who_never_met_it() -> None:
    shop = gated(burst=10)
    shop.submit(a_snapshot(items=1, plan=Plan.PAID))
    shop.provider.answers = deque([ProviderRateLimited("busy", retry_after=21)])

    await shop.run()

    assert shop.gates.get(GEMINI).blocked_until == shop.clock() + timedelta(seconds=21)


async def test_a_throttle_is_told_while_the_other_images_are_still_drawn() -> None:
    shop = gated(burst=10)
    shop.submit(a_snapshot(items=2, plan=Plan.PAID))
    known: list[bool] = []

    async def start(call: ProviderCall) -> Finished | Pending:
        if call.seed == 42:
            raise ProviderRateLimited("busy", retry_after=21)
        await asyncio.sleep(0.2)
        known.append(shop.gates.get(GEMINI).blocked_until is not None)
        return a_picture(1)

    shop.provider.start = start  # type: ignore[method-assign]  # one fails while the other draws
    await shop.run()

    assert known == [True]


async def test_the_first_answer_after_trouble_closes_the_breaker() -> None:
    shop = gated(burst=10)
    shop.submit(a_snapshot(items=2, plan=Plan.PAID))
    shop.gates.gates[GEMINI] = Gate(
        provider=GEMINI, version=4, failures=7, open_until=shop.clock() - timedelta(seconds=1)
    )

    await shop.run()

    gate = shop.gates.get(GEMINI)
    assert (gate.is_open, gate.failures) == (False, 0)
    assert shop.count.counted["provider_breaker_closed", "gemini"] == 1
    assert len(shop.provider.calls) == 1, "a probe, not the whole message"


async def test_the_sweeper_is_not_to_send_what_waits_longer_than_a_lease() -> None:
    shop = gated(per_minute=1, burst=1)
    shop.submit(a_snapshot(items=3, plan=Plan.FREE))

    await shop.run()

    (copy,) = shop.queue.sent
    assert copy.delay == timedelta(seconds=100), "at 60 % of one call a minute"
    assert shop.memory.due[shop.generation_id] >= shop.clock() + copy.delay + timedelta(minutes=1)


async def test_a_provider_that_names_a_day_is_asked_again_in_between() -> None:
    shop = gated()
    shop.submit(a_snapshot(items=1, plan=Plan.PAID))
    tomorrow = shop.clock() + timedelta(days=1)
    shop.gates.gates[GEMINI] = Gate(provider=GEMINI, version=1, blocked_until=tomorrow)

    await shop.run()

    assert [sent.delay for sent in shop.queue.sent] == [timedelta(minutes=2)]


async def test_a_refused_key_closes_no_breaker() -> None:
    shop = gated(burst=10)
    shop.submit(a_snapshot(items=1, plan=Plan.PAID))
    shop.gates.gates[GEMINI] = Gate(
        provider=GEMINI, version=4, failures=7, open_until=shop.clock() - timedelta(seconds=1)
    )
    shop.provider.answers = deque([ProviderAuthFailed("no key")])

    await shop.run()

    assert shop.gates.get(GEMINI).is_open
