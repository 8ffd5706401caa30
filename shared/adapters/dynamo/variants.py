"""Variants and the pointers to heroes, in the partition of their character."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.answers import keep_answer
from shared.adapters.dynamo.images import deletion_mark, image_write
from shared.adapters.dynamo.records import Record, hero_record, variant_record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.uploads import consume
from shared.adapters.dynamo.variant_list import VariantList
from shared.adapters.dynamo.writes import ABSENT, PRESENT, Write, check, delete, put, update
from shared.domain.character import Character
from shared.domain.collecting import ORPHAN_AGE
from shared.domain.entity import rfc3339
from shared.domain.errors import AlreadyExists, NotFound, StaleWrite
from shared.domain.idempotency import IdempotencyKey
from shared.domain.images import StoredImage
from shared.domain.page import Page, PageRequest
from shared.domain.upload import Upload
from shared.domain.variant import HeroChange, Lineup, Review, Variant, VariantStatus


@dataclass(frozen=True, slots=True)
class DynamoVariants:
    table: Table

    def lineup(self, owner: str, character_id: str) -> Lineup:
        first, last = keys.hero(character_id, ""), keys.character(character_id)
        found = {record["sk"]: record for record in self.table.between(first, last)}
        record = found.pop(keys.META, None)
        if record is None or record["owner"] != owner:
            raise NotFound("There is no such character.")
        heroes = {sk.removeprefix(keys.HEROES): row["variant_id"] for sk, row in found.items()}
        return Lineup(character=Character.model_validate(record), heroes=heroes)

    def add(
        self,
        variant: Variant,
        image: StoredImage,
        *,
        consumed: Upload | None,
        idempotency: IdempotencyKey | None,
    ) -> None:
        self.table.commit(
            *keep_answer(idempotency, variant.created_at),
            *_brought(variant, image, consumed),
        )

    def reimport(
        self,
        variant: Variant,
        parent: Variant,
        image: StoredImage,
        *,
        consumed: Upload | None,
        idempotency: IdempotencyKey | None,
    ) -> None:
        self.table.commit(
            *keep_answer(idempotency, variant.created_at),
            _successor(parent),
            _counted(variant),
            *_brought(variant, image, consumed),
        )

    def versions(self, character_id: str, root_id: str) -> int:
        counter = self.table.get(keys.versions(character_id, root_id))
        return 1 if counter is None else 1 + int(counter["reimports"])

    def get(self, owner: str, character_id: str, variant_id: str) -> Variant:
        record = self.table.get(keys.variant(character_id, variant_id))
        variant = None if record is None else Variant.model_validate(record)
        if variant is None or variant.owner != owner:
            raise NotFound("There is no such variant.")
        return variant

    def get_many(self, character_id: str, variant_ids: Sequence[str]) -> tuple[Variant, ...]:
        records = self.table.get_many(keys.variant(character_id, one) for one in variant_ids)
        found = {one.id: one for one in map(Variant.model_validate, records)}
        return tuple(found[one] for one in variant_ids if one in found)

    def list_of(
        self,
        character_id: str,
        page: PageRequest,
        *,
        variant_type: str | None = None,
        status: VariantStatus | None = None,
        root_id: str | None = None,
    ) -> Page[Variant]:
        asked = {"variant_type": variant_type, "status": status, "root_id": root_id}
        wanted = {name: value for name, value in asked.items() if value is not None}
        records, cursor = VariantList(character_id, wanted).read(self.table, page)
        return Page(data=tuple(map(Variant.model_validate, records)), next_cursor=cursor)

    def all_of(self, character_id: str) -> tuple[Variant, ...]:
        records = self._records(character_id, keys.VARIANTS)
        return tuple(map(Variant.model_validate, records))

    def apply(self, review: Review) -> None:
        character_id = review.variants[0].character_id
        hero = [_pointer(character_id, review.hero)] if review.hero else []
        self.table.commit(*map(_successor, review.variants), *hero)

    def delete(self, variant: Variant, image: StoredImage | None, hero: HeroChange | None) -> None:
        gone = delete(
            keys.variant(variant.character_id, variant.id),
            "#revision = :seen",
            values={"seen": variant.revision},
            refused=_stale,
        )
        self.table.commit(
            gone,
            *([_pointer(variant.character_id, hero)] if hero else []),
            *([deletion_mark(image, image.created_at + ORPHAN_AGE)] if image else []),
        )

    def rejected_before(self, moment: datetime) -> Iterator[Variant]:
        for number in range(keys.DUE_SHARDS):
            values = {"shard": keys.rejected_shard(number), "until": rfc3339(moment)}
            condition = "#due_shard = :shard AND #due_at <= :until"
            found = self.table.query(condition, values, index=keys.DUE_INDEX)
            nominated = [{"pk": one["pk"], "sk": one["sk"]} for one in found]
            yield from map(Variant.model_validate, self.table.get_many(nominated))

    def forget(self, character_id: str, variants: Sequence[Variant]) -> None:
        types = {variant.variant_type for variant in variants}
        counters = self._records(character_id, keys.VERSIONS)
        self.table.delete_many(
            [
                *(keys.variant(character_id, variant.id) for variant in variants),
                *(keys.hero(character_id, variant_type) for variant_type in sorted(types)),
                *(keys.character(character_id, counter["sk"]) for counter in counters),
            ]
        )

    def _records(self, character_id: str, prefix: str) -> list[Record]:
        values = {"pk": keys.character(character_id)["pk"], "prefix": prefix}
        condition = "#pk = :pk AND begins_with(#sk, :prefix)"
        return list(self.table.query(condition, values, consistent=True))


def new_variants(variants: Sequence[Variant]) -> list[Write]:
    """Of one character, with a look whether it is still there: its deletion would else leave them
    behind."""
    if not variants:
        return []
    character = keys.character(variants[0].character_id)
    return [
        check(character, PRESENT, refused=_no_character),
        *(put(variant_record(one), ABSENT, refused=_exists_already) for one in variants),
    ]


def _brought(variant: Variant, image: StoredImage, consumed: Upload | None) -> list[Write]:
    """A new variant, its picture, and the upload it came by."""
    return [
        *new_variants([variant]),
        image_write(image),
        *([consume(consumed, variant.created_at)] if consumed else []),
    ]


def _successor(variant: Variant) -> Write:
    return put(
        variant_record(variant),
        "#revision = :seen",
        values={"seen": variant.revision - 1},
        refused=_stale,
    )


def _counted(variant: Variant) -> Write:
    """Version 1 is not counted: most chains have no other and need no counter."""
    seen = variant.version - 2
    return update(
        keys.versions(variant.character_id, variant.root_id),
        "ADD #reimports :one",
        "#reimports = :seen" if seen else ABSENT,
        values={"one": 1} | ({"seen": seen} if seen else {}),
        refused=_stale_chain,
    )


def _pointer(character_id: str, change: HeroChange) -> Write:
    condition = "#variant_id = :before" if change.before else ABSENT
    values = {"before": change.before} if change.before else None
    if change.after is None:
        key = keys.hero(character_id, change.variant_type)
        return delete(key, condition, values=values, refused=_stale_hero)
    record = hero_record(character_id, change.variant_type, change.after)
    return put(record, condition, values=values, refused=_stale_hero)


def _no_character(record: Record | None) -> NotFound:
    return NotFound("There is no such character.")


def _exists_already(record: Record | None) -> AlreadyExists:
    return AlreadyExists("There is a variant of this id already.")


def _stale(record: Record | None) -> StaleWrite:
    winner = None if record is None else Variant.model_validate(record)
    return StaleWrite("the variant has changed", winner=winner)


def _stale_chain(record: Record | None) -> StaleWrite:
    return StaleWrite("another version came first")


def _stale_hero(record: Record | None) -> StaleWrite:
    return StaleWrite("another hero came first")
