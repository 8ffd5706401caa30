"""What a review may do with a variant, and what it leaves."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain import variant as v
from shared.domain.errors import HeroInUse, InvalidReviewState
from shared.domain.variant import HeroChange, Lineup, ShownVariant, Variant, VariantStatus
from tests.builders import NOW, a_character, a_source, a_variant

PENDING, GENERATING, GENERATED, APPROVED, REJECTED, EDITING = VariantStatus
LATER = NOW + timedelta(hours=1)


def in_state(status: VariantStatus, number: int = 1, **changes: Any) -> Variant:
    exported_as = GENERATED if status is EDITING else None
    return a_variant(number, **{"status": status, "exported_as": exported_as} | changes)


MOVES: dict[str, tuple[Any, set[VariantStatus]]] = {
    "approve": (lambda one: v.approve(one, None, LATER), {GENERATED, EDITING}),
    "reject": (
        lambda one: v.reject(one, is_hero=False, now=LATER),
        {GENERATED, APPROVED, EDITING},
    ),
    "export": (lambda one: v.export(one, LATER), {GENERATED, APPROVED}),
    "abandon the export": (lambda one: v.abandon_export(one, LATER), {EDITING}),
    "reimport": (v.check_reimport, {EDITING}),
    "delete": (
        lambda one: v.check_deletion(one, is_hero=False, force=False),
        {GENERATED, APPROVED, REJECTED, EDITING},
    ),
}


@pytest.mark.parametrize("status", VariantStatus)
@pytest.mark.parametrize("verb", MOVES)
def test_each_move_is_made_from_its_own_states_alone(verb: str, status: VariantStatus) -> None:
    move, allowed = MOVES[verb]

    if status in allowed:
        move(in_state(status))
        return
    with pytest.raises(InvalidReviewState) as refused:
        move(in_state(status))
    assert refused.value.code == "invalid_review_state"
    assert refused.value.details["review_status"] is status


def test_an_approval_makes_the_hero_of_the_type() -> None:
    review = v.approve(in_state(GENERATED), None, LATER)

    (approved,) = review.variants
    assert (approved.status, approved.revision, approved.updated_at) == (APPROVED, 2, LATER)
    assert review.hero == HeroChange(variant_type="front", before=None, after=approved.id)


def test_the_hero_that_is_replaced_is_to_be_reviewed_again() -> None:
    old, new = in_state(APPROVED, 1), in_state(GENERATED, 2)

    review = v.approve(new, old, LATER)

    assert [one.status for one in review.variants] == [APPROVED, GENERATED]
    assert review.hero == HeroChange(variant_type="front", before=old.id, after=new.id)


def test_a_hero_that_is_replaced_while_it_is_edited_comes_back_as_no_hero() -> None:
    exported = in_state(EDITING, 1, exported_as=APPROVED)

    _, replaced = v.approve(in_state(GENERATED, 2), exported, LATER).variants
    (returned,) = v.abandon_export(replaced, LATER).variants

    assert replaced.status is EDITING
    assert returned.status is GENERATED


def test_an_exported_hero_can_be_approved_as_it_is() -> None:
    hero = in_state(EDITING, exported_as=APPROVED)

    review = v.approve(hero, hero, LATER)

    (approved,) = review.variants
    assert (approved.status, approved.exported_as, review.hero) == (APPROVED, None, None)


def test_a_rejected_hero_leaves_its_place() -> None:
    hero = in_state(APPROVED)

    review = v.reject(hero, is_hero=True, now=LATER)

    assert review.variants[0].status is REJECTED
    assert review.hero == HeroChange(variant_type="front", before=hero.id, after=None)


@pytest.mark.parametrize("before", [GENERATED, APPROVED])
def test_an_abandoned_export_leaves_everything_as_it_was(before: VariantStatus) -> None:
    (exported,) = v.export(in_state(before), LATER).variants
    review = v.abandon_export(exported, LATER)

    (restored,) = review.variants
    assert (exported.status, restored.status, restored.exported_as) == (EDITING, before, None)
    assert review.hero is None


def test_an_edited_version_belongs_to_the_chain_of_its_parent() -> None:
    first = in_state(EDITING, 1, exported_as=APPROVED, source_version=3)

    edited, restored = v.reimport(first, variant_id="var_2", image_id="img_9", version=4, now=LATER)

    assert (edited.parent_id, edited.root_id, edited.version) == (first.id, first.id, 4)
    assert (edited.status, edited.provenance) == (GENERATED, "manually_edited")
    assert edited.source_version == 3, "edited, it shows the same face"
    assert (restored.status, restored.revision) == (APPROVED, 2)


def test_a_hero_is_deleted_only_when_it_is_meant() -> None:
    hero = in_state(APPROVED)

    with pytest.raises(HeroInUse):
        v.check_deletion(hero, is_hero=True, force=False)
    v.check_deletion(hero, is_hero=True, force=True)


@pytest.mark.parametrize(
    ("current", "made_at", "stale"), [(None, 1, False), (1, 1, False), (2, 1, True), (2, 2, False)]
)
def test_a_new_source_makes_older_variants_stale(
    current: int | None, made_at: int, stale: bool
) -> None:
    character = a_character()
    source = a_source(character, current) if current else None
    lineup = Lineup(character=character.model_copy(update={"source": source}))

    shown = ShownVariant.of(a_variant(source_version=made_at), None, lineup)

    assert shown.stale_identity is stale
