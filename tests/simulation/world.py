"""The stores of the simulation: every write is atomic and states what it believes.

The conditions are those of the table's adapter: an item is written on its version, a
generation on its own, an image from `pending` to `live`, a ledger row once.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.domain.analysis import ImageToAnalyse
from shared.domain.closing import Closing, LateCompletion
from shared.domain.errors import (
    AlreadyAnswered,
    AlreadyExists,
    InFlightLimit,
    NotFound,
    QuotaExceeded,
    StaleWrite,
)
from shared.domain.generation import Attempt, Brief, Generation, Item, Snapshot
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.transitions import Move
from tests.simulation.queues import Queue


class Watch(Protocol):
    """Looks at every committed write; raises when it must not be."""

    def moved(self, world: "World", before: Item, after: Item) -> None: ...
    def counted(self, world: "World", record: "Record") -> None: ...


@dataclass(slots=True)
class Record:
    """The partition of one generation."""

    generation: Generation
    brief: Brief
    items: list[Item]
    due_at: datetime | None
    attempts: dict[tuple[int, int], Attempt] = field(default_factory=dict)

    def snapshot(self) -> Snapshot:
        return Snapshot.model_construct(generation=self.generation, items=tuple(self.items))


@dataclass(frozen=True, slots=True)
class LedgerRow:
    owner: str
    period: str
    units: int


@dataclass(slots=True)
class World:
    """All that survives a crash, the queues and the providers apart."""

    now: datetime
    watch: Watch
    cap: int = 1
    monthly: int = 50
    records: dict[str, Record] = field(default_factory=dict)
    images: dict[str, StoredImage] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    running: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    used: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    ledger: dict[tuple[str, str], LedgerRow] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    analysis: Queue = field(default_factory=lambda: Queue("analysis", Queue("analysis-dead", None)))

    # -- generations

    def submit(self, snapshot: Snapshot, brief: Brief, key: str, due_at: datetime) -> None:
        generation = snapshot.generation
        quota = (generation.owner, generation.quota_period)
        running = self.running[generation.owner]
        if key in self.answers:
            raise AlreadyAnswered("answered before", answer=self.answers[key])
        if len(running) >= self.cap:
            raise InFlightLimit("too many at once", generation_ids=sorted(running))
        if self.used[quota] + generation.units > self.monthly:
            raise QuotaExceeded("nothing left")
        self.answers[key] = generation.id
        running.add(generation.id)
        self.used[quota] += generation.units
        self.ledger[generation.id, "hold"] = LedgerRow(*quota, generation.units)
        record = Record(generation, brief, list(snapshot.items), due_at)
        self.records[generation.id] = record
        self.watch.counted(self, record)

    def get(self, generation_id: str) -> Snapshot:
        return self._record(generation_id).snapshot()

    def load(self, generation_id: str) -> tuple[Snapshot, Brief]:
        record = self._record(generation_id)
        return record.snapshot(), record.brief

    def attempt(self, generation_id: str, index: int, number: int) -> Attempt | None:
        record = self.records.get(generation_id)
        return None if record is None else record.attempts.get((index, number))

    def apply(self, move: Move) -> None:
        record = self.records.get(move.before.generation_id)
        if record is None:
            raise StaleWrite("gone")
        self._check_item(record, move)
        self._write_item(record, move)

    def save(self, generation: Generation) -> None:
        record = self._record(generation.id)
        if record.generation.version != generation.version - 1:
            raise StaleWrite("changed", winner=record.generation)
        record.generation = generation
        self.watch.counted(self, record)

    def close(self, closing: Closing) -> None:
        record = self._record(closing.before.id)
        self._check_generation(record, closing.before)
        after = closing.after
        self._post(after, "release", -closing.released)
        self.running[after.owner].discard(after.id)
        record.generation, record.due_at = after, None
        self.watch.counted(self, record)

    def complete_late(self, late: LateCompletion) -> None:
        record = self._record(late.before.id)
        self._check_item(record, late.move)
        self._check_generation(record, late.before)
        if late.recharged:
            index = late.move.after.index
            self._post(late.after, f"late#{index:02}", late.recharged)
        record.generation = late.after
        self._write_item(record, late.move)
        self.watch.counted(self, record)

    def due(self) -> Iterable[str]:
        return [
            key
            for key, record in self.records.items()
            if record.due_at is not None and record.due_at <= self.now
        ]

    def mark_due(self, generation_id: str, due_at: datetime) -> None:
        record = self.records.get(generation_id)
        if record is not None and record.due_at is not None:
            record.due_at = due_at

    def record_similarity(self, image: StoredImage) -> Item | None:
        """Beside the moves, as the look at faces does it."""
        assert image.generation_id is not None
        assert image.item_index is not None
        items = self._record(image.generation_id).items
        item = items[image.item_index]
        if item.image is None or item.image.id != image.id:
            return None
        shown = item.image.model_copy(update={"similarity": image.similarity})
        changes = {"image": shown, "version": item.version + 1}
        items[image.item_index] = item.model_copy(update=changes)
        return items[image.item_index]

    # -- images and objects

    def record_analysis(self, image: StoredImage) -> None:
        if self.images[image.id].status is ImageStatus.LIVE:
            self.images[image.id] = image

    def add_image(self, image: StoredImage) -> None:
        if image.id in self.images:
            raise AlreadyExists("this image is on record")
        self.images[image.id] = image

    def put(self, key: str, data: bytes) -> None:
        self.objects.setdefault(key, data)

    def read(self, key: str) -> bytes:
        if key not in self.objects:
            raise NotFound("no such object")
        return self.objects[key]

    # -- what a write believes

    def _record(self, generation_id: str) -> Record:
        if generation_id not in self.records:
            raise NotFound("no such generation")
        return self.records[generation_id]

    def _check_item(self, record: Record, move: Move) -> None:
        stored = record.items[move.before.index]
        if stored.version != move.before.version:
            raise StaleWrite("changed", winner=stored)
        image = move.image
        if image is not None and image.status is ImageStatus.LIVE:
            pending = self.images.get(image.id)
            if pending is None or pending.status is not ImageStatus.PENDING:
                raise StaleWrite("the image is no longer pending", winner=stored)

    def _check_generation(self, record: Record, before: Generation) -> None:
        if record.generation.version != before.version:
            raise StaleWrite("changed", winner=record.generation)

    def _write_item(self, record: Record, move: Move) -> None:
        if move.image is not None:
            if move.image.status is ImageStatus.PENDING:
                self.add_image(move.image)
            self.images[move.image.id] = move.image
            self._tell(move.image)
        if move.attempt is not None:
            record.attempts[move.attempt.index, move.attempt.number] = move.attempt
        before = record.items[move.after.index]
        record.items[move.after.index] = move.after
        self.watch.moved(self, before, move.after)

    def _tell(self, image: StoredImage) -> None:
        """The stream of changes: it loses nothing."""
        if image.status is ImageStatus.LIVE and image.awaits_analysis:
            self.analysis.send(ImageToAnalyse(owner=image.owner, image_id=image.id), self.now)

    def _post(self, generation: Generation, kind: str, units: int) -> None:
        """A ledger row and the counter it explains, in one step."""
        if (generation.id, kind) in self.ledger:
            raise StaleWrite("posted before", winner=generation)
        row = LedgerRow(generation.owner, generation.quota_period, units)
        self.ledger[generation.id, kind] = row
        self.used[row.owner, row.period] += units
