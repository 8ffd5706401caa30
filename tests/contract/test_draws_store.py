"""Images that are live before their items are delivered, and items with several of them."""

import pytest

from shared.domain import events as e
from shared.domain.draws import Judgement
from shared.domain.errors import StaleWrite
from shared.domain.generation import Item, Snapshot, Status
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.likeness import Similarity
from shared.domain.quality import unreadable
from tests.builders import ADA, a_snapshot, an_attempt, an_image
from tests.contract.conftest import Stores
from tests.contract.steps import called, decided
from tests.draw_builders import ACCEPT, FREE_TO_SPEND, a_score


def submitted(stores: Stores) -> Item:
    """Of a generation whose one image must score 85."""
    snapshot = a_snapshot(items=1, accept=ACCEPT)
    items = tuple(one.model_copy(update={"accept": ACCEPT}) for one in snapshot.items)
    stores.submit(Snapshot(generation=snapshot.generation, items=items))
    return items[0]


def stored(stores: Stores, item: Item) -> Item:
    """Drawn once more; the image is live, its score is awaited."""
    item = called(stores, item)
    generation = stores.generations.get(item.generation_id).generation
    waiting = Similarity.pending()
    image = an_image(generation, number=item.calls, similarity=waiting, model="a-model")
    move = decided(item, e.GoodResult(an_attempt(item), image))
    stores.generations.apply(move)
    move = decided(move.after, e.Stored(image))
    stores.generations.apply(move)
    return move.after


def scored(stores: Stores, item: Item, score: float) -> Item:
    """As it is told to who recorded the score."""
    assert item.image is not None
    image = item.image.model_copy(update={"similarity": a_score(score), "qa": unreadable()})
    after = stores.generations.record_similarity(image)
    assert after is not None
    stores.images.record_analysis(image)
    return after


def judged(stores: Stores, item: Item) -> Item:
    move = decided(item, FREE_TO_SPEND)
    stores.generations.apply(move)
    return move.after


def shown(stores: Stores, item: Item) -> Item:
    return stores.generations.get(item.generation_id).items[0]


def live(stores: Stores, image: StoredImage | None) -> StoredImage:
    assert image is not None
    return stores.images.get(ADA, image.id)


def test_an_image_is_live_and_readable_while_its_item_waits_for_the_score(stores: Stores) -> None:
    item = stored(stores, submitted(stores))

    assert shown(stores, item) == item
    assert item.awaits_judgement
    assert live(stores, item.image).status is ImageStatus.LIVE


def test_who_records_a_score_is_told_what_the_item_is_then(stores: Stores) -> None:
    item = stored(stores, submitted(stores))

    after = scored(stores, item, 60)

    assert after == shown(stores, item)
    assert after.awaits_judgement
    assert (after.version, after.image and after.image.score) == (item.version + 1, 60)


def test_a_judgement_on_what_has_been_scored_meanwhile_is_refused(stores: Stores) -> None:
    item = stored(stores, submitted(stores))
    hasty = decided(item.model_copy(update={"lease_until": None}), FREE_TO_SPEND)
    after = scored(stores, item, 60)

    with pytest.raises(StaleWrite) as lost:
        stores.generations.apply(hasty)

    assert lost.value.winner == after


def test_draws_and_the_best_image_are_read_back_as_they_were_decided(stores: Stores) -> None:
    item = judged(stores, scored(stores, stored(stores, submitted(stores)), 70))
    assert shown(stores, item) == item

    item = judged(stores, scored(stores, stored(stores, item), 60))
    assert shown(stores, item) == item
    assert item.best is not None
    assert (item.best.score, len(item.draws)) == (70, 2)


def test_the_best_draw_is_delivered_without_being_written_again(stores: Stores) -> None:
    item = submitted(stores)
    for score in (70, 60, 65):
        item = judged(stores, scored(stores, stored(stores, item), score))

    done = shown(stores, item)
    assert (done.status, done.judgement) == (Status.COMPLETED, Judgement.BEST_EFFORT)
    assert done == item
    assert [live(stores, item.image).score, len(done.draws)] == [70, 3]
    assert len(stores.images.get_many([draw.image_id for draw in done.draws])) == 3


def test_an_image_that_was_deleted_meanwhile_does_not_go_live(stores: Stores) -> None:
    item = called(stores, submitted(stores))
    generation = stores.generations.get(item.generation_id).generation
    image = an_image(generation, similarity=Similarity.pending())
    move = decided(item, e.GoodResult(an_attempt(item), image))
    stores.generations.apply(move)
    stores.images.mark_deleting(image)

    with pytest.raises(StaleWrite):
        stores.generations.apply(decided(move.after, e.Stored(image)))

    assert shown(stores, item) == move.after
