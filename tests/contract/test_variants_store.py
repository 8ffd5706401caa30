"""Variants, their heroes and their chains in either store."""

from typing import Any

import pytest

from shared.domain import variant as v
from shared.domain.character import Character
from shared.domain.errors import (
    AlreadyAnswered,
    AlreadyExists,
    InvalidCursor,
    NotFound,
    StaleWrite,
    UploadExpired,
)
from shared.domain.ids import Kind
from shared.domain.images import ImageStatus
from shared.domain.page import PageRequest
from shared.domain.variant import HeroChange, Variant, VariantStatus
from tests.builders import (
    ADA,
    GRACE,
    IN_A_MINUTE,
    NOW,
    a_character,
    a_variant,
    a_variant_image,
    an_id,
    an_idempotency_key,
    an_upload,
)
from tests.contract.conftest import Stores

MIRA = a_character().id


@pytest.fixture
def mira(stores: Stores) -> Character:
    stores.characters.add(a_character(), None)
    return a_character()


def added(stores: Stores, number: int = 1, **changes: Any) -> Variant:
    variant = a_variant(number, **changes)
    intend(stores, variant)
    stores.variants.add(variant, a_variant_image(variant), consumed=None, idempotency=None)
    return variant


def intend(stores: Stores, variant: Variant) -> None:
    stores.images.add(a_variant_image(variant, status=ImageStatus.PENDING))


def approved(stores: Stores, variant: Variant) -> Variant:
    lineup = stores.variants.lineup(ADA, variant.character_id)
    hero_id = lineup.heroes.get(variant.variant_type)
    hero = stores.variants.get(ADA, MIRA, hero_id) if hero_id else None
    review = v.approve(stores.variants.get(ADA, MIRA, variant.id), hero, IN_A_MINUTE)
    stores.variants.apply(review)
    return review.variants[0]


def edited(stores: Stores, parent: Variant, number: int, version: int) -> tuple[Variant, Variant]:
    """The next version of a chain, whose picture has an intent, and the restored parent."""
    image_id = an_id(Kind.IMAGE, 500 + number)
    made = v.reimport(
        parent,
        variant_id=an_id(Kind.VARIANT, number),
        image_id=image_id,
        version=version,
        now=IN_A_MINUTE,
    )
    intend(stores, made[0])
    return made


def reimport(stores: Stores, variant: Variant, parent: Variant, **changes: Any) -> None:
    image = a_variant_image(variant)
    given: dict[str, Any] = {"consumed": None, "idempotency": None} | changes
    stores.variants.reimport(variant, parent, image, **given)


def exported(stores: Stores, variant: Variant) -> Variant:
    review = v.export(stores.variants.get(ADA, MIRA, variant.id), IN_A_MINUTE)
    stores.variants.apply(review)
    return review.variants[0]


@pytest.mark.usefixtures("mira")
def test_a_variant_and_its_picture_are_there_together(stores: Stores) -> None:
    variant = added(stores)

    assert stores.variants.get(ADA, MIRA, variant.id) == variant
    assert stores.images.get(ADA, str(variant.image_id)) == a_variant_image(variant)


@pytest.mark.usefixtures("mira")
def test_anothers_variant_and_that_of_another_character_look_like_none(stores: Stores) -> None:
    variant = added(stores)

    told = set()
    for owner, character_id, variant_id in (
        (GRACE, MIRA, variant.id),
        (ADA, a_character(2).id, variant.id),
        (ADA, MIRA, a_variant(2).id),
    ):
        with pytest.raises(NotFound) as unknown:
            stores.variants.get(owner, character_id, variant_id)
        told.add(str(unknown.value))

    assert len(told) == 1


def test_nothing_is_added_to_a_character_that_is_gone(stores: Stores) -> None:
    variant = a_variant()
    intend(stores, variant)

    with pytest.raises(NotFound):
        stores.variants.add(variant, a_variant_image(variant), consumed=None, idempotency=None)

    assert stores.variants.all_of(MIRA) == ()
    assert stores.images.get_many([str(variant.image_id)]) == ()


@pytest.mark.usefixtures("mira")
def test_an_upload_is_used_once_and_a_key_too(stores: Stores) -> None:
    upload = an_upload()
    stores.uploads.add(upload, None)
    used = upload.model_copy(update={"consumed_etag": '"cafe"'})
    key = an_idempotency_key(answer="the first")
    first, second = a_variant(1), a_variant(2)
    intend(stores, first)
    intend(stores, second)
    stores.variants.add(first, a_variant_image(first), consumed=used, idempotency=key)

    with pytest.raises(UploadExpired):
        stores.variants.add(second, a_variant_image(second), consumed=used, idempotency=None)
    with pytest.raises(AlreadyAnswered) as repeated:
        stores.variants.add(second, a_variant_image(second), consumed=None, idempotency=key)
    with pytest.raises(AlreadyExists):
        stores.variants.add(first, a_variant_image(second), consumed=None, idempotency=None)

    assert repeated.value.answer.answer == "the first"
    assert stores.variants.all_of(MIRA) == (first,)


@pytest.mark.usefixtures("mira")
def test_variants_are_listed_newest_first_page_by_page(stores: Stores) -> None:
    every = [added(stores, number) for number in range(1, 6)]

    first = stores.variants.list_of(MIRA, PageRequest(limit=2))
    second = stores.variants.list_of(MIRA, PageRequest(limit=2, cursor=first.next_cursor))
    third = stores.variants.list_of(MIRA, PageRequest(limit=2, cursor=second.next_cursor))

    assert [*first.data, *second.data, *third.data] == every[::-1]
    assert third.next_cursor is None


@pytest.mark.usefixtures("mira")
def test_a_list_can_be_of_one_type_status_or_chain(stores: Stores) -> None:
    front, side = added(stores, 1), added(stores, 2, variant_type="side")
    other = added(stores, 3, status=VariantStatus.REJECTED)
    variants, page = stores.variants, PageRequest()

    of_type = variants.list_of(MIRA, page, variant_type="front").data
    of_status = variants.list_of(MIRA, page, status=VariantStatus.GENERATED).data
    of_both = variants.list_of(MIRA, page, variant_type="front", status=VariantStatus.REJECTED).data

    assert of_type == (other, front)
    assert of_status == (side, front)
    assert of_both == (other,)
    assert variants.list_of(MIRA, page, root_id=side.id).data == (side,)
    assert variants.list_of(a_character(2).id, page).data == ()


@pytest.mark.usefixtures("mira")
def test_a_cursor_belongs_to_its_filters(stores: Stores) -> None:
    for number in (1, 2, 3):
        added(stores, number)
    cursor = stores.variants.list_of(MIRA, PageRequest(limit=1)).next_cursor

    with pytest.raises(InvalidCursor):
        stores.variants.list_of(MIRA, PageRequest(cursor=cursor), variant_type="front")
    with pytest.raises(InvalidCursor):
        stores.variants.list_of(MIRA, PageRequest(cursor="bm9wZQ"))


@pytest.mark.usefixtures("mira")
def test_some_variants_come_in_the_order_asked(stores: Stores) -> None:
    one, two = added(stores, 1), added(stores, 2)

    found = stores.variants.get_many(MIRA, [two.id, a_variant(9).id, one.id])

    assert found == (two, one)


@pytest.mark.usefixtures("mira")
def test_a_type_has_one_hero_and_each_type_its_own(stores: Stores) -> None:
    first, second, side = (
        added(stores, 1),
        added(stores, 2),
        added(stores, 3, variant_type="side"),
    )
    for variant in (first, side, second):
        approved(stores, variant)

    heroes = stores.variants.lineup(ADA, MIRA).heroes
    assert heroes == {"front": second.id, "side": side.id}
    assert stores.variants.get(ADA, MIRA, first.id).status is VariantStatus.GENERATED


@pytest.mark.usefixtures("mira")
def test_the_second_of_two_racing_approvals_loses(stores: Stores) -> None:
    first, second = added(stores, 1), added(stores, 2)
    late = v.approve(second, None, IN_A_MINUTE)
    approved(stores, first)

    with pytest.raises(StaleWrite):
        stores.variants.apply(late)

    assert stores.variants.lineup(ADA, MIRA).heroes == {"front": first.id}
    assert stores.variants.get(ADA, MIRA, second.id) == second


@pytest.mark.usefixtures("mira")
def test_a_decision_on_what_has_changed_is_told_the_winner(stores: Stores) -> None:
    variant = added(stores)
    winner = approved(stores, variant)

    with pytest.raises(StaleWrite) as lost:
        stores.variants.apply(v.reject(variant, is_hero=False, now=IN_A_MINUTE))

    assert lost.value.winner == winner


@pytest.mark.usefixtures("mira")
def test_a_rejected_hero_is_nobodys_hero(stores: Stores) -> None:
    hero = approved(stores, added(stores))

    stores.variants.apply(v.reject(hero, is_hero=True, now=IN_A_MINUTE))

    assert stores.variants.lineup(ADA, MIRA).heroes == {}


@pytest.mark.usefixtures("mira")
def test_a_reimport_is_the_next_version_and_restores_its_parent(stores: Stores) -> None:
    parent = exported(stores, added(stores))

    edit, restored = edited(stores, parent, 2, version=2)
    reimport(stores, edit, restored)

    assert stores.variants.get(ADA, MIRA, edit.id) == edit
    assert stores.variants.get(ADA, MIRA, parent.id) == restored
    assert stores.variants.versions(MIRA, parent.id) == 2
    assert stores.variants.list_of(MIRA, PageRequest(), root_id=parent.id).data == (edit, restored)


@pytest.mark.usefixtures("mira")
def test_a_version_is_given_once(stores: Stores) -> None:
    root = added(stores, 1)
    edit, restored = edited(stores, exported(stores, root), 2, version=2)
    reimport(stores, edit, restored)
    again, parent = edited(stores, exported(stores, root), 3, version=2)

    with pytest.raises(StaleWrite):
        reimport(stores, again, parent)

    third = again.model_copy(update={"version": 3})
    reimport(stores, third, parent)
    assert stores.variants.versions(MIRA, root.id) == 3


@pytest.mark.usefixtures("mira")
def test_the_second_of_two_reimports_of_one_export_loses(stores: Stores) -> None:
    parent = exported(stores, added(stores))
    first, second = edited(stores, parent, 2, version=2), edited(stores, parent, 3, version=2)
    reimport(stores, *first)

    with pytest.raises(StaleWrite):
        reimport(stores, *second)

    assert stores.images.get_many([str(second[0].image_id)]) == ()


@pytest.mark.usefixtures("mira")
def test_a_deleted_version_counts_on(stores: Stores) -> None:
    root = added(stores)
    edit, restored = edited(stores, exported(stores, root), 2, version=2)
    reimport(stores, edit, restored)
    stores.variants.delete(edit, a_variant_image(edit), None)

    assert stores.variants.versions(MIRA, root.id) == 2


@pytest.mark.usefixtures("mira")
def test_a_deleted_hero_takes_its_picture_and_its_place_along(stores: Stores) -> None:
    hero = approved(stores, added(stores))
    gone = HeroChange(variant_type="front", before=hero.id, after=None)

    with pytest.raises(StaleWrite):
        stores.variants.delete(a_variant(), a_variant_image(hero), gone)
    stores.variants.delete(hero, a_variant_image(hero), gone)

    assert stores.variants.all_of(MIRA) == ()
    assert stores.variants.lineup(ADA, MIRA).heroes == {}
    (image,) = stores.images.stored([str(hero.image_id)])
    assert image.status is ImageStatus.DELETING


def test_nothing_is_left_of_a_character_whose_variants_are_forgotten(
    stores: Stores, mira: Character
) -> None:
    hero = approved(stores, added(stores))
    edit, restored = edited(stores, exported(stores, hero), 2, version=2)
    reimport(stores, edit, restored)

    stores.variants.forget(MIRA, stores.variants.all_of(MIRA))

    assert stores.variants.all_of(MIRA) == ()
    assert stores.variants.lineup(ADA, MIRA).heroes == {}
    assert stores.variants.versions(MIRA, hero.id) == 1
    stores.characters.delete(mira)
    with pytest.raises(NotFound):
        stores.variants.lineup(ADA, MIRA)


def test_rejected_variants_are_found_by_when_they_were_and_no_others(
    stores: Stores, mira: Character
) -> None:
    rejected, kept = added(stores, 1), added(stores, 2)
    stores.variants.apply(v.reject(rejected, is_hero=False, now=IN_A_MINUTE))

    assert not list(stores.variants.rejected_before(NOW))
    (found,) = stores.variants.rejected_before(IN_A_MINUTE)
    assert (found.id, found.status) == (rejected.id, VariantStatus.REJECTED)

    stores.variants.delete(found, None, None)
    assert not list(stores.variants.rejected_before(IN_A_MINUTE))
    assert stores.variants.get(ADA, MIRA, kept.id) == kept
