"""Cancelling, deleting, and deleting single images: whatever the moment."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain import events as e
from shared.domain.closing import close
from shared.domain.errors import AlreadyFinal, Conflict, NotFound, Unavailable
from shared.domain.generation import Attempt, Item, Status
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.limits import DEADLINE
from shared.domain.request import ProviderName
from shared.domain.transitions import Move
from shared.domain.variant import VariantStatus
from shared.domain.work import CancelPrediction
from shared.services.moving import advance
from tests.builders import (
    ADA,
    GRACE,
    NOW,
    a_brief,
    a_character,
    a_snapshot,
    a_source,
    a_variant,
    an_allowance,
    an_attempt,
    an_image,
)
from tests.unit.desk import Desk

ID = a_snapshot().generation.id


@pytest.fixture
def desk() -> Desk:
    """Ada's generation of three images, just submitted."""
    made = Desk()
    snapshot = a_snapshot(units=3)
    made.generations.submit(
        snapshot,
        a_brief(snapshot),
        allowance=an_allowance(),
        idempotency=None,
        due_at=NOW,
    )
    return made


def item(desk: Desk, index: int) -> Item:
    return desk.generations.get(ID).items[index]


def move(desk: Desk, index: int, event: e.Event) -> Item:
    decision = advance(desk.generations, item(desk, index), event, desk.clock)
    assert isinstance(decision, Move), decision
    return decision.after


def call_provider(desk: Desk, index: int) -> Attempt:
    attempt = an_attempt(move(desk, index, e.Claimed()))
    move(desk, index, e.ProviderCalled(attempt))
    return attempt


def upload(desk: Desk, index: int) -> StoredImage:
    """A good result, on its way into the store."""
    attempt = call_provider(desk, index)
    image = an_image(desk.generations.get(ID).generation, index, number=index + 1)
    move(desk, index, e.GoodResult(attempt, image))
    for key in image.all_keys():
        desk.store.put(key, b"pixels", "image/png")
    return image


def complete(desk: Desk, index: int) -> StoredImage:
    image = upload(desk, index)
    move(desk, index, e.Stored(image))
    return image


def test_what_is_being_stored_still_arrives(desk: Desk) -> None:
    complete(desk, 0)
    uploading = upload(desk, 1)

    receipt = desk.cancel_generation(owner=ADA, generation_id=ID)

    assert (receipt.stopped, receipt.will_arrive, receipt.charged) == (1, 1, 2)
    assert not desk.generations.get(ID).generation.closed
    move(desk, 1, e.Stored(uploading))
    desk.close_generation(generation_id=ID)
    assert desk.generations.get(ID).status is Status.COMPLETED
    assert desk.memory.used[ADA, "2026-03"] == 2
    assert desk.cancel_generation(owner=ADA, generation_id=ID) == receipt


def test_what_has_timed_out_comes_no_more_once_the_rest_is_cancelled(desk: Desk) -> None:
    """Else the receipt would promise a charge that a late image breaks."""
    attempt = call_provider(desk, 0)
    desk.clock.advance(DEADLINE)
    assert move(desk, 0, e.DeadlinePassed()).late_until is not None

    receipt = desk.cancel_generation(owner=ADA, generation_id=ID)

    assert (receipt.stopped, receipt.will_arrive, receipt.charged) == (2, 0, 0)
    late = e.LateResult(attempt, an_image(desk.generations.get(ID).generation, number=9))
    assert not isinstance(advance(desk.generations, item(desk, 0), late, desk.clock), Move)
    assert desk.generations.get(ID).is_final(desk.clock())
    assert desk.memory.used[ADA, "2026-03"] == 0


def test_a_cancellation_that_crashed_half_way_is_made_good_by_the_next(desk: Desk) -> None:
    call_provider(desk, 0)
    for index in (1, 2):
        move(desk, index, e.CancelRequested())
    desk.clock.advance(DEADLINE)
    move(desk, 0, e.DeadlinePassed())

    receipt = desk.cancel_generation(owner=ADA, generation_id=ID)

    assert (receipt.stopped, receipt.charged) == (2, 0)
    assert item(desk, 0).late_until is None


def test_a_refused_cancellation_ends_no_late_window(desk: Desk) -> None:
    for index in range(3):
        call_provider(desk, index)
    desk.clock.advance(DEADLINE)
    for index in range(3):
        move(desk, index, e.DeadlinePassed())
    before = dict(desk.memory.items[ID])

    with pytest.raises(AlreadyFinal):
        desk.cancel_generation(owner=ADA, generation_id=ID)

    assert desk.memory.items[ID] == before


def test_the_provider_is_told_to_stop(desk: Desk) -> None:
    attempt = call_provider(desk, 0).model_copy(
        update={"prediction_id": "pred-1", "provider": ProviderName.REPLICATE}
    )
    move(desk, 0, e.Bound(attempt))

    desk.cancel_generation(owner=ADA, generation_id=ID)

    (sent,) = desk.queue.sent
    assert isinstance(sent.work, CancelPrediction)
    assert sent.work.prediction_id == "pred-1"


def test_cancelling_frees_slot_and_quota(desk: Desk) -> None:
    desk.cancel_generation(owner=ADA, generation_id=ID)

    assert desk.generations.get(ID).status is Status.CANCELLED
    assert desk.memory.slots[ADA] == set()
    assert desk.memory.used[ADA, "2026-03"] == 0


def test_a_cancellation_that_crashed_half_way_is_finished_by_the_next(desk: Desk) -> None:
    desk.stop_items(items=desk.generations.get(ID).items)

    receipt = desk.cancel_generation(owner=ADA, generation_id=ID)

    assert receipt.stopped == 3
    assert desk.generations.get(ID).generation.closed


def test_what_ended_by_itself_cannot_be_cancelled(desk: Desk) -> None:
    for index in range(3):
        complete(desk, index)

    with pytest.raises(AlreadyFinal) as before_closing:
        desk.cancel_generation(owner=ADA, generation_id=ID)
    desk.close_generation(generation_id=ID)
    with pytest.raises(AlreadyFinal) as after_closing:
        desk.cancel_generation(owner=ADA, generation_id=ID)
    assert before_closing.value.details == after_closing.value.details


@pytest.mark.parametrize("name", ["cancel_generation", "delete_generation", "read_generation"])
def test_anothers_generation_is_not_there(desk: Desk, name: str) -> None:
    with pytest.raises(NotFound):
        getattr(desk, name)(owner=GRACE, generation_id=ID)
    assert desk.generations.get(ID).status is Status.QUEUED


def test_deleting_takes_everything_along(desk: Desk) -> None:
    complete(desk, 0)
    call_provider(desk, 1)

    desk.delete_generation(owner=ADA, generation_id=ID)

    assert not desk.memory.generations
    assert not desk.memory.items
    assert not desk.memory.images
    assert desk.store.objects == {}
    assert desk.memory.slots[ADA] == set()
    # What was drawn was charged, and stays charged.
    assert desk.memory.used[ADA, "2026-03"] == 1
    with pytest.raises(NotFound):
        desk.delete_generation(owner=ADA, generation_id=ID)


def test_the_image_of_a_variant_outlives_its_generation(desk: Desk) -> None:
    hero, loose = complete(desk, 0), complete(desk, 1)
    variant = a_variant(image_id=hero.id)
    desk.memory.variants[variant.id] = variant
    for index, variant_id in ((0, variant.id), (1, a_variant(2).id)):
        told = item(desk, index).model_copy(update={"variant_id": variant_id})
        desk.memory.items[ID][index] = told

    desk.delete_generation(owner=ADA, generation_id=ID)

    assert not desk.memory.generations
    assert list(desk.memory.images) == [hero.id]
    assert loose.id not in desk.memory.images, "its variant is gone"


def test_a_variant_whose_picture_cannot_be_forgotten_now_is_deleted_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, variant = complete(desk, 0), a_variant()
    desk.characters.add(a_character(), None)
    desk.memory.variants[variant.id] = variant.model_copy(update={"image_id": image.id})
    place: dict[str, Any] = {
        "owner": ADA,
        "character_id": variant.character_id,
        "variant_id": variant.id,
    }

    def busy(*_: object) -> None:
        raise Unavailable("The store is busy.")

    with monkeypatch.context() as now:
        now.setattr(type(desk.generations), "apply", busy)
        with pytest.raises(Unavailable):
            desk.delete_variant(**place)
    assert desk.memory.images[image.id].status is ImageStatus.LIVE, "the item still shows it"
    desk.delete_variant(**place)

    assert item(desk, 0).image is None
    assert not desk.memory.variants
    assert not desk.memory.images


def test_a_variant_that_waits_is_told_that_its_generation_goes(desk: Desk) -> None:
    drawn, waiting = a_variant(1), a_variant(2)
    complete(desk, 0)
    for index, variant in enumerate((drawn, waiting)):
        awaited = {"status": VariantStatus.PENDING, "image_id": None, "generation_id": ID}
        desk.memory.variants[variant.id] = variant.model_copy(update=awaited)
        told = item(desk, index).model_copy(update={"variant_id": variant.id})
        desk.memory.items[ID][index] = told

    desk.delete_generation(owner=ADA, generation_id=ID)

    left = desk.memory.variants
    assert left[drawn.id].status is VariantStatus.GENERATED
    assert list(desk.memory.images) == [left[drawn.id].image_id]
    assert left[waiting.id].status is VariantStatus.REJECTED


def test_an_image_goes_when_its_variant_went_before_it_came(desk: Desk) -> None:
    image = complete(desk, 0)
    told = desk.memory.images[image.id].model_copy(update={"variant_id": a_variant().id})
    desk.memory.images[image.id] = told
    desk.memory.variants[a_variant().id] = a_variant(image_id=image.id)

    with pytest.raises(Conflict) as refused:
        desk.delete_image(owner=ADA, image_id=image.id)
    del desk.memory.variants[a_variant().id]
    desk.delete_image(owner=ADA, image_id=image.id)

    assert refused.value.code == "variant_in_use"
    assert not desk.memory.images


def test_an_upload_that_is_broken_off_leaves_a_record_that_names_its_objects(desk: Desk) -> None:
    image = upload(desk, 0)

    desk.delete_generation(owner=ADA, generation_id=ID)

    assert desk.memory.images[image.id].status is ImageStatus.DELETING
    assert desk.store.objects == {}
    assert desk.memory.used[ADA, "2026-03"] == 0


def test_deleting_again_finishes_what_a_crash_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(desk, 0)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(type(desk.store), "delete", crash)
        with pytest.raises(KeyboardInterrupt):
            desk.delete_generation(owner=ADA, generation_id=ID)
    assert desk.memory.generations

    desk.delete_generation(owner=ADA, generation_id=ID)

    assert not desk.memory.generations
    assert not desk.memory.images
    assert desk.store.objects == {}


def test_no_late_image_arrives_after_deletion(desk: Desk) -> None:
    call_provider(desk, 0)
    desk.stop_items(items=[item(desk, 1), item(desk, 2)])
    desk.clock.advance(DEADLINE + timedelta(seconds=1))
    move(desk, 0, e.DeadlinePassed())
    assert item(desk, 0).late_until is not None

    desk.delete_generation(owner=ADA, generation_id=ID)

    assert desk.memory.items == {}


def test_a_list_shows_how_far_open_generations_are(desk: Desk) -> None:
    from shared.domain.page import PageRequest

    call_provider(desk, 0)

    listed = desk.list_generations(owner=ADA, page=PageRequest(), statuses=[Status.GENERATING])
    others = desk.list_generations(owner=ADA, page=PageRequest(), statuses=[Status.QUEUED])

    assert [one.generation.id for one in listed.data] == [ID]
    assert others.data == ()


def test_a_deleted_image_leaves_its_item_completed_without_it(desk: Desk) -> None:
    image = complete(desk, 0)

    desk.delete_image(owner=ADA, image_id=image.id)

    assert (item(desk, 0).status, item(desk, 0).image) == (Status.COMPLETED, None)
    assert desk.store.objects == {}
    assert desk.memory.images == {}
    closing = close(desk.generations.get(ID), NOW)
    assert closing is None


def test_the_picture_a_character_stands_on_is_not_deleted() -> None:
    desk = Desk()
    character = a_character()
    source = a_source(character)
    desk.characters.add(character.model_copy(update={"source": source}), None)
    desk.memory.images[source.image.id] = source.image

    with pytest.raises(Conflict) as refused:
        desk.delete_image(owner=ADA, image_id=source.image.id)

    assert refused.value.code == "source_in_use"
    assert source.image.id in desk.memory.images
