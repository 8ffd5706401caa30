"""What nobody owns any more: which stored pictures are collected, and what is told of it.

A picture's record is made before its objects (pending) and becomes live once; pending to live and
pending to deleting exclude each other. So what has been marked is never needed again, and an
object whose record is gone can never get one.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.domain.entity import Entity, Timestamp
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.limits import QUEUE_TIMEOUT
from shared.domain.upload import UPLOAD_LIFETIME

ORPHAN_AGE: Final = timedelta(hours=24)
"""An intent this old will not be completed: an item's life is less than four hours."""
TOMBSTONE: Final = timedelta(hours=1)
"""How long the record of deleted objects stays: longer than any writer of them can live."""
UPLOAD_AGE: Final = UPLOAD_LIFETIME + QUEUE_TIMEOUT + timedelta(hours=1)
"""An upload that was used at the last moment may still be read by work that waits."""
LISTING_PERIOD: Final = timedelta(days=7)
_SAMPLE: Final = 20


class Find(StrEnum):
    """What becomes of a picture whose marker has passed."""

    ORPHAN = "orphan"
    """Objects go, the record stays as a tombstone."""
    TOMBSTONE = "tombstone"
    """Objects go once more, and the record with them."""


def judged(image: StoredImage, now: datetime) -> Find | None:
    """On the record itself; None when it is not to be collected (now)."""
    if image.status is ImageStatus.DELETING:
        return Find.TOMBSTONE
    old = image.created_at + ORPHAN_AGE <= now
    return Find.ORPHAN if image.status is ImageStatus.PENDING and old else None


class ListedObject(Entity):
    """An object as a store lists it."""

    key: str
    size_bytes: int
    stored_at: Timestamp


class ListedPage(Entity):
    """Objects in the order of their keys; `more` when the store holds others behind them."""

    objects: tuple[ListedObject, ...]
    more: bool


class Listing(Entity):
    """How far a walk over all objects has come; `after` is None once it has come to the end."""

    started_at: Timestamp
    after: str | None = ""
    version: int = 1

    def is_over(self, now: datetime) -> bool:
        return self.after is None and now < self.started_at + LISTING_PERIOD


class Collected(Entity):
    """The report of one run: counts, bytes, and hashes of keys that tell nothing of an owner.

    `objects` were deleted, or would have been; of a picture all that it may own are counted, and
    of its `bytes` those of the original. `forgotten` counts generations, whatever they owned,
    and `variants` those that had been rejected.
    """

    dry_run: bool
    orphans: int = 0
    tombstones: int = 0
    strays: int = 0
    uploads: int = 0
    forgotten: int = 0
    variants: int = 0
    failed: int = 0
    objects: int = 0
    bytes: int = 0
    key_hashes: tuple[str, ...] = ()

    def with_pictures(self, kind: Find, images: Iterable[StoredImage]) -> "Collected":
        found = list(images)
        keys = [key for image in found for key in image.all_keys()]
        count = "orphans" if kind is Find.ORPHAN else "tombstones"
        return self._with(count, len(found), keys, sum(one.content.size_bytes for one in found))

    def with_objects(self, count: str, objects: Iterable[ListedObject]) -> "Collected":
        """`count` is `strays` or `uploads`."""
        found = list(objects)
        keys = [one.key for one in found]
        return self._with(count, len(found), keys, sum(one.size_bytes for one in found))

    def _with(self, count: str, number: int, keys: list[str], size: int) -> "Collected":
        hashes = (hashlib.sha256(key.encode()).hexdigest()[:16] for key in keys)
        return self.model_copy(
            update={
                count: getattr(self, count) + number,
                "objects": self.objects + len(keys),
                "bytes": self.bytes + size,
                "key_hashes": (*self.key_hashes, *hashes)[:_SAMPLE],
            }
        )
