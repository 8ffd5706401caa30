"""Reference kits in either store."""

import pytest

from shared.domain.errors import AlreadyExists, NotFound, StaleWrite
from shared.domain.images import ImageStatus
from shared.domain.page import PageRequest
from shared.domain.reference_kit import ReferenceKit
from tests.builders import ADA, GRACE, NOW
from tests.contract.conftest import Stores
from tests.kit_builders import a_kit, a_kit_snapshot, begin_kit, draw_kit


@pytest.fixture
def kit(stores: Stores) -> ReferenceKit:
    """With its photo, which was an intent until the kit was recorded."""
    snapshot = a_kit_snapshot()
    kit = a_kit(snapshot)
    begin_kit(stores.generations, stores.images, kit, snapshot)
    return kit


def renamed(kit: ReferenceKit, name: str) -> ReferenceKit:
    return kit.model_copy(update={"name": name, "version": kit.version + 1})


def test_a_kit_is_recorded_with_its_photo_and_its_generation(
    stores: Stores, kit: ReferenceKit
) -> None:
    assert stores.kits.get(ADA, kit.id) == kit
    assert stores.images.get(ADA, kit.source.image.id).status is ImageStatus.LIVE
    assert len(stores.generations.get(kit.generation_id).items) == len(kit.slots)


def test_anothers_kit_looks_like_none(stores: Stores, kit: ReferenceKit) -> None:
    with pytest.raises(NotFound):
        stores.kits.get(GRACE, kit.id)


def test_a_kit_whose_photo_was_collected_is_not_recorded(stores: Stores) -> None:
    snapshot = a_kit_snapshot()

    with pytest.raises(StaleWrite):
        draw_kit(stores.generations, snapshot, a_kit(snapshot))

    with pytest.raises(NotFound):
        stores.kits.get(ADA, a_kit(snapshot).id)
    with pytest.raises(NotFound):
        stores.generations.get(snapshot.generation.id)


def test_an_id_is_used_once(stores: Stores, kit: ReferenceKit) -> None:
    with pytest.raises(AlreadyExists):
        draw_kit(stores.generations, a_kit_snapshot(2), kit)


def test_the_items_of_its_slots_are_read_together(stores: Stores, kit: ReferenceKit) -> None:
    items = stores.generations.items([*kit.refs, *kit.refs])

    assert list(items) == list(kit.refs)
    assert [item.slot for item in items.values()] == [slot.name for slot in kit.slots]
    assert stores.generations.items([]) == {}


def test_of_two_who_draw_for_a_kit_at_once_one_comes_through(
    stores: Stores, kit: ReferenceKit
) -> None:
    draw_kit(stores.generations, a_kit_snapshot(2), renamed(kit, "first"))

    with pytest.raises(StaleWrite):
        draw_kit(stores.generations, a_kit_snapshot(3), renamed(kit, "second"))

    assert stores.kits.get(ADA, kit.id).name == "first"


def test_a_kit_is_saved_on_the_version_before(stores: Stores, kit: ReferenceKit) -> None:
    stores.kits.save(renamed(kit, "Ada, outdoors"))

    with pytest.raises(StaleWrite):
        stores.kits.save(renamed(kit, "Ada, at sea"))
    assert stores.kits.get(ADA, kit.id).name == "Ada, outdoors"


def test_kits_are_listed_and_deleted(stores: Stores, kit: ReferenceKit) -> None:
    assert stores.kits.list_owned(ADA, PageRequest(limit=5)).data == (kit,)

    stores.kits.delete(kit)

    assert stores.kits.list_owned(ADA, PageRequest(limit=5)).data == ()
    with pytest.raises(StaleWrite):
        stores.kits.delete(kit)


def test_the_last_token_of_an_item_is_kept(stores: Stores, kit: ReferenceKit) -> None:
    anchor = kit.slots[0].drawn
    assert stores.generations.token(anchor) is None

    stores.generations.keep_token(anchor, "first", NOW)
    stores.generations.keep_token(anchor, "second", NOW)

    assert stores.generations.token(anchor) == "second"
    assert len(stores.generations.get(kit.generation_id).items) == len(kit.slots)


def test_who_lets_go_the_last_of_a_kit_is_told_of_all(stores: Stores, kit: ReferenceKit) -> None:
    told = [stores.generations.note_let_go(slot.drawn, NOW) for slot in kit.slots]

    assert told == [{0}, {0, 1}, {0, 1, 2}]
    assert stores.generations.note_let_go(kit.slots[1].drawn, NOW) == {0, 1, 2}
    assert len(stores.generations.get(kit.generation_id).items) == len(kit.slots)
