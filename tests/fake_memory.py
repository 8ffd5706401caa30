"""What the fake stores share, as the real ones share a table: state, one lock, the common rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any, Concatenate, Protocol

from shared.domain.character import Character, SourceImage
from shared.domain.collecting import Listing
from shared.domain.cursors import Cursor, binding_of, read_cursor
from shared.domain.entity import rfc3339
from shared.domain.errors import AlreadyExists, StaleWrite, UploadExpired
from shared.domain.generation import Attempt, Brief, Generation, Item, ItemRef
from shared.domain.idempotency import FirstAnswer, IdempotencyKey
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.page import Page, PageRequest
from shared.domain.reference_kit import ReferenceKit
from shared.domain.style_capsule import StyleCapsule
from shared.domain.upload import Upload
from shared.domain.variant import Variant


@dataclass
class Memory:
    """Checks come before writes in every fake, so nothing has to be rolled back."""

    lock: RLock = field(default_factory=RLock)
    generations: dict[str, Generation] = field(default_factory=dict)
    items: dict[str, dict[int, Item]] = field(default_factory=dict)
    briefs: dict[str, Brief] = field(default_factory=dict)
    attempts: dict[str, dict[tuple[int, int], Attempt]] = field(default_factory=dict)
    tokens: dict[ItemRef, str] = field(default_factory=dict)
    let_go: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    due: dict[str, datetime] = field(default_factory=dict)
    kept_on: dict[str, datetime] = field(default_factory=dict)
    slots: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    requests: Counter[tuple[str, datetime]] = field(default_factory=Counter)
    used: Counter[tuple[str, str]] = field(default_factory=Counter)
    overdraft: Counter[tuple[str, str]] = field(default_factory=Counter)
    ledger: dict[tuple[str, str, str], int] = field(default_factory=dict)
    answers: dict[tuple[str, str, str], IdempotencyKey] = field(default_factory=dict)
    characters: dict[str, Character] = field(default_factory=dict)
    sources: dict[str, dict[int, SourceImage]] = field(default_factory=dict)
    images: dict[str, StoredImage] = field(default_factory=dict)
    variants: dict[str, Variant] = field(default_factory=dict)
    heroes: dict[tuple[str, str], str] = field(default_factory=dict)
    reimports: Counter[str] = field(default_factory=Counter)
    kits: dict[str, ReferenceKit] = field(default_factory=dict)
    style_capsules: dict[str, StyleCapsule] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    tombstones: dict[str, datetime] = field(default_factory=dict)
    listing: Listing | None = None

    def first_answer(self, key: IdempotencyKey, now: datetime) -> FirstAnswer | None:
        kept = self.answers.get((key.owner, key.route, key.key))
        if kept is None or rfc3339(kept.expires_at) <= rfc3339(now):
            return None
        return FirstAnswer(request_hash=kept.request_hash, answer=kept.answer)

    def refuse_repetition(self, key: IdempotencyKey | None, now: datetime) -> None:
        if key is not None and (first := self.first_answer(key, now)) is not None:
            raise first.refusal(key)

    def keep_answer(self, key: IdempotencyKey | None) -> None:
        if key is not None:
            self.answers[key.owner, key.route, key.key] = key

    def move_money(self, generation: Generation, entry: str, units: int) -> None:
        row = (generation.owner, generation.id, entry)
        assert row not in self.ledger, "a sum moves once"
        assert self.used[generation.owner, generation.quota_period] + units >= 0
        self.ledger[row] = units
        self.used[generation.owner, generation.quota_period] += units

    def check_image(self, image: StoredImage) -> None:
        stored = self.images.get(image.id)
        if image.status is ImageStatus.PENDING:
            if stored is not None:
                raise AlreadyExists("There is an image of this id already.")
        elif stored is None or stored.status is not ImageStatus.PENDING:
            raise StaleWrite("the image has changed", winner=stored)

    def check_upload(self, upload: Upload, now: datetime) -> None:
        stored = self.uploads.get(upload.id)
        if stored is None or not stored.usable(now):
            raise UploadExpired("The upload has been used or has expired.")

    def check_kit(self, kit: ReferenceKit) -> None:
        stored = self.kits.get(kit.id)
        if kit.version > 1:
            if stored is None or stored.version != kit.version - 1:
                raise StaleWrite("the reference kit has changed", winner=stored)
            return
        if stored is not None:
            raise AlreadyExists("There is a reference kit of this id already.")
        self.check_image(kit.source.image)

    def write_kit(self, kit: ReferenceKit) -> None:
        self.kits[kit.id] = kit
        if kit.version == 1:
            self.images[kit.source.image.id] = kit.source.image


class Remembering(Protocol):
    memory: Memory


def locked[S: Remembering, **P, T](
    method: Callable[Concatenate[S, P], T],
) -> Callable[Concatenate[S, P], T]:
    """One caller at a time, as each request to the table is."""

    def alone(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.memory.lock:
            return method(self, *args, **kwargs)

    return alone


class Listed(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


def page_of[T: Listed](found: Iterable[T], page: PageRequest, filters: Any) -> Page[T]:
    """Newest first, after the cursor."""
    by_key = {f"{rfc3339(one.created_at)}#{one.id}": one for one in found}
    binding = binding_of(*filters)
    keys = sorted(by_key, reverse=True)
    if page.cursor is not None:
        after = read_cursor(page.cursor, binding)
        keys = [key for key in keys if key < after]
    shown = keys[: page.limit]
    more = len(keys) > page.limit
    return Page(
        data=tuple(by_key[key] for key in shown),
        next_cursor=str(Cursor(after=shown[-1], binding=binding)) if more else None,
    )
