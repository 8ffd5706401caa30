"""Sums in memory, and a bus that remembers."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from shared.domain.analytics.events import AnalyticsEvent
from shared.domain.analytics.statistics import CostSum, LaneNow, Stored, costs_by_day, mean_ms
from shared.domain.analytics.tallies import (
    HOUR,
    STORED,
    CostGroup,
    Counted,
    DaySpend,
    LaneState,
    Row,
    hour_row,
    lane_row,
)
from shared.domain.errors import Unavailable
from shared.domain.generation import Lane


@dataclass
class FakeRollups:
    sums: dict[Row, Counter[str]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    lanes: dict[str, tuple[Lane, LaneState]] = field(default_factory=dict)
    crossed: set[Row] = field(default_factory=set)

    def add(self, counted: Sequence[Counted]) -> list[Counted]:
        added = []
        for each in counted:
            if each.change_id in self.known:
                continue
            self.known.add(each.change_id)
            added.append(each)
            for row, amounts in each.tallies.items():
                self.sums.setdefault(row, Counter()).update(amounts)
            if move := each.move:
                self.lanes.pop(move.generation_id, None)
                if move.to is not None:
                    self.lanes[move.generation_id] = (move.lane, move.to)
        return added

    def spent(self, day: Row) -> DaySpend:
        return DaySpend(self.sums.get(day, Counter())["micro_usd"], day in self.crossed)

    def mark_crossed(self, day: Row, now: datetime) -> None:
        self.crossed.add(day)

    def costs(self, owner: str, group: CostGroup) -> list[CostSum]:
        own = {row.name: sums for row, sums in self.sums.items() if row.owner == owner}
        if group is CostGroup.DAY:
            return costs_by_day(
                (name.removeprefix(HOUR), sums)
                for name, sums in own.items()
                if name.startswith(HOUR)
            )
        prefix = f"COST#{group}#"
        return [
            CostSum(
                key=name.removeprefix(prefix),
                count=sums["count"],
                estimated=sums["estimated"],
                actual=sums["actual"],
            )
            for name, sums in sorted(own.items())
            if name.startswith(prefix)
        ]

    def hours(self, owner: str, since: datetime) -> list[Mapping[str, int]]:
        first = hour_row(owner, since).name
        return [
            sums
            for row, sums in self.sums.items()
            if row.owner == owner and row.name.startswith("HOUR#") and row.name >= first
        ]

    def stored(self, owner: str) -> Stored:
        sums = self.sums.get(Row(owner, STORED), Counter())
        return Stored(images=sums["images"], bytes=sums["bytes"])

    def lane(self, lane: Lane, now: datetime) -> LaneNow:
        def those(state: LaneState) -> tuple[str, ...]:
            return tuple(sorted(n for n, at in self.lanes.items() if at == (lane, state)))

        recent = [lane_row(lane, now - timedelta(hours=ago)) for ago in range(24)]
        return LaneNow(
            lane=lane,
            waiting=those(LaneState.WAITING),
            running=those(LaneState.RUNNING),
            mean_ms=mean_ms([self.sums.get(row, Counter()) for row in recent]),
        )


@dataclass
class FakeBus:
    out_of_reach: int = 0
    sent: list[AnalyticsEvent] = field(default_factory=list)
    measured: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    OUT_OF_REACH: ClassVar = Unavailable

    def send(self, events: Sequence[AnalyticsEvent]) -> None:
        if self.out_of_reach:
            self.out_of_reach -= 1
            raise self.OUT_OF_REACH("The event bus is out of reach.")
        self.sent += events

    def measure(self, name: str, value: int) -> None:
        self.measured[name].append(value)
