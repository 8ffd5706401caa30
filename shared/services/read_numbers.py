"""What an owner has used, spent and got; and what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.analytics.statistics import (
    CostSum,
    LaneNow,
    OwnPlace,
    Statistics,
    Stored,
    statistics_of,
)
from shared.domain.analytics.tallies import CostGroup
from shared.domain.entity import Entity
from shared.domain.generation import Lane
from shared.domain.ports import Clock, Limits, Owners, Rollups
from shared.domain.quota import Allowance, period_of, resets_at
from shared.domain.request import Owner


class Usage(Entity):
    """Of the running month, and what is there now."""

    period: str
    allowance: Allowance
    images_used: int
    resets_at: datetime
    running: tuple[str, ...]
    stored: Stored


class Queue(Entity):
    """Both lanes, and the owner's generations that wait."""

    lanes: tuple[LaneNow, ...]
    own: tuple[OwnPlace, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class ReadUsage:
    owners: Owners
    rollups: Rollups
    limits: Limits
    clock: Clock

    def __call__(self, *, owner: Owner) -> Usage:
        period = period_of(self.clock())
        return Usage(
            period=period,
            allowance=self.limits.of(owner.plan),
            images_used=self.owners.images_used(owner.id, period),
            resets_at=resets_at(period),
            running=self.owners.running(owner.id),
            stored=self.rollups.stored(owner.id),
        )


@dataclass(frozen=True, slots=True)
class ReadCosts:
    rollups: Rollups

    def __call__(self, *, owner: str, group: CostGroup) -> Sequence[CostSum]:
        return self.rollups.costs(owner, group)


@dataclass(frozen=True, slots=True)
class ReadStatistics:
    rollups: Rollups
    clock: Clock

    def __call__(self, *, owner: str, hours: int) -> tuple[Statistics, Stored]:
        """Of whole clock hours, the running one included."""
        since = self.clock() - timedelta(hours=hours - 1)
        return statistics_of(self.rollups.hours(owner, since)), self.rollups.stored(owner)


@dataclass(frozen=True, slots=True)
class ReadQueue:
    owners: Owners
    rollups: Rollups
    clock: Clock

    def __call__(self, *, owner: str) -> Queue:
        now = self.clock()
        lanes = tuple(self.rollups.lane(lane, now) for lane in Lane)
        running = self.owners.running(owner)
        places = [_place(lane, each, now) for lane in lanes for each in running]
        own = sorted((one for one in places if one), key=lambda one: one.position)
        return Queue(lanes=lanes, own=tuple(own), read_at=now)


def _place(lane: LaneNow, generation_id: str, now: datetime) -> OwnPlace | None:
    position = lane.position(generation_id)
    if position is None:
        return None
    wait = lane.eta(position)
    return OwnPlace(
        generation_id=generation_id,
        position=position,
        ends_at=None if wait is None else now + wait,
    )
