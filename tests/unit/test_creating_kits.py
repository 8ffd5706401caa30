"""Beginning a reference kit: one transaction, and then its execution."""

from typing import Any

import pytest

from shared.domain.character import Embedding
from shared.domain.errors import (
    ContentRefused,
    InFlightLimit,
    InvalidImage,
    QuotaExceeded,
    SourceNotReady,
    Unprocessable,
)
from shared.domain.generation import Dispatch
from shared.domain.image_input import ImageInput
from shared.domain.images import ImageStatus
from shared.domain.kit_run import KitRun
from shared.domain.quality import CheckStatus, Quality
from shared.domain.reference_kit import KitStatus
from shared.domain.slots import SlotWish
from shared.domain.wished_slots import wished_slots
from tests.builders import ADA, a_character, a_source, an_allowance, an_idempotency_key
from tests.unit.desk import ADA_PAYS
from tests.unit.kit_desk import KitDesk, a_kit_wish
from tests.workshop import png

HAZEL = a_character(name="Hazel")


def with_source(desk: KitDesk, **changes: Any) -> None:
    source = a_source(HAZEL, **changes)
    bare = source.model_copy(
        update={"embedding": source.embedding.model_copy(update={"vector": None})}
    )
    desk.characters.add(HAZEL.model_copy(update={"source": bare}), None)
    desk.memory.sources[HAZEL.id] = {1: source}
    desk.store.put(source.image.key, png(), "image/png")


def nothing_of(desk: KitDesk) -> bool:
    return not (desk.store.objects or desk.memory.images or desk.memory.kits)


def test_a_kit_its_photo_and_its_held_items_are_there_at_once() -> None:
    desk = KitDesk()

    kit = desk.begun()

    assert kit.status is KitStatus.PENDING
    assert kit == desk.show_kit(owner=ADA, kit_id=kit.kit.id)
    snapshot, brief = desk.generations.load(kit.kit.generation_id)
    assert [item.slot for item in snapshot.items] == [
        *("anchor_face", "profile", "expressions.smile")
    ]
    assert {item.dispatch for item in snapshot.items} == {Dispatch.HELD}
    photo = desk.images.get(ADA, kit.kit.source.image.id)
    assert photo.status is ImageStatus.LIVE
    assert brief.references == (photo,)
    assert set(photo.all_keys()) <= set(desk.store.objects)
    assert kit.kit.source.awaits_analysis


def test_its_execution_is_started_and_no_item_is_sent() -> None:
    desk = KitDesk()

    kit = desk.begun(max_concurrency=1)

    (run,) = desk.workflow.started
    assert run == KitRun(
        owner=ADA,
        kit_id=kit.kit.id,
        generation_id=kit.kit.generation_id,
        others=(1, 2),
        max_concurrency=1,
    )
    assert desk.queue.sent == []


def test_a_kit_whose_execution_cannot_be_started_is_recorded_and_due() -> None:
    desk = KitDesk()
    desk.workflow.down = True

    kit = desk.begun()

    assert kit.kit.generation_id in desk.memory.due
    assert desk.counted.counted["kit_workflow_unavailable", "start"] == 1


def test_a_characters_source_is_copied_with_what_was_found_in_it() -> None:
    desk = KitDesk()
    face = Embedding(
        status=CheckStatus.PASSED, provider="dlib", model_version="1", vector=(0.25, 0.5)
    )
    with_source(desk, qa=Quality(status=CheckStatus.PASSED), embedding=face)

    kit = desk.begun(photo=None, character_id=HAZEL.id).kit

    assert kit.source.embedding == face
    assert kit.source.qa.status is CheckStatus.PASSED
    assert kit.source.image.kit_id == kit.id
    assert desk.store.objects[kit.source.image.key] == png()
    assert (kit.character_id, kit.source.image.character_id) == (HAZEL.id, None)
    _, brief = desk.generations.load(kit.generation_id)
    assert "auburn" in brief.prompts[0]


def test_a_character_without_a_usable_source_makes_no_kit() -> None:
    desk = KitDesk()
    desk.characters.add(HAZEL, None)
    with pytest.raises(SourceNotReady):
        desk.begun(photo=None, character_id=HAZEL.id)

    with_source(desk2 := KitDesk(), qa=Quality(status=CheckStatus.FAILED))
    with pytest.raises(SourceNotReady):
        desk2.begun(photo=None, character_id=HAZEL.id)

    assert desk.memory.kits == desk2.memory.kits == {}


def test_where_nobody_looks_at_faces_the_photo_is_taken_as_it_is() -> None:
    desk = KitDesk(measures_faces=False)

    source = desk.begun().kit.source

    assert (source.qa.status, source.embedding.reason) == (CheckStatus.WARNED, "no_analyzer")


def test_a_repeated_request_gets_the_first_kit_again_without_its_face() -> None:
    desk = KitDesk()
    face = Embedding(
        status=CheckStatus.PASSED, provider="dlib", model_version="1", vector=(0.25, 0.5)
    )
    with_source(desk, embedding=face)
    wanted = a_kit_wish().model_copy(update={"photo": None, "character_id": HAZEL.id})
    key = an_idempotency_key()
    first = desk.create_kit(owner=ADA_PAYS, wanted=wanted, idempotency=key).value
    desk.store.delete(list(desk.store.objects))

    again = desk.create_kit(owner=ADA_PAYS, wanted=wanted, idempotency=key)

    assert again.replayed
    assert again.value.kit.id == first.kit.id
    assert again.value.slots == first.slots
    assert again.value.kit.source.embedding.vector is None
    assert len(desk.memory.kits) == len(desk.workflow.started) == 1


@pytest.mark.parametrize(
    ("allowance", "refusal"),
    [
        (an_allowance(in_flight=0), InFlightLimit),
        (an_allowance(monthly_images=2), QuotaExceeded),
    ],
)
def test_a_plan_without_room_stores_nothing(allowance: object, refusal: type[Exception]) -> None:
    desk = KitDesk()
    desk.limits.paid = allowance  # type: ignore[assignment]  # one of the allowances above

    with pytest.raises(refusal):
        desk.begun()

    assert nothing_of(desk)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"photo": ImageInput(data=b"no picture")}, InvalidImage),
        ({"max_cost_micro_usd": 1}, Unprocessable),
        ({"slots": wished_slots([SlotWish(name="x", prompt="h3ntai")], [])}, ContentRefused),
    ],
)
def test_what_is_refused_leaves_nothing(
    changes: dict[str, object], refusal: type[Exception]
) -> None:
    desk = KitDesk()

    with pytest.raises(refusal):
        desk.begun(**changes)

    assert nothing_of(desk)
    assert desk.workflow.started == []
