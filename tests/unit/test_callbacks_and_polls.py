"""Predictions: callbacks that may be lost, late, repeated, forged, or faster than we are."""

from datetime import timedelta

import pytest

from shared.domain.errors import ContentBlocked, ProviderUnavailable, Unavailable
from shared.domain.generation import Status
from shared.domain.limits import DEADLINE, TIMEOUT_GRACE
from shared.domain.provider import Failed, Pending
from shared.domain.request import ProviderName
from shared.domain.work import PollPredictions
from tests.builders import a_snapshot
from tests.workshop import COST, FakeProvider, Workshop, at_url, png


async def waiting(predictions: int = 1) -> Workshop:
    """A generation whose items are all with Replicate."""
    shop = Workshop(provider=FakeProvider(name=ProviderName.REPLICATE, calls_back=True))
    shop.provider.answers.extend(
        Pending(prediction_id=f"p{number}") for number in range(predictions)
    )
    shop.submit(a_snapshot(items=predictions))
    await shop.run()
    shop.queue.sent.clear()
    return shop


async def test_a_callback_completes_the_item_and_closes_the_generation() -> None:
    shop = await waiting()
    shop.provider.reports.append(at_url())

    done = await shop.call_back(shop.attempt(), "p0")

    assert done.status is Status.COMPLETED
    assert shop.store.objects[shop.image().key] == png()
    assert done.actual_micro_usd == COST


async def test_the_same_callback_five_times_makes_one_image() -> None:
    shop = await waiting()
    shop.provider.reports.extend([at_url()] * 5)

    for _ in range(5):
        await shop.call_back(shop.attempt(), "p0")

    assert len(shop.memory.images) == 1
    assert shop.used() == 1


async def test_a_callback_that_beats_the_write_of_the_id_is_not_lost() -> None:
    """It finds the attempt by its token; the id that comes afterwards changes nothing."""
    shop = Workshop(provider=FakeProvider(name=ProviderName.REPLICATE, calls_back=True))
    shop.provider.answers.append(Pending(prediction_id="p0"))
    shop.submit(a_snapshot(items=1))
    shop.provider.reports.append(at_url())
    early: list[object] = []
    shop.provider.meanwhile = lambda: early.append(shop.attempt())
    begun = shop.provider.start

    async def start_with_early_callback(call):  # type: ignore[no-untyped-def]
        answer = await begun(call)
        await shop.call_back(shop.attempt(), "p0")
        return answer

    shop.provider.start = start_with_early_callback  # type: ignore[method-assign]
    done = await shop.run()

    assert done.status is Status.COMPLETED
    assert len(shop.memory.images) == 1
    assert shop.attempt().prediction_id == "p0"


@pytest.mark.parametrize(
    ("prediction_id", "token"),
    [("another", None), ("another", "guessed")],
)
async def test_a_signed_callback_of_another_prediction_changes_nothing(
    prediction_id: str, token: str | None
) -> None:
    shop = await waiting()

    done = await shop.call_back(shop.attempt(), prediction_id, token=token)

    assert done.items[0].status is Status.GENERATING
    assert shop.count.counted["callback_ignored", "not_of_this_attempt"] == 1


async def test_an_unbound_attempt_is_found_by_its_own_token_only() -> None:
    shop = Workshop(provider=FakeProvider(name=ProviderName.REPLICATE, calls_back=True))
    shop.submit(a_snapshot(items=1))
    shop.provider.reports.append(at_url())
    from shared.domain.errors import ProviderTimedOut

    shop.provider.answers.append(ProviderTimedOut("Lost reply."))
    await shop.run()

    forged = await shop.call_back(shop.attempt(), "p0", token="guessed")
    assert forged.items[0].status is Status.GENERATING
    found = await shop.call_back(shop.attempt(), "p0")
    assert found.status is Status.COMPLETED


async def test_a_failed_prediction_fails_its_item_with_the_providers_reason() -> None:
    shop = await waiting()
    shop.provider.reports.append(Failed(ContentBlocked("The image was blocked.")))

    done = await shop.call_back(shop.attempt(), "p0")

    failure = done.items[0].failure
    assert failure is not None
    assert (done.status, failure.code) == (Status.FAILED, "content_blocked_output")
    assert shop.used() == 0


async def test_a_paid_output_that_cannot_be_fetched_now_is_not_drawn_again() -> None:
    shop = await waiting()
    shop.downloads.answer = Unavailable("Try later.")
    shop.provider.reports.append(at_url())

    await shop.call_back(shop.attempt(), "p0")

    assert shop.item().status is Status.GENERATING
    assert len(shop.provider.calls) == 1
    (asked,) = shop.queue.sent
    assert asked.work == PollPredictions(generation_id=shop.generation_id, indexes=(0,))


async def test_a_lost_callback_is_made_good_by_the_poll() -> None:
    shop = await waiting()
    shop.provider.reports.append(at_url())

    done = await shop.ask(0)

    assert done.status is Status.COMPLETED
    assert not shop.queue.sent


async def test_polls_go_on_at_doubling_distance_while_the_provider_works() -> None:
    shop = await waiting(2)
    shop.provider.reports.extend([Pending(prediction_id="p0"), at_url()])

    await shop.ask(0, 1, round_=1)

    (again,) = shop.queue.sent
    assert again.delay == timedelta(seconds=180)
    assert isinstance(again.work, PollPredictions)
    assert again.work.round == 2
    assert len(again.work.indexes) == 1


async def test_at_the_deadline_the_provider_is_asked_before_giving_up() -> None:
    shop = await waiting()
    shop.clock.advance(DEADLINE + timedelta(seconds=1))
    shop.provider.reports.append(at_url())

    done = await shop.ask(0)

    assert done.status is Status.COMPLETED


async def test_a_prediction_that_is_not_done_at_the_deadline_fails_by_timeout() -> None:
    shop = await waiting()
    shop.clock.advance(DEADLINE + timedelta(seconds=1))
    shop.provider.reports.append(Pending(prediction_id="p0"))

    done = await shop.ask(0)

    failure = done.items[0].failure
    assert failure is not None
    assert (done.status, failure.code) == (Status.FAILED, "timeout")
    assert not done.is_final(shop.clock())
    assert shop.used() == 0


async def test_a_provider_that_cannot_be_asked_gets_the_grace_and_no_more() -> None:
    shop = await waiting()
    shop.provider.reports.extend([ProviderUnavailable("Down."), ProviderUnavailable("Down.")])
    shop.clock.advance(DEADLINE + timedelta(seconds=1))
    within = await shop.ask(0)
    shop.clock.advance(TIMEOUT_GRACE)

    beyond = await shop.ask(0)

    assert within.items[0].status is Status.GENERATING
    assert beyond.items[0].status is Status.FAILED


async def test_a_late_image_is_taken_and_charged_again_once() -> None:
    shop = await waiting()
    shop.clock.advance(DEADLINE + timedelta(seconds=1))
    shop.provider.reports.append(Pending(prediction_id="p0"))
    await shop.ask(0)
    shop.provider.reports.extend([at_url(), at_url()])

    await shop.call_back(shop.attempt(), "p0")
    done = await shop.call_back(shop.attempt(), "p0")

    assert done.status is Status.COMPLETED
    assert (done.items[0].late, done.generation.charged, shop.used()) == (True, 1, 1)
    assert done.is_final(shop.clock())
    assert len([image for image in shop.memory.images.values() if image.status == "live"]) == 1


async def test_an_image_after_the_late_window_is_too_late() -> None:
    shop = await waiting()
    shop.clock.advance(DEADLINE + timedelta(seconds=1))
    shop.provider.reports.append(Pending(prediction_id="p0"))
    await shop.ask(0)
    shop.clock.advance(timedelta(minutes=56))
    shop.provider.reports.append(at_url())

    done = await shop.call_back(shop.attempt(), "p0")

    assert done.status is Status.FAILED
    assert shop.used() == 0
    assert not shop.store.objects
