"""Work that runs under the attempt's own id can be asked about, whatever was lost on the way."""

from datetime import timedelta

from infra.local.simulators.comfyui_pictures import with_workflow
from shared.adapters import imaging
from shared.domain.errors import ProviderTimedOut, WorkLost
from shared.domain.generation import Status
from shared.domain.limits import LEASE
from shared.domain.provider import Failed, Finished, Output, Pending
from shared.domain.request import ProviderName
from shared.domain.work import CancelPrediction
from shared.services.cancel_generation import StopItems
from tests.builders import a_snapshot
from tests.workshop import FakeProvider, Workshop, a_picture, png


def a_shop(seconds: float = 0.0) -> Workshop:
    shop = Workshop(FakeProvider(ProviderName.COMFYUI, calls_back=True, seconds=seconds))
    shop.submit(a_snapshot(items=1))
    return shop


async def test_the_attempt_is_bound_before_its_provider_is_called() -> None:
    shop = a_shop()
    seen: list[str | None] = []
    shop.provider.meanwhile = lambda: seen.append(shop.item().prediction_id)

    done = await shop.run()

    assert done.status is Status.COMPLETED
    assert seen == [shop.attempt().id]
    assert [call.attempt_id for call in shop.provider.calls] == seen


async def test_a_cancellation_during_the_call_tells_the_provider() -> None:
    shop = a_shop()
    stop = StopItems(shop.generations, shop.queue, shop.clock)
    shop.provider.meanwhile = lambda: stop(items=shop.now().items)

    cancelled = await shop.run()

    assert cancelled.items[0].status is Status.CANCELLED
    told = CancelPrediction(provider=ProviderName.COMFYUI, prediction_id=shop.attempt().id)
    assert [sent.work for sent in shop.queue.sent] == [told]
    assert not shop.store.objects


async def test_a_worker_that_dies_during_the_call_leaves_work_that_is_asked_for() -> None:
    shop = a_shop(seconds=30)

    await shop.run(seconds=15.1)

    assert [sent.delay for sent in shop.queue.sent] == [LEASE]
    await shop.run()
    assert [sent.work.kind for sent in shop.queue.sent[1:]] == ["poll"]
    shop.provider.reports.append(a_picture())
    assert (await shop.ask(0)).status is Status.COMPLETED
    assert [attempt.id for attempt in shop.provider.polled] == [shop.attempt().id]
    assert len(shop.provider.calls) == 1


async def test_what_takes_longer_than_a_call_is_polled() -> None:
    shop = a_shop()
    shop.provider.answers.append(Pending(prediction_id="att_…"))
    await shop.run()
    assert [sent.work.kind for sent in shop.queue.sent] == ["poll"]
    assert shop.item().prediction_id == shop.attempt().id


async def test_a_call_without_an_answer_is_asked_about_and_not_repeated() -> None:
    shop = a_shop()
    shop.provider.answers.append(ProviderTimedOut("No answer."))
    waiting = await shop.run()
    assert waiting.items[0].status is Status.GENERATING
    assert [sent.delay for sent in shop.queue.sent] == [LEASE]
    await shop.run()
    assert len(shop.provider.calls) == 1


async def test_lost_work_is_begun_again_under_another_id() -> None:
    shop = a_shop()
    shop.provider.answers.append(Pending(prediction_id="att_…"))
    await shop.run()
    shop.provider.reports.append(Failed(WorkLost("Restarted.")))

    queued = await shop.ask(0)

    assert (queued.items[0].status, queued.items[0].prediction_id) == (Status.QUEUED, None)
    shop.clock.advance(timedelta(minutes=2))
    assert (await shop.run()).status is Status.COMPLETED
    first, second = (call.attempt_id for call in shop.provider.calls)
    assert first != second


async def test_what_comfyui_drew_is_stored_without_the_workflow_in_it() -> None:
    shop = a_shop()
    telling = with_workflow(png(), {"7": {"inputs": {"text": "a secret wish"}}})
    shop.provider.answers.append(Finished(output=Output(data=telling), cost_micro_usd=0))

    done = await shop.run()
    image = done.items[0].image
    assert image is not None
    stored = shop.store.objects[image.key]
    assert b"secret wish" in telling
    assert b"secret wish" not in stored
    assert stored == imaging.clean_output(png())
