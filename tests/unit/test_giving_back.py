"""A worker that must stop, and the one that goes on: nothing drawn twice, nothing thrown away."""

import hashlib
from datetime import timedelta

from shared.domain import events as e
from shared.domain.errors import BadOutput, ProviderTimedOut, ProviderUnavailable
from shared.domain.generation import Status
from shared.domain.limits import LEASE
from shared.domain.provider import Failed, Pending
from shared.domain.request import ProviderName
from shared.services.moving import advance
from tests.builders import a_snapshot, an_image, some_content
from tests.workshop import FakeProvider, Workshop, at_url, png

SOON_OVER = 15.1
"""Seconds of life left: a tenth of a second more than what a worker keeps back at its end."""


def a_shop(provider: FakeProvider) -> Workshop:
    shop = Workshop(provider=provider)
    shop.submit(a_snapshot(items=1))
    return shop


def replicate(seconds: float = 0.0) -> FakeProvider:
    return FakeProvider(ProviderName.REPLICATE, calls_back=True, seconds=seconds)


async def test_a_call_cut_short_is_given_back_and_counts_as_spent() -> None:
    shop = a_shop(FakeProvider(seconds=30))

    given_back = await shop.run(seconds=SOON_OVER)

    item = given_back.items[0]
    assert (item.status, item.attempts) == (Status.QUEUED, 1)
    assert item.failure is not None
    assert item.failure.code == "worker_time_up"
    assert [sent.delay for sent in shop.queue.sent] == [timedelta(0)]


async def test_a_call_cut_short_is_waited_for_when_its_provider_works_on_by_itself() -> None:
    shop = a_shop(replicate(seconds=30))

    waiting = await shop.run(seconds=SOON_OVER)

    assert waiting.items[0].status is Status.GENERATING
    assert [sent.delay for sent in shop.queue.sent] == [LEASE]
    await shop.run()
    assert len(shop.provider.calls) == 1, "never two paid calls side by side"


async def test_a_message_that_comes_again_after_the_binding_sends_the_poll_it_may_lack() -> None:
    shop = a_shop(replicate())
    shop.provider.answers.append(Pending(prediction_id="p1"))
    await shop.run()
    shop.queue.sent.clear()

    await shop.run()

    assert len(shop.provider.calls) == 1
    assert [sent.work.kind for sent in shop.queue.sent] == ["poll"]


async def test_a_binding_whose_answer_was_lost_is_polled_all_the_same() -> None:
    shop = a_shop(replicate())
    shop.provider.answers.append(Pending(prediction_id="p1"))

    def bound_by_a_callback() -> None:
        attempt = shop.attempt().model_copy(update={"prediction_id": "p1"})
        advance(shop.generations, shop.item(), e.Bound(attempt), shop.clock)

    shop.provider.meanwhile = bound_by_a_callback
    await shop.run()

    assert [sent.work.kind for sent in shop.queue.sent] == ["poll"]


async def interrupted() -> Workshop:
    """The callback came before the answer to the call; its worker died before it stored."""
    shop = a_shop(replicate())
    shop.provider.answers.append(ProviderTimedOut("No answer."))
    await shop.run()
    bound = shop.attempt().model_copy(update={"prediction_id": "p1"})
    content = some_content(sha256=hashlib.sha256(png()).hexdigest())
    image = an_image(shop.now().generation, content=content)
    advance(shop.generations, shop.item(), e.GoodResult(bound, image), shop.clock)
    shop.clock.advance(LEASE)
    return shop


async def test_an_image_that_came_before_its_prediction_was_bound_is_fetched_again() -> None:
    shop = await interrupted()
    shop.provider.reports.append(at_url())

    done = await shop.run()

    assert [attempt.prediction_id for attempt in shop.provider.polled] == ["p1"]
    assert done.status is Status.COMPLETED
    assert len(shop.provider.calls) == 1, "paid for once"


async def test_an_upload_waits_for_a_provider_that_cannot_be_asked() -> None:
    shop = await interrupted()
    shop.provider.reports.append(ProviderUnavailable("Down.", retry_after=7))

    waiting = await shop.run()

    item = waiting.items[0]
    assert (item.status, item.lease_until) == (Status.UPLOADING, None)
    assert shop.queue.sent[-1].delay >= timedelta(seconds=7)


async def test_an_output_that_has_expired_is_drawn_again() -> None:
    shop = await interrupted()
    shop.provider.reports.append(Failed(BadOutput("Expired.")))

    lost = await shop.run()

    item = lost.items[0]
    assert item.status is Status.QUEUED
    assert item.failure is not None
    assert item.failure.code == "result_lost"
