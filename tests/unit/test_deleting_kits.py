"""Deleting a kit leaves nothing of it, whenever it is done and whoever crashes."""

import pytest

from shared.domain.errors import Conflict, NotFound, OfReferenceKit, Unavailable
from shared.domain.events import LetGo
from shared.domain.generation import Status
from shared.domain.kit_run import KitRun
from shared.domain.reference_kit import KitStatus
from shared.services.moving import advance
from tests.builders import ADA, GRACE
from tests.unit.desk import ADA_PAYS
from tests.unit.kit_desk import KitDesk


def delete(desk: KitDesk, kit_id: str) -> None:
    desk.delete_kit(owner=ADA, kit_id=kit_id)


def left(desk: KitDesk) -> list[object]:
    memory = desk.memory
    kept = (memory.kits, memory.generations, memory.items, memory.briefs, memory.images)
    return [*(one for records in kept for one in records), *desk.store.objects, *memory.due]


def test_a_finished_kit_goes_with_all_that_was_ever_drawn_for_it() -> None:
    desk = KitDesk()
    kit = desk.ready()
    drawing = desk.regenerate_slot(owner=ADA_PAYS, kit_id=kit.kit.id, name="profile").value
    desk.end(drawing.kit.generation_id, Status.COMPLETED)

    delete(desk, kit.kit.id)

    assert left(desk) == []
    assert desk.workflow.stopped == []
    with pytest.raises(NotFound):
        delete(desk, kit.kit.id)


def test_a_running_kit_is_stopped_and_gives_back_what_it_held() -> None:
    desk = KitDesk()
    kit = desk.begun()
    run = KitRun.of(desk.generations.get(kit.kit.generation_id))

    delete(desk, kit.kit.id)

    assert left(desk) == []
    assert desk.workflow.stopped == [run]
    assert desk.memory.slots[ADA] == set()
    assert set(desk.memory.used.values()) == {0}


def test_a_slot_that_a_stopped_execution_awaits_does_not_keep_the_kit_open() -> None:
    desk = KitDesk()
    kit = desk.begun()
    generation = desk.generations.get(kit.kit.generation_id)
    advance(desk.generations, generation.items[0], LetGo(awaited=True), desk.clock)

    delete(desk, kit.kit.id)

    assert left(desk) == []
    assert (desk.memory.slots[ADA], desk.workflow.answers) == (set(), {})
    assert set(desk.memory.used.values()) == {0}


def test_an_execution_that_cannot_be_stopped_keeps_the_kit() -> None:
    desk = KitDesk()
    kit = desk.begun()
    desk.workflow.down = True

    with pytest.raises(Unavailable):
        delete(desk, kit.kit.id)

    assert desk.show_kit(owner=ADA, kit_id=kit.kit.id).status is KitStatus.PENDING


def test_whoever_crashed_on_the_way_can_delete_again() -> None:
    desk = KitDesk()
    kit = desk.ready()
    drawing = desk.regenerate_slot(owner=ADA_PAYS, kit_id=kit.kit.id, name="profile").value
    desk.end(drawing.kit.generation_id, Status.COMPLETED)
    desk.delete_generation.erase(desk.generations.get(kit.kit.generation_id))
    desk.erase_images(images=[kit.kit.source.image])

    assert desk.show_kit(owner=ADA, kit_id=kit.kit.id).status is KitStatus.FAILED
    delete(desk, kit.kit.id)

    assert left(desk) == []


def test_what_changes_the_kit_meanwhile_goes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = KitDesk()
    kit = desk.ready()
    erase, names = type(desk.erase_images).__call__, iter(["renamed meanwhile"])

    def renaming(self: object, **asked: object) -> None:
        erase(self, **asked)  # type: ignore[arg-type]  # as it was called
        for name in names:
            desk.rename_kit(owner=ADA, kit_id=kit.kit.id, name=name)

    monkeypatch.setattr(type(desk.erase_images), "__call__", renaming)
    delete(desk, kit.kit.id)

    assert left(desk) == []


def test_anothers_kit_cannot_be_deleted() -> None:
    desk = KitDesk()
    kit = desk.ready()

    with pytest.raises(NotFound):
        desk.delete_kit(owner=GRACE, kit_id=kit.kit.id)


def test_a_generation_of_a_kit_is_the_kits_to_delete_and_to_draw_again() -> None:
    desk = KitDesk()
    kit = desk.begun()
    generation_id = kit.kit.generation_id
    desk.end(generation_id, Status.COMPLETED, Status.FAILED, Status.COMPLETED)

    with pytest.raises(OfReferenceKit) as refused:
        desk.delete_generation(owner=ADA, generation_id=generation_id)
    with pytest.raises(OfReferenceKit):
        desk.retry_generation(owner=ADA_PAYS, generation_id=generation_id)

    assert refused.value.details["kit_id"] == kit.kit.id


def test_the_photo_stays_and_a_slots_picture_may_go() -> None:
    desk = KitDesk()
    kit = desk.ready()

    with pytest.raises(Conflict) as refused:
        desk.delete_image(owner=ADA, image_id=kit.kit.source.image.id)
    assert refused.value.code == "source_in_use"

    assert kit.slots[1].image is not None
    desk.delete_image(owner=ADA, image_id=kit.slots[1].image.id)
    shown = desk.show_kit(owner=ADA, kit_id=kit.kit.id)
    assert (shown.slots[1].image, shown.status) == (None, KitStatus.PARTIAL)
