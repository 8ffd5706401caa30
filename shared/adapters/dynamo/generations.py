"""Generations, their items, attempts and due markers."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from shared.adapters.dynamo import keys, money, uploads
from shared.adapters.dynamo import records as r
from shared.adapters.dynamo.answers import keep_answer
from shared.adapters.dynamo.images import image_write
from shared.adapters.dynamo.keys import Key
from shared.adapters.dynamo.listing import OwnerList
from shared.adapters.dynamo.records import Record
from shared.adapters.dynamo.reference_kits import drawn_kit
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.variants import new_variants
from shared.adapters.dynamo.writes import (
    ABSENT,
    ConditionFailed,
    Write,
    delete,
    put,
    update,
)
from shared.domain.character import Character
from shared.domain.closing import Closing, LateCompletion
from shared.domain.entity import rfc3339
from shared.domain.errors import AlreadyExists, NotFound, StaleWrite
from shared.domain.generation import (
    STAGES,
    Attempt,
    Brief,
    Generation,
    Item,
    ItemRef,
    Snapshot,
)
from shared.domain.idempotency import IdempotencyKey
from shared.domain.images import StoredImage
from shared.domain.page import Page, PageRequest
from shared.domain.quota import Allowance
from shared.domain.reference_kit import ReferenceKit
from shared.domain.transitions import Move
from shared.domain.upload import Upload
from shared.domain.variant import Variant

TOKEN_LIFE: Final = timedelta(days=2)
"""Longer than any execution."""


@dataclass(frozen=True, slots=True)
class DynamoGenerations:
    table: Table

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
        """The order of the writes is the precedence of the refusals."""
        generation = snapshot.generation
        self.table.commit(
            *keep_answer(idempotency, generation.created_at),
            money.count_request(generation, allowance.requests_per_minute),
            money.take_slot(generation, allowance.in_flight),
            money.hold(generation, allowance.monthly_images),
            put(r.generation_record(generation), ABSENT, refused=_exists_already),
            money.entry(generation, "hold", generation.units),
            put(r.brief_record(generation.id, brief)),
            *(put(r.item_record(item)) for item in snapshot.items),
            put(r.due_record(generation.id, due_at)),
            *(
                [put(r.character_record(new_character), ABSENT, refused=_exists_already)]
                if new_character
                else []
            ),
            *(write for move in moves for write in _moved(move)),
            *new_variants(variants),
            *(uploads.consume(upload, generation.created_at) for upload in consumed),
            *(uploads.brought(upload) for upload in brought),
            *([] if kit is None else drawn_kit(kit)),
        )

    def get(self, generation_id: str) -> Snapshot:
        return _snapshot(self._read(generation_id, last=keys.META))

    def load(self, generation_id: str) -> tuple[Snapshot, Brief]:
        records = self._read(generation_id, last=keys.BRIEF)
        if records[-1]["sk"] != keys.BRIEF:
            raise NotFound("There is no such generation.")
        return _snapshot(records[:-1]), r.brief_of(records[-1])

    def attempt(self, generation_id: str, index: int, number: int) -> Attempt | None:
        record = self.table.get(keys.attempt(generation_id, index, number))
        return None if record is None else Attempt.model_validate(record)

    def keep_token(self, ref: ItemRef, token: str, now: datetime) -> None:
        key = keys.token(ref.generation_id, ref.index)
        self.table.commit(put(key | {"token": token, "ttl": int((now + TOKEN_LIFE).timestamp())}))

    def token(self, ref: ItemRef) -> str | None:
        record = self.table.get(keys.token(ref.generation_id, ref.index))
        return None if record is None else str(record["token"])

    def note_let_go(self, ref: ItemRef, now: datetime) -> Set[int]:
        noted = update(
            keys.generation(ref.generation_id, keys.RELEASED),
            "ADD #indexes :index SET #ttl = :ttl",
            values={"index": {f"{ref.index:02}"}, "ttl": int((now + TOKEN_LIFE).timestamp())},
        )
        return frozenset(map(int, self.table.change(noted)["indexes"]))

    def items(self, refs: Sequence[ItemRef]) -> Mapping[ItemRef, Item]:
        records = self.table.get_many(
            keys.item(ref.generation_id, ref.index) for ref in dict.fromkeys(refs)
        )
        return {item.ref: item for item in map(r.item_of, records)}

    def generation(self, generation_id: str) -> Generation | None:
        record = self.table.get(keys.generation(generation_id))
        return None if record is None else r.generation_of(record)

    def apply(self, move: Move) -> None:
        """One write while only the item changes; a transaction when an attempt or an image
        comes with it."""
        self.table.commit(*_moved(move))

    def save(self, generation: Generation) -> None:
        self.table.commit(_successor(generation))

    def close(self, closing: Closing) -> None:
        """The condition on the generation's version lets one of those who try through."""
        generation = closing.after
        assert generation.closed_at is not None, "it is closed just now"
        self.table.commit(
            _successor(generation),
            money.free_slot(generation),
            *money.release(closing),
            put(r.closed_record(generation.id, generation.closed_at)),
        )

    def record_similarity(self, image: StoredImage) -> Item | None:
        """Beside the moves: it changes no status. Those who hold the version before read again."""
        assert image.generation_id is not None, "it is an item's image"
        assert image.item_index is not None, "it is an item's image"
        write = update(
            keys.item(image.generation_id, image.item_index),
            "SET #image.#similarity = :similarity, #version = #version + :one",
            "#image.#id = :id",
            values={
                "id": image.id,
                "one": 1,
                "similarity": r.analysis_fields(image)["similarity"],
            },
        )
        try:
            return r.item_of(self.table.change(write))
        except ConditionFailed:
            return None

    def complete_late(self, late: LateCompletion) -> None:
        """The slot is not touched: it may belong to another generation by now."""
        self.table.commit(*_moved(late.move), _successor(late.after), *money.recharge(late))

    def list_owned(
        self,
        owner: str,
        page: PageRequest,
        *,
        statuses: Sequence[str] = (),
        mode: str | None = None,
        character_id: str | None = None,
    ) -> Page[Generation]:
        conditions, values = _with_status(statuses)
        if mode is not None:
            conditions.append("#mode = :mode")
            values["mode"] = str(mode)
        if character_id is not None:
            conditions.append("#character_id = :character")
            values["character"] = character_id
        wanted = OwnerList(owner, keys.GENERATIONS, tuple(conditions), values)
        records, cursor = wanted.read(self.table, page)
        return Page(data=tuple(map(r.generation_of, records)), next_cursor=cursor)

    def due(self, now: datetime) -> Iterator[str]:
        return self._marked(keys.due_shard, now)

    def existing(self, generation_ids: Sequence[str]) -> frozenset[str]:
        records = self.table.get_many(
            keys.generation(name) for name in dict.fromkeys(generation_ids)
        )
        return frozenset(keys.generation_id(record["pk"]) for record in records)

    def closed_before(self, moment: datetime) -> Iterator[str]:
        return self._marked(keys.closed_shard, moment)

    def _marked(self, shard: Callable[[int], str], until: datetime) -> Iterator[str]:
        for number in range(keys.DUE_SHARDS):
            values = {"shard": shard(number), "until": rfc3339(until)}
            condition = "#due_shard = :shard AND #due_at <= :until"
            for record in self.table.query(condition, values, index=keys.DUE_INDEX):
                yield keys.generation_id(record["pk"])

    def mark_due(self, generation_id: str, due_at: datetime) -> None:
        self._move_marker(generation_id, keys.due(generation_id, due_at))

    def keep_on(self, generation_id: str, since: datetime) -> None:
        self._move_marker(generation_id, keys.closed(generation_id, since))

    def _move_marker(self, generation_id: str, marker: Key) -> None:
        """Of what is in that state still."""
        write = update(
            keys.generation(generation_id, keys.DUE),
            "SET #due_at = :due_at",
            "#due_shard = :due_shard",
            values=marker,
        )
        with contextlib.suppress(ConditionFailed):
            self.table.commit(write)

    def delete(self, snapshot: Snapshot) -> None:
        """What is shown goes last and at once: a crash before leaves a generation that can be
        deleted again, never half of one."""
        generation = snapshot.generation
        last = keys.generation(generation.id, "~")
        partition = self.table.between(keys.generation(generation.id, "!"), last)
        shown = [keys.item(generation.id, item.index) for item in snapshot.items]
        shown.append(keys.generation(generation.id))
        rest = [key for record in partition if (key := _key(record)) not in shown]
        self.table.delete_many(rest)
        self.table.commit(_forgotten(generation), *map(delete, shown[:-1]))

    def _read(self, generation_id: str, last: str) -> list[Record]:
        records = self.table.between(
            keys.generation(generation_id, keys.FIRST_ITEM), keys.generation(generation_id, last)
        )
        if not any(record["sk"] == keys.META for record in records):
            raise NotFound("There is no such generation.")
        return records


def _snapshot(records: Sequence[Record]) -> Snapshot:
    *items, generation = records
    return Snapshot(
        generation=r.generation_of(generation), items=tuple(r.item_of(item) for item in items)
    )


def _moved(move: Move) -> list[Write]:
    item = put(
        r.item_record(move.after),
        "#version = :seen",
        values={"seen": move.before.version},
        refused=_stale_item,
    )
    writes = [item]
    if move.attempt is not None:
        writes.append(put(r.attempt_record(move.attempt)))
    if move.image is not None:
        writes.append(image_write(move.image))
    return writes


def _successor(generation: Generation) -> Write:
    return put(
        r.generation_record(generation),
        "#version = :seen",
        values={"seen": generation.version - 1},
        refused=_stale_generation,
    )


def _forgotten(generation: Generation) -> Write:
    return delete(
        keys.generation(generation.id),
        "#version = :seen",
        values={"seen": generation.version},
        refused=_stale_generation,
    )


def _stale_item(record: Record | None) -> StaleWrite:
    winner = None if record is None else r.item_of(record)
    return StaleWrite("another move of this item came first", winner=winner)


def _stale_generation(record: Record | None) -> StaleWrite:
    winner = None if record is None else r.generation_of(record)
    return StaleWrite("another change of this generation came first", winner=winner)


def _exists_already(record: Record | None) -> AlreadyExists:
    return AlreadyExists("There is a generation of this id already.")


def _key(record: Record) -> Key:
    return {"pk": record["pk"], "sk": record["sk"]}


def _with_status(statuses: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    """Open generations have no status of their own yet, so any stage stands for all of them."""
    if not statuses:
        return [], {}
    values = {f"status_{number}": str(status) for number, status in enumerate(statuses)}
    condition = f"#status IN ({', '.join(f':{name}' for name in values)})"
    if any(status in STAGES for status in statuses):
        condition = f"({condition} OR attribute_not_exists(#status))"
    return [condition], values
