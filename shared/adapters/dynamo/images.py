"""Image records: the intent before the bytes, the image after them."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.listing import OwnerList
from shared.adapters.dynamo.records import Record, analysis_fields, image_of, image_record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.writes import ABSENT, Write, delete, put, update
from shared.domain.collecting import ORPHAN_AGE
from shared.domain.entity import rfc3339
from shared.domain.errors import AlreadyExists, NotFound, StaleWrite
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.page import Page, PageRequest


def image_write(image: StoredImage) -> Write:
    """A new intent, or an intent that becomes an image: one that is being deleted never does."""
    if image.status is ImageStatus.PENDING:
        return put(image_record(image), ABSENT, refused=_exists_already)
    return put(
        image_record(image),
        "#status = :pending",
        values={"pending": ImageStatus.PENDING},
        refused=_stale,
    )


def deletion_mark(image: StoredImage, due_at: datetime) -> Write:
    """Out of sight, and to be collected from then on."""
    return update(
        keys.image(image.id),
        "SET #status = :deleting, #due_shard = :due_shard, #due_at = :due_at"
        " REMOVE #owner_list, #listed_at",
        "#status IN (:seen, :deleting)",
        values={
            "seen": image.status,
            "deleting": ImageStatus.DELETING,
            **keys.collectable(image.id, due_at),
        },
        refused=_stale,
    )


@dataclass(frozen=True, slots=True)
class DynamoImages:
    table: Table

    def add(self, image: StoredImage) -> None:
        self.table.commit(image_write(image))

    def get(self, owner: str, image_id: str) -> StoredImage:
        record = self.table.get(keys.image(image_id))
        image = None if record is None else image_of(record)
        if image is None or image.owner != owner or image.status is not ImageStatus.LIVE:
            raise NotFound("There is no such image.")
        return image

    def get_many(self, image_ids: Sequence[str]) -> tuple[StoredImage, ...]:
        wanted = dict.fromkeys(image_ids)
        records = self.table.get_many(keys.image(image_id) for image_id in wanted)
        live = {image.id: image for image in map(image_of, records) if _is_live(image)}
        return tuple(live[image_id] for image_id in wanted if image_id in live)

    def list_owned(
        self,
        owner: str,
        page: PageRequest,
        *,
        character_id: str | None = None,
        generation_id: str | None = None,
    ) -> Page[StoredImage]:
        asked = {"character_id": character_id, "generation_id": generation_id}
        values = {name: value for name, value in asked.items() if value is not None}
        conditions = tuple(f"#{name} = :{name}" for name in values)
        wanted = OwnerList(owner, keys.IMAGES, conditions, values)
        records, cursor = wanted.read(self.table, page)
        return Page(data=tuple(map(image_of, records)), next_cursor=cursor)

    def due(self, now: datetime) -> Iterator[str]:
        for number in range(keys.DUE_SHARDS):
            values = {"shard": keys.image_shard(number), "now": rfc3339(now)}
            condition = "#due_shard = :shard AND #due_at <= :now"
            for record in self.table.query(condition, values, index=keys.DUE_INDEX):
                yield keys.image_id(record["pk"])

    def stored(self, image_ids: Sequence[str]) -> tuple[StoredImage, ...]:
        records = self.table.get_many(keys.image(image_id) for image_id in dict.fromkeys(image_ids))
        return tuple(map(image_of, records))

    def record_analysis(self, image: StoredImage) -> None:
        write = update(
            keys.image(image.id),
            "SET #qa = :qa, #similarity = :similarity",
            "#status = :live",
            values={"live": ImageStatus.LIVE} | analysis_fields(image),
            refused=_stale,
        )
        with contextlib.suppress(StaleWrite):
            self.table.commit(write)

    def mark_deleting(self, image: StoredImage, *, again_at: datetime | None = None) -> None:
        try:
            self.table.commit(deletion_mark(image, again_at or image.created_at + ORPHAN_AGE))
        except StaleWrite as lost:
            if lost.winner is not None:
                raise

    def remove(self, image: StoredImage) -> None:
        write = delete(
            keys.image(image.id),
            "attribute_not_exists(#pk) OR #status = :deleting",
            values={"deleting": ImageStatus.DELETING},
            refused=_stale,
        )
        self.table.commit(write)


def _is_live(image: StoredImage) -> bool:
    return image.status is ImageStatus.LIVE


def _exists_already(record: Record | None) -> AlreadyExists:
    return AlreadyExists("There is an image of this id already.")


def _stale(record: Record | None) -> StaleWrite:
    winner = None if record is None else image_of(record)
    return StaleWrite("the image has changed", winner=winner)
