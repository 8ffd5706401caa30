"""In-memory stores with the rules of the real ones; the contract suite holds both to them."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from shared.domain.character import Character, SourceImage
from shared.domain.closing import Closing, LateCompletion
from shared.domain.entity import rfc3339
from shared.domain.errors import (
    AlreadyExists,
    NotFound,
    StaleWrite,
)
from shared.domain.generation import (
    STAGES,
    Attempt,
    Brief,
    Generation,
    Item,
    ItemRef,
    Snapshot,
)
from shared.domain.idempotency import FirstAnswer, IdempotencyKey
from shared.domain.images import StoredImage
from shared.domain.page import Page, PageRequest
from shared.domain.quota import Allowance, in_flight_limit, minute_of, quota_exceeded, rate_limited
from shared.domain.reference_kit import ReferenceKit
from shared.domain.transitions import Move
from shared.domain.upload import Upload
from shared.domain.variant import Variant
from tests.fake_memory import Memory, locked, page_of
from tests.fake_outside import (
    FakeClock,
    FakeCounter,
    FakeImages,
    FakeImageStore,
    FakeLimits,
    FakeListings,
    FakeUploads,
    FakeUploadStore,
    FakeWorkQueue,
    Sent,
)

__all__ = [
    "FakeAnswers",
    "FakeCharacters",
    "FakeClock",
    "FakeCounter",
    "FakeGenerations",
    "FakeImageStore",
    "FakeImages",
    "FakeLimits",
    "FakeListings",
    "FakeOwners",
    "FakeUploadStore",
    "FakeUploads",
    "FakeWorkQueue",
    "Memory",
    "Sent",
    "TwinAnswers",
]


@dataclass
class FakeGenerations:
    memory: Memory

    @locked
    def submit(
        self,
        snapshot: Snapshot,
        brief: Brief,
        *,
        allowance: Allowance,
        idempotency: IdempotencyKey | None,
        due_at: datetime,
        new_character: Character | None = None,
        moves: Sequence[Move] = (),
        variants: Sequence[Variant] = (),
        consumed: Sequence[Upload] = (),
        brought: Sequence[Upload] = (),
        kit: ReferenceKit | None = None,
    ) -> None:
        m, new = self.memory, snapshot.generation
        m.refuse_repetition(idempotency, new.created_at)
        minute = new.owner, minute_of(new.created_at)
        if m.requests[minute] >= allowance.requests_per_minute:
            raise rate_limited(now=new.created_at, limit=allowance.requests_per_minute)
        running = m.slots[new.owner]
        if len(running) >= allowance.in_flight:
            raise in_flight_limit(tuple(running), allowance.in_flight)
        used = m.used[new.owner, new.quota_period]
        if used + new.units > allowance.monthly_images:
            raise quota_exceeded(
                period=new.quota_period,
                limit=allowance.monthly_images,
                used=used,
                requested=new.units,
            )
        if new.id in m.generations:
            raise AlreadyExists("There is a generation of this id already.")
        for move in moves:
            self._check_move(move)
        for upload in consumed:
            m.check_upload(upload, new.created_at)
        if kit is not None:
            m.check_kit(kit)
        m.uploads |= {upload.id: upload for upload in (*consumed, *brought)}
        m.keep_answer(idempotency)
        m.requests[minute] += 1
        running.add(new.id)
        m.move_money(new, "hold", new.units)
        m.generations[new.id] = new
        m.items[new.id] = {item.index: item for item in snapshot.items}
        m.briefs[new.id] = brief
        m.due[new.id] = due_at
        if new_character is not None:
            m.characters[new_character.id] = new_character
        for move in moves:
            self._write_move(move)
        m.variants |= {variant.id: variant for variant in variants}
        if kit is not None:
            m.write_kit(kit)

    @locked
    def keep_token(self, ref: ItemRef, token: str, now: datetime) -> None:
        self.memory.tokens[ref] = token

    @locked
    def token(self, ref: ItemRef) -> str | None:
        return self.memory.tokens.get(ref)

    @locked
    def note_let_go(self, ref: ItemRef, now: datetime) -> Set[int]:
        self.memory.let_go[ref.generation_id].add(ref.index)
        return frozenset(self.memory.let_go[ref.generation_id])

    @locked
    def items(self, refs: Sequence[ItemRef]) -> Mapping[ItemRef, Item]:
        held = {ref: self.memory.items.get(ref.generation_id, {}).get(ref.index) for ref in refs}
        return {ref: item for ref, item in held.items() if item is not None}

    @locked
    def generation(self, generation_id: str) -> Generation | None:
        return self.memory.generations.get(generation_id)

    @locked
    def get(self, generation_id: str) -> Snapshot:
        if generation_id not in self.memory.generations:
            raise NotFound("There is no such generation.")
        return Snapshot(
            generation=self.memory.generations[generation_id],
            items=tuple(self.memory.items[generation_id].values()),
        )

    @locked
    def load(self, generation_id: str) -> tuple[Snapshot, Brief]:
        return self.get(generation_id), self.memory.briefs[generation_id]

    @locked
    def attempt(self, generation_id: str, index: int, number: int) -> Attempt | None:
        return self.memory.attempts.get(generation_id, {}).get((index, number))

    @locked
    def apply(self, move: Move) -> None:
        self._check_move(move)
        self._write_move(move)

    @locked
    def save(self, generation: Generation) -> None:
        self._check(generation, seen=generation.version - 1)
        self.memory.generations[generation.id] = generation

    @locked
    def close(self, closing: Closing) -> None:
        after = closing.after
        self._check(after, seen=after.version - 1)
        self.memory.generations[after.id] = after
        self.memory.slots[after.owner].discard(after.id)
        self.memory.due.pop(after.id, None)
        if closing.released:
            self.memory.move_money(after, "release", -closing.released)

    @locked
    def record_similarity(self, image: StoredImage) -> Item | None:
        assert image.generation_id is not None
        assert image.item_index is not None
        item = self.memory.items.get(image.generation_id, {}).get(image.item_index)
        if item is None or item.image is None or item.image.id != image.id:
            return None
        shown = item.image.model_copy(update={"similarity": image.similarity})
        changes = {"image": shown, "version": item.version + 1}
        after = item.model_copy(update=changes)
        self.memory.items[image.generation_id][item.index] = after
        return after

    @locked
    def complete_late(self, late: LateCompletion) -> None:
        after = late.after
        self._check_move(late.move)
        self._check(after, seen=after.version - 1)
        self._write_move(late.move)
        self.memory.generations[after.id] = after
        if late.recharged:
            name = f"late#{late.move.after.index:02}"
            self.memory.move_money(after, name, late.recharged)
            self.memory.overdraft[after.owner, after.quota_period] += late.recharged

    @locked
    def list_owned(
        self,
        owner: str,
        page: PageRequest,
        *,
        statuses: Sequence[str] = (),
        mode: str | None = None,
        character_id: str | None = None,
    ) -> Page[Generation]:
        open_too = any(status in STAGES for status in statuses)
        found = [
            one
            for one in self.memory.generations.values()
            if one.owner == owner
            and (not statuses or one.status in statuses or (open_too and one.status is None))
            and mode in (None, one.mode)
            and character_id in (None, one.character_id)
        ]
        filters = (owner, "generations", sorted(statuses), mode, character_id)
        return page_of(found, page, filters)

    @locked
    def due(self, now: datetime) -> Iterable[str]:
        # The table keeps milliseconds.
        return [id_ for id_, at in self.memory.due.items() if rfc3339(at) <= rfc3339(now)]

    @locked
    def existing(self, generation_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(generation_ids) & self.memory.generations.keys()

    @locked
    def closed_before(self, moment: datetime) -> Iterable[str]:
        old = (
            (one.id, self.memory.kept_on.get(one.id, one.closed_at))
            for one in self.memory.generations.values()
        )
        return [id_ for id_, at in old if at is not None and rfc3339(at) <= rfc3339(moment)]

    @locked
    def keep_on(self, generation_id: str, since: datetime) -> None:
        generation = self.memory.generations.get(generation_id)
        if generation is not None and generation.closed:
            self.memory.kept_on[generation_id] = since

    @locked
    def mark_due(self, generation_id: str, due_at: datetime) -> None:
        if generation_id in self.memory.due:
            self.memory.due[generation_id] = due_at

    @locked
    def delete(self, snapshot: Snapshot) -> None:
        generation = snapshot.generation
        self._check(generation, seen=generation.version)
        kept = self.memory
        for records in (kept.generations, kept.items, kept.briefs, kept.attempts, kept.due):
            records.pop(generation.id, None)

    def _check(self, generation: Generation, seen: int) -> None:
        winner = self.memory.generations.get(generation.id)
        if winner is None or winner.version != seen:
            raise StaleWrite("another change came first", winner=winner)

    def _check_move(self, move: Move) -> None:
        winner: Item | None = self.memory.items.get(move.after.generation_id, {}).get(
            move.after.index
        )
        if winner is None or winner.version != move.before.version:
            raise StaleWrite("another move came first", winner=winner)
        if move.image is not None:
            self.memory.check_image(move.image)

    def _write_move(self, move: Move) -> None:
        after = move.after
        self.memory.items[after.generation_id][after.index] = after
        if move.attempt is not None:
            key = (move.attempt.index, move.attempt.number)
            self.memory.attempts.setdefault(after.generation_id, {})[key] = move.attempt
        if move.image is not None:
            self.memory.images[move.image.id] = move.image


@dataclass
class FakeOwners:
    memory: Memory

    @locked
    def running(self, owner: str) -> tuple[str, ...]:
        return tuple(sorted(self.memory.slots[owner]))

    @locked
    def images_used(self, owner: str, period: str) -> int:
        return self.memory.used[owner, period]


@dataclass
class FakeAnswers:
    memory: Memory

    @locked
    def find(self, key: IdempotencyKey, now: datetime) -> FirstAnswer | None:
        first = self.memory.first_answer(key, now)
        return None if first is None else first.for_request(key)

    @locked
    def keep(self, key: IdempotencyKey, now: datetime) -> None:
        first = self.memory.first_answer(key, now)
        if first is not None and (first.answer or first.request_hash != key.request_hash):
            raise first.refusal(key)
        self.memory.keep_answer(key)


@dataclass
class TwinAnswers(FakeAnswers):
    """As a request finds them whose twin commits right after it has looked for the first time."""

    looks: int = 0

    def find(self, key: IdempotencyKey, now: datetime) -> FirstAnswer | None:
        self.looks += 1
        return super().find(key, now) if self.looks > 1 else None


@dataclass
class FakeCharacters:
    memory: Memory

    @locked
    def add(self, character: Character, idempotency: IdempotencyKey | None) -> None:
        self.memory.refuse_repetition(idempotency, character.created_at)
        if character.id in self.memory.characters:
            raise AlreadyExists("There is a record of this id already.")
        self.memory.keep_answer(idempotency)
        self.memory.characters[character.id] = character

    @locked
    def get(self, owner: str, character_id: str) -> Character:
        character = self.memory.characters.get(character_id)
        if character is None or character.owner != owner:
            raise NotFound("There is no such character.")
        return character

    @locked
    def save(self, character: Character) -> None:
        self._check(character, seen=character.version - 1)
        self.memory.characters[character.id] = character

    @locked
    def list_owned(self, owner: str, page: PageRequest) -> Page[Character]:
        found = [one for one in self.memory.characters.values() if one.owner == owner]
        return page_of(found, page, (owner, "characters"))

    @locked
    def replace_source(
        self,
        character: Character,
        source: SourceImage,
        *,
        consumed: Upload | None,
        idempotency: IdempotencyKey | None,
    ) -> None:
        self.memory.refuse_repetition(idempotency, source.created_at)
        self._check(character, seen=character.version - 1)
        self.memory.check_image(source.image)
        if consumed is not None:
            self.memory.check_upload(consumed, source.created_at)
            self.memory.uploads[consumed.id] = consumed
        self.memory.keep_answer(idempotency)
        self.memory.characters[character.id] = character
        self.memory.sources.setdefault(character.id, {})[source.version] = source
        self.memory.images[source.image.id] = source.image

    @locked
    def source(self, character_id: str, version: int) -> SourceImage | None:
        return self.memory.sources.get(character_id, {}).get(version)

    @locked
    def record_analysis(self, source: SourceImage, character: Character | None) -> None:
        if self.source(source.character_id, source.version) is None:
            raise StaleWrite("the source image has been deleted")
        if character is not None:
            self._check(character, seen=character.version - 1)
            self.memory.characters[character.id] = character
        self.memory.sources[source.character_id][source.version] = source

    @locked
    def sources(self, character_id: str) -> tuple[SourceImage, ...]:
        return tuple(reversed(self.memory.sources.get(character_id, {}).values()))

    @locked
    def delete(self, character: Character) -> None:
        self._check(character, seen=character.version)
        del self.memory.characters[character.id]
        self.memory.sources.pop(character.id, None)

    def _check(self, character: Character, seen: int) -> None:
        winner = self.memory.characters.get(character.id)
        if winner is None or winner.version != seen:
            raise StaleWrite("the character has changed", winner=winner)
