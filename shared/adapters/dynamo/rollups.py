"""Sums in the table: added to, never written, and each change only once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.records import Record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.writes import ABSENT, Write, delete, put, update
from shared.domain.analytics.statistics import CostSum, LaneNow, Stored, costs_by_day, mean_ms
from shared.domain.analytics.tallies import (
    HOUR,
    STORED,
    CostGroup,
    Counted,
    DaySpend,
    LaneMove,
    LaneState,
    Row,
    hour_row,
    lane_row,
)
from shared.domain.entity import rfc3339
from shared.domain.generation import Lane
from shared.domain.ports import Clock

_MOST_WRITES: Final = 90
"""Of the hundred that a transaction takes."""
_REMEMBERED: Final = timedelta(days=7)
"""A stream keeps its records for one day; a failed batch is sent again within it."""
_IN_LANE: Final = timedelta(hours=3)
"""Longer than anything waits or runs; a row that was forgotten is not shown for ever."""
_SHOWN_COSTS: Final = 1000
_DAYS_SHOWN: Final = timedelta(days=90)


class _CountedBefore(Exception):
    """Some change of the transaction is in the sums already."""


@dataclass(frozen=True, slots=True)
class DynamoRollups:
    table: Table
    clock: Clock

    def add(self, counted: Sequence[Counted]) -> list[Counted]:
        # A transaction has one note of a change, though a batch may tell of it twice.
        once = {each.change_id: each for each in counted}
        added: list[Counted] = []
        for some in _transactions(once.values()):
            try:
                self._commit(some)
                added += some
            except _CountedBefore:
                new = self._uncounted(some)
                self._commit(new)
                added += new
        return added

    def _commit(self, counted: Sequence[Counted]) -> None:
        if counted:
            self.table.commit(*_writes(counted, self.clock()))

    def _uncounted(self, counted: Sequence[Counted]) -> list[Counted]:
        known = self.table.get_many(keys.dedup(each.change_id) for each in counted)
        seen = {record["pk"] for record in known}
        return [each for each in counted if keys.dedup(each.change_id)["pk"] not in seen]

    def spent(self, day: Row) -> DaySpend:
        sums = self.table.get(_key(day)) or {}
        return DaySpend(micro_usd=int(sums.get("micro_usd", 0)), crossed="crossed" in sums)

    def mark_crossed(self, day: Row, now: datetime) -> None:
        self.table.commit(update(_key(day), "SET #crossed = :now", values={"now": rfc3339(now)}))

    def costs(self, owner: str, group: CostGroup) -> list[CostSum]:
        """At most a thousand; of days the last ninety."""
        if group is CostGroup.DAY:
            records = self._hours(owner, self.clock() - _DAYS_SHOWN)
            return costs_by_day(
                (record["sk"].removeprefix(HOUR), _all_sums(record)) for record in records
            )
        prefix = keys.rollup(owner, f"COST#{group}#")
        records = self.table.query("#pk = :pk AND begins_with(#sk, :sk)", prefix)
        return [
            CostSum(key=record["sk"].removeprefix(prefix["sk"]), **_sums(record, _OF_COSTS))
            for record, _ in zip(records, range(_SHOWN_COSTS), strict=False)
        ]

    def hours(self, owner: str, since: datetime) -> list[Mapping[str, int]]:
        return [_all_sums(record) for record in self._hours(owner, since)]

    def _hours(self, owner: str, since: datetime) -> Iterator[Record]:
        first, last = _key(hour_row(owner, since)), keys.rollup(owner, f"{HOUR}~")
        yield from self.table.between(first, last)

    def stored(self, owner: str) -> Stored:
        record = self.table.get(keys.rollup(owner, STORED)) or {}
        return Stored(**_sums(record, ("images", "bytes")))

    def lane(self, lane: Lane, now: datetime) -> LaneNow:
        # As late as the sums are anyway: half the price of a consistent read.
        rows = self.table.query("#pk = :pk", {"pk": keys.lane_partition(lane)})
        there = [row for row in rows if row["ttl"] > now.timestamp()]
        recent = [_key(lane_row(lane, now - timedelta(hours=ago))) for ago in range(24)]
        return LaneNow(
            lane=lane,
            waiting=_in(there, LaneState.WAITING),
            running=_in(there, LaneState.RUNNING),
            mean_ms=mean_ms([_all_sums(record) for record in self.table.get_many(recent)]),
        )


_OF_COSTS: Final = ("count", "estimated", "actual")


def _key(row: Row) -> keys.Key:
    return keys.rollup(row.owner, row.name)


def _transactions(counted: Iterable[Counted]) -> Iterator[list[Counted]]:
    """As many changes at once as a transaction has room for: their sums fall together."""
    some: list[Counted] = []
    written: set[object] = set()
    for each in counted:
        if len(written | _written(each)) > _MOST_WRITES:
            yield some
            some, written = [], set()
        some.append(each)
        written |= _written(each)
    if some:
        yield some


def _written(counted: Counted) -> set[object]:
    """What names the records that a change writes."""
    moved = set() if counted.move is None else {counted.move.generation_id}
    return {counted.change_id, *counted.tallies, *moved}


def _writes(counted: Sequence[Counted], now: datetime) -> list[Write]:
    sums: dict[Row, Counter[str]] = {}
    moves: dict[str, LaneMove] = {}
    for each in counted:
        for row, amounts in each.tallies.items():
            # Not `+=`, which drops what falls below zero.
            sums.setdefault(row, Counter()).update(amounts)
        if each.move is not None:
            moves[each.move.generation_id] = each.move
    return [
        *(_remember(each, now) for each in counted),
        *(_add(row, amounts) for row, amounts in sums.items() if any(amounts.values())),
        *(_move(move, now) for move in moves.values()),
    ]


def _remember(counted: Counted, now: datetime) -> Write:
    def before(_: Record | None) -> Exception:
        return _CountedBefore(counted.change_id)

    ttl = int((now + _REMEMBERED).timestamp())
    return put(keys.dedup(counted.change_id) | {"ttl": ttl}, ABSENT, refused=before)


def _add(row: Row, amounts: Mapping[str, int]) -> Write:
    given = {name: amount for name, amount in amounts.items() if amount}
    return update(_key(row), "ADD " + ", ".join(f"#{name} :{name}" for name in given), values=given)


def _move(move: LaneMove, now: datetime) -> Write:
    key = keys.lane(move.lane, move.generation_id)
    if move.to is None:
        return delete(key)
    ttl = int((now + _IN_LANE).timestamp())
    return put(key | {"state": str(move.to), "ttl": ttl})


def _in(rows: Sequence[Record], state: LaneState) -> tuple[str, ...]:
    return tuple(row["sk"] for row in rows if row["state"] == state)


def _sums(record: Record, names: Sequence[str]) -> dict[str, int]:
    return {name: int(record.get(name, 0)) for name in names}


def _all_sums(record: Record) -> dict[str, int]:
    return {name: int(value) for name, value in record.items() if name not in ("pk", "sk")}
