"""The in-memory store of variants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.errors import AlreadyExists, NotFound, StaleWrite
from shared.domain.idempotency import IdempotencyKey
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.page import Page, PageRequest
from shared.domain.upload import Upload
from shared.domain.variant import HeroChange, Lineup, Review, Variant, VariantStatus
from tests.fake_memory import Memory, locked, page_of


@dataclass
class FakeVariants:
    memory: Memory

    @locked
    def lineup(self, owner: str, character_id: str) -> Lineup:
        character = self.memory.characters.get(character_id)
        if character is None or character.owner != owner:
            raise NotFound("There is no such character.")
        heroes = self.memory.heroes.items()
        of_it = {type_: id_ for (whose, type_), id_ in heroes if whose == character_id}
        return Lineup(character=character, heroes=of_it)

    @locked
    def add(
        self,
        variant: Variant,
        image: StoredImage,
        *,
        consumed: Upload | None,
        idempotency: IdempotencyKey | None,
    ) -> None:
        self.memory.refuse_repetition(idempotency, variant.created_at)
        self._check_character(variant)
        self._bring(variant, image, consumed)
        self.memory.keep_answer(idempotency)

    @locked
    def reimport(
        self,
        variant: Variant,
        parent: Variant,
        image: StoredImage,
        *,
        consumed: Upload | None,
        idempotency: IdempotencyKey | None,
    ) -> None:
        self.memory.refuse_repetition(idempotency, variant.created_at)
        self._check_character(variant)
        self._check(parent, seen=parent.revision - 1)
        if self.versions(variant.character_id, variant.root_id) != variant.version - 1:
            raise StaleWrite("another version came first")
        self._bring(variant, image, consumed)
        self.memory.keep_answer(idempotency)
        self.memory.reimports[variant.root_id] = variant.version - 1
        self.memory.variants[parent.id] = parent

    @locked
    def versions(self, character_id: str, root_id: str) -> int:
        return 1 + self.memory.reimports[root_id]

    @locked
    def get(self, owner: str, character_id: str, variant_id: str) -> Variant:
        variant = self.memory.variants.get(variant_id)
        if variant is None or (variant.owner, variant.character_id) != (owner, character_id):
            raise NotFound("There is no such variant.")
        return variant

    @locked
    def get_many(self, character_id: str, variant_ids: Sequence[str]) -> tuple[Variant, ...]:
        found = {variant.id: variant for variant in self.all_of(character_id)}
        return tuple(found[one] for one in variant_ids if one in found)

    @locked
    def list_of(
        self,
        character_id: str,
        page: PageRequest,
        *,
        variant_type: str | None = None,
        status: VariantStatus | None = None,
        root_id: str | None = None,
    ) -> Page[Variant]:
        found = [
            one
            for one in self.all_of(character_id)
            if variant_type in (None, one.variant_type)
            and status in (None, one.status)
            and root_id in (None, one.root_id)
        ]
        return page_of(found, page, (character_id, "variants", variant_type, status, root_id))

    @locked
    def all_of(self, character_id: str) -> tuple[Variant, ...]:
        every = self.memory.variants.values()
        return tuple(one for one in every if one.character_id == character_id)

    @locked
    def apply(self, review: Review) -> None:
        for variant in review.variants:
            self._check(variant, seen=variant.revision - 1)
        character_id = review.variants[0].character_id
        self._check_hero(character_id, review.hero)
        self.memory.variants |= {variant.id: variant for variant in review.variants}
        self._point(character_id, review.hero)

    @locked
    def delete(self, variant: Variant, image: StoredImage | None, hero: HeroChange | None) -> None:
        self._check(variant, seen=variant.revision)
        self._check_hero(variant.character_id, hero)
        if image is not None:
            stored = self.memory.images.get(image.id)
            if stored is None or stored.status not in (image.status, ImageStatus.DELETING):
                raise StaleWrite("the image has changed", winner=stored)
            deleting = stored.model_copy(update={"status": ImageStatus.DELETING})
            self.memory.images[image.id] = deleting
        del self.memory.variants[variant.id]
        self._point(variant.character_id, hero)

    @locked
    def rejected_before(self, moment: datetime) -> list[Variant]:
        rejected = (
            one for one in self.memory.variants.values() if one.status is VariantStatus.REJECTED
        )
        return [one for one in rejected if one.updated_at <= moment]

    @locked
    def forget(self, character_id: str, variants: Sequence[Variant]) -> None:
        for variant in variants:
            self.memory.variants.pop(variant.id, None)
            self.memory.heroes.pop((character_id, variant.variant_type), None)
            self.memory.reimports.pop(variant.root_id, None)

    def _bring(self, variant: Variant, image: StoredImage, consumed: Upload | None) -> None:
        if variant.id in self.memory.variants:
            raise AlreadyExists("There is a variant of this id already.")
        self.memory.check_image(image)
        if consumed is not None:
            self.memory.check_upload(consumed, variant.created_at)
            self.memory.uploads[consumed.id] = consumed
        self.memory.images[image.id] = image
        self.memory.variants[variant.id] = variant

    def _check_character(self, variant: Variant) -> None:
        if variant.character_id not in self.memory.characters:
            raise NotFound("There is no such character.")

    def _check(self, variant: Variant, seen: int) -> None:
        winner = self.memory.variants.get(variant.id)
        if winner is None or winner.revision != seen:
            raise StaleWrite("the variant has changed", winner=winner)

    def _check_hero(self, character_id: str, change: HeroChange | None) -> None:
        if change is None:
            return
        if self.memory.heroes.get((character_id, change.variant_type)) != change.before:
            raise StaleWrite("another hero came first")

    def _point(self, character_id: str, change: HeroChange | None) -> None:
        if change is not None and change.after is not None:
            self.memory.heroes[character_id, change.variant_type] = change.after
        elif change is not None:
            self.memory.heroes.pop((character_id, change.variant_type), None)
