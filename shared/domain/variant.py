"""A variant: an image of a character under review, and what a review may do with it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.domain.character import Character
from shared.domain.entity import Entity, Timestamp
from shared.domain.errors import HeroInUse, InvalidReviewState
from shared.domain.generation import Failure
from shared.domain.images import StoredImage

_REIMPORTED = "get an edited version: only an exported one can"


class VariantStatus(StrEnum):
    """`editing` while somebody works on an exported copy."""

    PENDING = "pending"
    GENERATING = "generating"
    GENERATED = "generated"
    APPROVED = "approved"
    REJECTED = "rejected"
    EDITING = "editing"

    @property
    def awaits_image(self) -> bool:
        """It is still to be drawn, or being drawn."""
        return self in (VariantStatus.PENDING, VariantStatus.GENERATING)


class VariantProvenance(StrEnum):
    GENERATED = "generated"
    MANUALLY_EDITED = "manually_edited"
    MANUAL_UPLOAD = "manual_upload"


class GenerationParams(Entity):
    """What a generated variant was drawn with."""

    prompt: str | None = None
    workflow_id: str | None = None
    provider: str | None = None
    model: str | None = None
    seed: int | None = None


class Variant(Entity):
    """`version` counts the images of a chain, which is called by its first one, `root_id`;
    `revision` counts the changes of this record. `source_version` is the source image that was
    current when the chain began, 1 before there was any. `generation_id` is of the latest that
    draws it, and `item_version` how far it has followed its item there. `exported_as` is the
    status that an export is to leave again."""

    id: str
    owner: str
    character_id: str
    variant_type: str
    status: VariantStatus
    provenance: VariantProvenance
    root_id: str
    parent_id: str | None = None
    version: int = 1
    source_version: int = 1
    image_id: str | None = None
    generation_id: str | None = None
    item_index: int | None = None
    item_version: int = 0
    generation_params: GenerationParams | None = None
    error: Failure | None = None
    exported_as: VariantStatus | None = None
    revision: int = 1
    created_at: Timestamp
    updated_at: Timestamp


class Lineup(Entity):
    """A character, and the id of its hero of each variant type that has one."""

    character: Character
    heroes: Mapping[str, str] = {}

    @property
    def source_version(self) -> int:
        """A first source image makes no variant stale: only a later one shows another face."""
        return self.character.source.version if self.character.source else 1

    def is_hero(self, variant: Variant) -> bool:
        return self.heroes.get(variant.variant_type) == variant.id

    def after(self, review: "Review") -> "Lineup":
        """Once that has been decided."""
        if review.hero is None:
            return self
        heroes = {**self.heroes, review.hero.variant_type: review.hero.after}
        known = {type_: hero for type_, hero in heroes.items() if hero is not None}
        return self.model_copy(update={"heroes": known})


class ShownVariant(Entity):
    """A variant with what other records tell of it."""

    variant: Variant
    image: StoredImage | None
    hero: bool = False
    stale_identity: bool = False

    @classmethod
    def of(cls, variant: Variant, image: StoredImage | None, lineup: Lineup) -> "ShownVariant":
        return cls(
            variant=variant,
            image=image,
            hero=lineup.is_hero(variant),
            stale_identity=variant.source_version < lineup.source_version,
        )


class HeroChange(Entity):
    """Who is the hero of a type before and after; None is nobody."""

    variant_type: str
    before: str | None
    after: str | None


class Review(Entity):
    """What one decision changes, all of it together: variants, each with its next revision, and
    perhaps the hero of their type."""

    variants: tuple[Variant, ...]
    hero: HeroChange | None = None


def approve(variant: Variant, hero: Variant | None, now: datetime) -> Review:
    """Makes it the hero of its type; `hero` is the one until now, which returns to `generated`.
    Raises InvalidReviewState."""
    _check(variant, "be approved", VariantStatus.GENERATED, VariantStatus.EDITING)
    approved = _changed(variant, now, status=VariantStatus.APPROVED, exported_as=None)
    if hero is None:
        replaced: tuple[Variant, ...] = ()
    elif hero.id == variant.id:
        return Review(variants=(approved,))
    else:
        replaced = (_replaced(hero, now),)
    before = hero.id if hero else None
    change = HeroChange(variant_type=variant.variant_type, before=before, after=variant.id)
    return Review(variants=(approved, *replaced), hero=change)


def _replaced(hero: Variant, now: datetime) -> Variant:
    """An exported one is still being edited: it is what the export leaves that changes."""
    if hero.status is VariantStatus.EDITING:
        return _changed(hero, now, exported_as=VariantStatus.GENERATED)
    return _changed(hero, now, status=VariantStatus.GENERATED)


def reject(variant: Variant, *, is_hero: bool, now: datetime) -> Review:
    """Its type has no hero after that, if it was the one. Raises InvalidReviewState."""
    _check(
        variant,
        "be rejected",
        *(VariantStatus.GENERATED, VariantStatus.APPROVED, VariantStatus.EDITING),
    )
    rejected = _changed(variant, now, status=VariantStatus.REJECTED, exported_as=None)
    return Review(variants=(rejected,), hero=dismissed(variant) if is_hero else None)


def dismissed(hero: Variant) -> HeroChange:
    """Its type has no hero any more."""
    return HeroChange(variant_type=hero.variant_type, before=hero.id, after=None)


def export(variant: Variant, now: datetime) -> Review:
    """An exported hero stays the hero. Raises InvalidReviewState."""
    _check(variant, "be exported", VariantStatus.GENERATED, VariantStatus.APPROVED)
    exported = _changed(variant, now, status=VariantStatus.EDITING, exported_as=variant.status)
    return Review(variants=(exported,))


def abandon_export(variant: Variant, now: datetime) -> Review:
    """As if it had not been exported. Raises InvalidReviewState."""
    return Review(variants=(_restored(variant, "give up an export", now),))


def reimport(
    parent: Variant, *, variant_id: str, image_id: str, version: int, now: datetime
) -> tuple[Variant, Variant]:
    """The next version of the parent's chain, to be reviewed anew, and the parent as it was
    before its export. Raises InvalidReviewState."""
    edited = Variant(
        id=variant_id,
        owner=parent.owner,
        character_id=parent.character_id,
        variant_type=parent.variant_type,
        status=VariantStatus.GENERATED,
        provenance=VariantProvenance.MANUALLY_EDITED,
        root_id=parent.root_id,
        parent_id=parent.id,
        version=version,
        source_version=parent.source_version,
        image_id=image_id,
        created_at=now,
        updated_at=now,
    )
    return edited, _restored(parent, _REIMPORTED, now)


def check_reimport(parent: Variant) -> None:
    """Raises InvalidReviewState."""
    _check(parent, _REIMPORTED, VariantStatus.EDITING)


def check_deletion(variant: Variant, *, is_hero: bool, force: bool) -> None:
    """Raises InvalidReviewState while its image is being made, HeroInUse for a hero unless
    `force` says that it is meant."""
    _check(
        variant,
        "be deleted",
        *(VariantStatus.GENERATED, VariantStatus.APPROVED),
        *(VariantStatus.REJECTED, VariantStatus.EDITING),
    )
    if is_hero and not force:
        raise HeroInUse(
            "This is the hero of its type; approve another one first, or delete it with force.",
            variant_type=variant.variant_type,
        )


def _check(variant: Variant, what: str, *allowed: VariantStatus) -> None:
    if variant.status not in allowed:
        raise InvalidReviewState(
            f"A variant that is {variant.status} cannot {what}.",
            review_status=variant.status,
            allowed=list(allowed),
        )


def _restored(variant: Variant, what: str, now: datetime) -> Variant:
    _check(variant, what, VariantStatus.EDITING)
    return _changed(variant, now, status=variant.exported_as, exported_as=None)


def _changed(variant: Variant, now: datetime, **changes: Any) -> Variant:
    told = {"revision": variant.revision + 1, "updated_at": now}
    return variant.model_copy(update=changes | told)
