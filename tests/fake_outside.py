"""Fakes of what is neither a table nor a provider: images, bytes, queues, clock, counters."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.analysis import Analysis
from shared.domain.collecting import ORPHAN_AGE, ListedObject, ListedPage, Listing
from shared.domain.entity import rfc3339
from shared.domain.errors import AlreadyExists, NotFound, StaleWrite, TooLarge, UploadExpired
from shared.domain.gate import Gate
from shared.domain.generation import Lane
from shared.domain.idempotency import IdempotencyKey
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.page import Page, PageRequest
from shared.domain.quota import Allowance
from shared.domain.request import Plan, ProviderName
from shared.domain.upload import MAX_UPLOAD_BYTES, Upload, UploadForm
from shared.domain.work import Work
from tests.builders import NOW, an_allowance
from tests.fake_memory import Memory, locked, page_of


@dataclass
class FakeImages:
    memory: Memory

    @locked
    def add(self, image: StoredImage) -> None:
        self.memory.check_image(image)
        self.memory.images[image.id] = image

    @locked
    def get(self, owner: str, image_id: str) -> StoredImage:
        image = self.memory.images.get(image_id)
        if image is None or image.owner != owner or image.status is not ImageStatus.LIVE:
            raise NotFound("There is no such image.")
        return image

    @locked
    def get_many(self, image_ids: Sequence[str]) -> tuple[StoredImage, ...]:
        wanted = [self.memory.images.get(image_id) for image_id in dict.fromkeys(image_ids)]
        return tuple(one for one in wanted if one and one.status is ImageStatus.LIVE)

    @locked
    def list_owned(
        self,
        owner: str,
        page: PageRequest,
        *,
        character_id: str | None = None,
        generation_id: str | None = None,
    ) -> Page[StoredImage]:
        found = [
            one
            for one in self.memory.images.values()
            if one.owner == owner
            and one.status is ImageStatus.LIVE
            and character_id in (None, one.character_id)
            and generation_id in (None, one.generation_id)
        ]
        return page_of(found, page, (owner, "images", character_id, generation_id))

    @locked
    def due(self, now: datetime) -> Iterable[str]:
        waiting = [one for one in self.memory.images.values() if one.status is not ImageStatus.LIVE]
        return [one.id for one in waiting if rfc3339(self._due_at(one)) <= rfc3339(now)]

    def _due_at(self, image: StoredImage) -> datetime:
        return self.memory.tombstones.get(image.id, image.created_at + ORPHAN_AGE)

    @locked
    def stored(self, image_ids: Sequence[str]) -> tuple[StoredImage, ...]:
        found = [self.memory.images.get(image_id) for image_id in dict.fromkeys(image_ids)]
        return tuple(one for one in found if one is not None)

    @locked
    def record_analysis(self, image: StoredImage) -> None:
        stored = self.memory.images.get(image.id)
        if stored is not None and stored.status is ImageStatus.LIVE:
            found = {"qa": image.qa, "similarity": image.similarity}
            self.memory.images[image.id] = stored.model_copy(update=found)

    @locked
    def mark_deleting(self, image: StoredImage, *, again_at: datetime | None = None) -> None:
        stored = self.memory.images.get(image.id)
        if stored is None:
            return
        if stored.status not in (image.status, ImageStatus.DELETING):
            raise StaleWrite("the image has changed", winner=stored)
        deleting = stored.model_copy(update={"status": ImageStatus.DELETING})
        self.memory.images[image.id] = deleting
        self.memory.tombstones[image.id] = again_at or image.created_at + ORPHAN_AGE

    @locked
    def remove(self, image: StoredImage) -> None:
        stored = self.memory.images.get(image.id)
        if stored is not None and stored.status is not ImageStatus.DELETING:
            raise StaleWrite("the image has changed", winner=stored)
        self.memory.images.pop(image.id, None)


@dataclass
class FakeUploads:
    memory: Memory

    @locked
    def add(self, upload: Upload, idempotency: IdempotencyKey | None) -> None:
        self.memory.refuse_repetition(idempotency, upload.created_at)
        if upload.id in self.memory.uploads:
            raise AlreadyExists("There is an upload of this id already.")
        self.memory.keep_answer(idempotency)
        self.memory.uploads[upload.id] = upload

    @locked
    def get(self, owner: str, upload_id: str) -> Upload:
        upload = self.memory.uploads.get(upload_id)
        if upload is None or upload.owner != owner:
            raise NotFound("There is no such upload.")
        return upload


@dataclass
class FakeListings:
    memory: Memory

    @locked
    def current(self) -> Listing | None:
        return self.memory.listing

    @locked
    def save(self, listing: Listing) -> None:
        winner = self.memory.listing
        if winner is not None and winner.version != listing.version - 1:
            raise StaleWrite("another walk came first", winner=winner)
        self.memory.listing = listing


@dataclass
class FakeImageStore:
    """`stored_at` of what was put by somebody who told no time is long ago."""

    objects: dict[str, bytes] = field(default_factory=dict)
    media_types: dict[str, str] = field(default_factory=dict)
    stored_at: dict[str, datetime] = field(default_factory=dict)
    page_size: int = 1000

    def put(self, key: str, data: bytes, media_type: str) -> None:
        self.objects.setdefault(key, data)
        self.media_types.setdefault(key, media_type)

    def page(self, after: str) -> ListedPage:
        keys = [key for key in sorted(self.objects) if key > after]
        objects = (
            ListedObject(
                key=key,
                size_bytes=len(self.objects[key]),
                stored_at=self.stored_at.get(key, NOW - timedelta(days=365)),
            )
            for key in keys[: self.page_size]
        )
        return ListedPage(objects=tuple(objects), more=len(keys) > self.page_size)

    def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise NotFound("There is no such object.")
        return self.objects[key]

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.objects.pop(key, None)
            self.media_types.pop(key, None)

    def url(self, key: str) -> str:
        return f"https://images.likeness.test/{key}?signed"


@dataclass
class FakeUploadStore:
    """`posted` holds what browsers have sent, by key."""

    posted: dict[str, bytes] = field(default_factory=dict)

    def form(self, upload: Upload) -> UploadForm:
        fields = {"key": upload.key, "Content-Type": upload.format.media_type}
        return UploadForm(url="https://uploads.likeness.test/", fields=fields)

    def read(self, upload: Upload) -> tuple[bytes, str]:
        if upload.key not in self.posted:
            raise NotFound("Nothing has been uploaded yet.")
        data, etag = self.posted[upload.key], self.etag(upload)
        if upload.consumed_etag not in (None, etag):
            raise UploadExpired("The upload was replaced after it was used.")
        if len(data) > MAX_UPLOAD_BYTES:
            raise TooLarge("The uploaded file is larger than allowed.")
        return data, etag

    def etag(self, upload: Upload) -> str:
        if upload.key not in self.posted:
            raise NotFound("Nothing has been uploaded yet.")
        return f'"{hashlib.md5(self.posted[upload.key], usedforsecurity=False).hexdigest()}"'

    def put(self, upload: Upload, data: bytes) -> str:
        self.posted[upload.key] = data
        return self.etag(upload)


@dataclass(frozen=True)
class Sent:
    """A message as it was sent; `lane` and `owner` are None on the ingest queue."""

    work: Work
    delay: timedelta
    lane: Lane | None = None
    owner: str | None = None


@dataclass
class FakeWorkQueue:
    sent: list[Sent] = field(default_factory=list)

    def send(self, lane: Lane, work: Work, *, owner: str, delay: timedelta = timedelta(0)) -> None:
        self.sent.append(Sent(work, delay, lane, owner))

    def ingest(self, works: Sequence[Work], delay: timedelta = timedelta(0)) -> None:
        self.sent += [Sent(work, delay) for work in works]


@dataclass
class FakeGates:
    gates: dict[ProviderName, Gate] = field(default_factory=dict)

    def get(self, provider: ProviderName) -> Gate:
        return self.gates.get(provider) or Gate(provider=provider)

    def save(self, gate: Gate) -> None:
        if self.get(gate.provider).version != gate.version - 1:
            raise StaleWrite("another worker came first", winner=self.get(gate.provider))
        self.gates[gate.provider] = gate


@dataclass
class FakeAnalyses:
    sent: list[Analysis] = field(default_factory=list)

    def send(self, analyses: Sequence[Analysis]) -> None:
        self.sent.extend(analyses)


@dataclass
class FakeClock:
    """Stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@dataclass
class FakeCounter:
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __call__(self, name: str, reason: str = "") -> None:
        self.counted[name, reason] += 1


@dataclass
class FakeLimits:
    free: Allowance = field(default_factory=an_allowance)
    paid: Allowance = field(default_factory=lambda: an_allowance(in_flight=5, monthly_images=2000))

    def of(self, plan: Plan) -> Allowance:
        return self.paid if plan is Plan.PAID else self.free
