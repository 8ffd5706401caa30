"""Images that must look like their person, from the message to the last draw, and every crash
in between."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.domain.collecting import Collected
from shared.domain.draw_budget import at_most_micro_usd, judged
from shared.domain.draws import Judgement
from shared.domain.errors import Conflict, ProviderRefused, Unavailable
from shared.domain.generation import Dispatch, Item, Snapshot, Status
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.likeness import Similarity
from shared.domain.limits import DEADLINE, LEASE
from shared.domain.page import PageRequest
from shared.domain.provider import Pending
from shared.domain.request import Acceptance, ProviderName, Substitute
from shared.domain.seeds import redraw_seed
from shared.domain.transitions import Move
from shared.domain.work import JudgeDraws, RunItems, Work
from shared.services.analyse_image import RecordScore
from shared.services.collect_orphans import CollectOrphans
from tests.builders import ADA, a_brief, a_snapshot
from tests.draw_builders import ACCEPT, a_score
from tests.fake_outside import FakeImages, FakeWorkQueue
from tests.unit.desk import Desk
from tests.workshop import COST, FakeProvider, Workshop, at_url

MINUTE = timedelta(minutes=1)


class DeadQueue(FakeWorkQueue):
    def ingest(self, works: Sequence[Work], delay: timedelta = timedelta(0)) -> None:
        raise Unavailable("The queue cannot be reached.")


@dataclass
class Gated:
    """A pack of one of Mira, who must be recognised; scores come when a test gives them."""

    accept: Acceptance = ACCEPT
    count: int = 1
    limit: int | None = None
    shop: Workshop = field(default_factory=Workshop)

    def __post_init__(self) -> None:
        snapshot = a_snapshot(items=self.count)
        generation = snapshot.generation.model_copy(update={"accept": self.accept})
        items = [one.model_copy(update={"accept": self.accept}) for one in snapshot.items]
        snapshot = Snapshot(generation=generation, items=tuple(items))
        changes = {"accept": self.accept, "max_cost_micro_usd": self.limit}
        request = a_brief(snapshot).request.model_copy(update=changes)
        self.shop.submit(snapshot, request=request)

    @property
    def images(self) -> FakeImages:
        return FakeImages(self.shop.memory)

    @property
    def record_score(self) -> RecordScore:
        return RecordScore(self.images, self.shop.generations, self.shop.queue)

    @property
    def desk(self) -> Desk:
        """Where the owner asks for things, on the same memory."""
        shop = self.shop
        return Desk(shop.memory, shop.queue, shop.store, clock=shop.clock)

    def image(self, index: int = 0) -> StoredImage:
        """As its own record has it."""
        return self.shop.memory.images[self.shop.image(index).id]

    def score(self, similarity: Similarity, index: int = 0) -> JudgeDraws:
        """What the look at faces records, and the message that it sends."""
        self.record_score(self.image(index).model_copy(update={"similarity": similarity}))
        work = self.shop.queue.sent[-1].work
        assert isinstance(work, JudgeDraws)
        return work

    async def draw(self, score: float) -> Item:
        """One draw and its score, judged."""
        await self.shop.run(0)
        await self.shop.judge(work=self.score(a_score(score)))
        return self.shop.item()

    def sent(self) -> list[Work]:
        return [one.work for one in self.shop.queue.sent]


def outcome(item: Item) -> tuple[Status, Judgement | None, list[float | None]]:
    return item.status, item.judgement, [draw.score for draw in item.draws]


async def test_a_drifted_image_is_drawn_again_and_the_better_one_delivered() -> None:
    pack = Gated()

    first = await pack.draw(60)
    assert (first.status, first.dispatch) == (Status.QUEUED, Dispatch.PENDING)
    assert pack.sent()[-1] == RunItems(generation_id=pack.shop.generation_id, indexes=(0,))
    second = await pack.draw(92)

    assert outcome(second) == (Status.COMPLETED, Judgement.PASSED, [60, 92])
    assert [call.seed for call in pack.shop.provider.calls] == [42, redraw_seed(42, 1)]
    assert second.cost_micro_usd == 2 * COST
    done = pack.shop.now()
    assert done.status is Status.COMPLETED
    assert (done.generation.charged, pack.shop.used()) == (1, 1)


async def test_the_item_waits_while_its_image_is_looked_at_and_the_generation_is_open() -> None:
    pack = Gated()

    await pack.shop.run()

    assert pack.shop.item().awaits_judgement
    assert pack.image().status is ImageStatus.LIVE
    assert pack.image().awaits_analysis
    assert not pack.shop.now().generation.closed
    assert pack.shop.queue.sent == []


async def test_after_the_last_draw_the_best_of_all_is_delivered_as_what_it_is() -> None:
    pack = Gated()

    for score in (60, 71, 65):
        item = await pack.draw(score)

    assert outcome(item) == (Status.COMPLETED, Judgement.BEST_EFFORT, [60, 71, 65])
    assert pack.shop.image().score == 71
    assert len(pack.shop.provider.calls) == 3
    assert pack.shop.now().actual_micro_usd == 3 * COST


async def test_what_could_not_be_measured_is_delivered_and_drawn_once() -> None:
    pack = Gated()
    await pack.shop.run()

    await pack.shop.judge(work=pack.score(Similarity.not_measured("no_face")))

    item = pack.shop.item()
    assert outcome(item) == (Status.COMPLETED, Judgement.NOT_MEASURED, [None])
    assert len(pack.shop.provider.calls) == 1


async def test_messages_that_come_twice_or_late_change_nothing() -> None:
    pack = Gated()
    await pack.shop.run()
    judge = pack.score(a_score(60))
    await pack.shop.judge(work=judge)
    version = pack.shop.item().version

    await pack.shop.judge(work=judge)

    assert pack.shop.item().version == version
    await pack.draw(90)
    ended = pack.shop.item()
    await pack.shop.judge(work=judge)
    await pack.shop.run()
    assert pack.shop.item() == ended
    assert len(pack.shop.provider.calls) == 2


async def test_a_score_whose_message_was_lost_is_found_when_the_lease_is_over() -> None:
    pack = Gated()
    await pack.shop.run()
    pack.score(a_score(60))
    pack.shop.queue.sent.clear()

    pack.shop.clock.advance(LEASE)
    pack.shop.sweep()

    assert pack.sent() == [RunItems(generation_id=pack.shop.generation_id, indexes=(0,))]
    await pack.shop.run()
    assert outcome(pack.shop.item()) == (Status.QUEUED, None, [60])


async def test_a_crash_before_the_message_leaves_a_picture_that_is_looked_at_again() -> None:
    pack = Gated()
    await pack.shop.run()
    unreachable = replace(pack.record_score, queue=DeadQueue())
    scored = pack.image().model_copy(update={"similarity": a_score(90)})

    with pytest.raises(Unavailable):
        unreachable(scored)

    assert pack.image().awaits_analysis
    await pack.shop.judge(work=pack.score(a_score(90)))
    assert pack.shop.item().judgement is Judgement.PASSED


async def test_a_score_that_never_comes_is_given_up_at_the_deadline() -> None:
    pack = Gated()
    await pack.shop.run()

    minutes = 0
    while not pack.shop.now().generation.closed:
        pack.shop.clock.advance(MINUTE)
        minutes += 1
        pack.shop.sweep()
        await pack.shop.run()

    assert outcome(pack.shop.item()) == (Status.COMPLETED, Judgement.NOT_MEASURED, [None])
    assert minutes <= (DEADLINE + LEASE) / MINUTE + 1
    assert len(pack.shop.provider.calls) == 1


async def test_a_worker_that_died_between_storing_and_recording_is_made_good() -> None:
    pack = Gated()
    shop = pack.shop
    apply = shop.generations.apply
    stored: list[Move] = []

    def dies(move: Move) -> None:
        if move.after.awaits_judgement and not stored:
            stored.append(move)
            raise Unavailable("the worker is gone")
        apply(move)

    shop.generations.apply = dies  # type: ignore[method-assign]  # a crash at this very write
    with pytest.raises(ExceptionGroup):
        await shop.run()
    assert shop.item().status is Status.UPLOADING

    shop.clock.advance(LEASE)
    await shop.run()

    assert shop.item().awaits_judgement
    await shop.judge(work=pack.score(a_score(90)))
    assert len(shop.provider.calls) == 1


async def test_a_redraw_that_is_refused_delivers_what_is_there() -> None:
    pack = Gated()
    await pack.draw(70)
    pack.shop.provider.answers.append(ProviderRefused("not this one"))

    await pack.shop.run()

    assert outcome(pack.shop.item()) == (Status.COMPLETED, Judgement.BEST_EFFORT, [70])
    assert pack.shop.now().status is Status.COMPLETED
    assert pack.shop.used() == 1


async def test_with_a_limit_each_item_draws_again_only_for_its_share() -> None:
    pack = Gated(limit=2 * COST + 100)
    price = judged(pack.shop.now().generation, pack.shop.memory.briefs[pack.shop.generation_id], 0)
    assert COST - 1000 < price.price_micro_usd < COST + 100

    item = await pack.draw(60)
    assert item.status is Status.QUEUED
    item = await pack.draw(61)

    assert outcome(item) == (Status.COMPLETED, Judgement.BEST_EFFORT, [60, 61])


async def test_no_item_draws_for_what_another_has_left() -> None:
    pack = Gated(limit=3 * COST, count=2)

    item = await pack.draw(60)

    assert outcome(item) == (Status.COMPLETED, Judgement.BEST_EFFORT, [60])


def test_the_price_of_another_draw_is_that_of_the_dearest_who_may_draw_it() -> None:
    pack = Gated()
    snapshot = pack.shop.now()
    brief = pack.shop.memory.briefs[pack.shop.generation_id]
    cheap = judged(snapshot.generation, brief, 0).price_micro_usd
    dear = Substitute(
        provider=ProviderName.REPLICATE,
        model="black-forest-labs/flux-kontext-max",
        aspect_ratio="3:4",
    )

    both = judged(snapshot.generation, brief.model_copy(update={"substitutes": (dear,)}), 0)

    assert both.price_micro_usd > cheap


@pytest.mark.parametrize(
    ("accept", "limit", "at_most"),
    [
        (None, None, 30),
        (Acceptance(max_attempts=3), None, 90),
        (Acceptance(max_attempts=3), 59, 40),
        (Acceptance(max_attempts=3), 60, 50),
        (Acceptance(max_attempts=3), 1000, 90),
    ],
)
def test_an_estimate_tells_what_it_may_come_to(
    accept: Acceptance | None, limit: int | None, at_most: int
) -> None:
    """Of an image for 10 and one for 20: each has half of the limit."""
    request = a_brief(a_snapshot(items=2)).request
    changes = {"accept": accept, "max_cost_micro_usd": limit}

    assert at_most_micro_usd(request.model_copy(update=changes), (10, 20)) == at_most


async def test_cancelling_a_redraw_delivers_what_is_there_and_the_receipt_says_so() -> None:
    pack = Gated()
    await pack.draw(70)

    receipt = pack.desk.cancel_generation(owner=ADA, generation_id=pack.shop.generation_id)

    assert (receipt.stopped, receipt.will_arrive, receipt.charged) == (0, 0, 1)
    assert outcome(pack.shop.item()) == (Status.COMPLETED, Judgement.BEST_EFFORT, [70])
    assert pack.shop.now().status is Status.COMPLETED
    again = pack.desk.cancel_generation(owner=ADA, generation_id=pack.shop.generation_id)
    assert again == receipt


async def test_what_is_being_looked_at_when_the_rest_is_cancelled_is_not_drawn_again() -> None:
    pack = Gated(count=2)
    await pack.shop.run(0)

    receipt = pack.desk.cancel_generation(owner=ADA, generation_id=pack.shop.generation_id)
    await pack.shop.judge(work=pack.score(a_score(60)))

    assert (receipt.stopped, receipt.will_arrive, receipt.charged) == (1, 1, 1)
    assert outcome(pack.shop.item()) == (Status.COMPLETED, Judgement.BEST_EFFORT, [60])
    assert pack.shop.used() == 1


async def test_deleting_takes_every_draw_along() -> None:
    pack = Gated()
    await pack.draw(70)
    await pack.shop.run()

    pack.desk.delete_generation(owner=ADA, generation_id=pack.shop.generation_id)

    assert pack.shop.store.objects == {}
    assert pack.shop.memory.images == {}
    work = JudgeDraws(generation_id=pack.shop.generation_id, indexes=(0,))
    await pack.shop.judge(work=work)


async def test_draws_that_were_passed_over_are_listed_and_no_orphans() -> None:
    pack = Gated()
    await pack.draw(70)
    await pack.draw(90)
    shop = pack.shop
    shop.clock.advance(timedelta(days=3))

    CollectOrphans(pack.images, shop.store, shop.clock)(Collected(dry_run=False))

    page = PageRequest(limit=20, cursor=None)
    listed = pack.images.list_owned(ADA, page, generation_id=shop.generation_id).data
    assert {one.id for one in listed} == {draw.image_id for draw in shop.item().draws}
    assert len(listed) == 2


async def test_an_image_that_may_still_be_delivered_is_not_deleted_by_itself() -> None:
    pack = Gated()
    await pack.shop.run()
    awaited = pack.shop.image()
    with pytest.raises(Conflict) as refused:
        pack.desk.delete_image(owner=ADA, image_id=awaited.id)
    assert refused.value.code == "image_undecided"
    await pack.shop.judge(work=pack.score(a_score(70)))
    with pytest.raises(Conflict):
        pack.desk.delete_image(owner=ADA, image_id=awaited.id)

    await pack.draw(90)
    pack.desk.delete_image(owner=ADA, image_id=awaited.id)

    assert [draw.score for draw in pack.shop.item().draws] == [70, 90]
    assert pack.shop.image().score == 90


async def test_a_prediction_that_finishes_by_callback_waits_for_its_score_as_well() -> None:
    provider = FakeProvider(name=ProviderName.REPLICATE, calls_back=True)
    provider.answers.append(Pending(prediction_id="p1"))
    provider.reports.append(at_url())
    pack = Gated(shop=Workshop(provider=provider))
    await pack.shop.run()

    await pack.shop.call_back(pack.shop.attempt(), "p1")

    assert pack.shop.item().awaits_judgement
    await pack.shop.judge(work=pack.score(a_score(60)))
    assert (pack.shop.item().status, pack.shop.item().prediction_id) == (Status.QUEUED, None)
