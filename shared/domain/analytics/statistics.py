"""What the sums say: costs by group, how jobs fared, how long the queue will take."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.domain.analytics.tallies import time_of
from shared.domain.entity import Entity, Timestamp
from shared.domain.generation import Lane, Status
from shared.domain.ids import created_at
from shared.domain.limits import LANE_CONCURRENCY

_ENDS: Final = (Status.COMPLETED, Status.FAILED, Status.CANCELLED)


class CostSum(Entity):
    """Micro-USD of everything with the same `key`; of models `count` is images, else jobs."""

    key: str
    count: int
    estimated: int
    actual: int


class Jobs(Entity):
    """How many ended so, and how long they took on average; None of none."""

    status: Status
    count: int
    mean_ms: int | None


class Statistics(Entity):
    """Of the jobs that ended, and the images that did, in the hours asked about."""

    jobs: tuple[Jobs, ...]
    images: int
    failed: int
    failures: Mapping[str, int]
    first_image_p50_ms: int | None
    first_image_p95_ms: int | None
    measured: int
    consistent: int

    @property
    def consistent_share(self) -> float | None:
        """Of the images that were measured; None when none was."""
        return self.consistent / self.measured if self.measured else None

    @property
    def success_rate(self) -> float | None:
        """Of images, 0 to 1; None when none has ended."""
        ended = self.images + self.failed
        return self.images / ended if ended else None

    @property
    def failure_rates(self) -> Mapping[str, float]:
        """By code, of all images that ended."""
        ended = self.images + self.failed
        return {code: count / ended for code, count in self.failures.items()}


class Stored(Entity):
    """What an owner has: originals of live images."""

    images: int = 0
    bytes: int = 0


class LaneNow(Entity):
    """Generations of one lane that wait and that are being drawn, oldest first."""

    lane: Lane
    waiting: tuple[str, ...]
    running: tuple[str, ...]
    mean_ms: int | None

    def oldest_age(self, now: datetime) -> timedelta | None:
        return now - created_at(self.waiting[0]) if self.waiting else None

    def position(self, generation_id: str) -> int | None:
        """1 is the next; None when it does not wait here."""
        if generation_id not in self.waiting:
            return None
        return self.waiting.index(generation_id) + 1

    def eta(self, position: int) -> timedelta | None:
        """Until it has ended, by how long recent ones took: as many are drawn side by side as the
        lane has workers. None without any recent one."""
        if self.mean_ms is None:
            return None
        rounds = (len(self.running) + position - 1) // LANE_CONCURRENCY[self.lane]
        return timedelta(milliseconds=self.mean_ms * (rounds + 1))


class OwnPlace(Entity):
    """A waiting generation of the owner; `ends_at` is an estimate."""

    generation_id: str
    position: int
    ends_at: Timestamp | None


def statistics_of(hours: Iterable[Mapping[str, int]]) -> Statistics:
    sums: Counter[str] = Counter()
    for hour in hours:
        sums.update(hour)
    waited = _with_prefix(sums, "first_")
    times = {time_of(int(bucket)): count for bucket, count in waited.items() if count > 0}
    return Statistics(
        jobs=tuple(_jobs(sums, status) for status in _ENDS),
        images=sums["images"],
        failed=sums["failed"],
        failures={code: n for code, n in sorted(_with_prefix(sums, "code_").items()) if n > 0},
        first_image_p50_ms=_percentile(times, 0.50),
        first_image_p95_ms=_percentile(times, 0.95),
        measured=sums["measured"],
        consistent=sums["consistent"],
    )


def costs_by_day(hours: Iterable[tuple[str, Mapping[str, int]]]) -> list[CostSum]:
    """From hours by name (`2026-03-14T15`), the latest day first."""
    days: dict[str, Counter[str]] = {}
    for hour, sums in hours:
        days.setdefault(hour[:10], Counter()).update(sums)
    return [
        CostSum(key=day, count=sums["count"], estimated=sums["estimated"], actual=sums["actual"])
        for day, sums in sorted(days.items(), reverse=True)
        if sums["count"]
    ]


def mean_ms(sums: Sequence[Mapping[str, int]]) -> int | None:
    """Of the jobs of a lane in some hours."""
    jobs = sum(each.get("jobs", 0) for each in sums)
    return round(sum(each.get("ms", 0) for each in sums) / jobs) if jobs else None


def _jobs(sums: Mapping[str, int], status: Status) -> Jobs:
    count = sums[f"jobs_{status}"]
    mean = round(sums[f"ms_{status}"] / count) if count else None
    return Jobs(status=status, count=count, mean_ms=mean)


def _with_prefix(sums: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix): amount
        for name, amount in sums.items()
        if name.startswith(prefix)
    }


def _percentile(times: Mapping[int, int], share: float) -> int | None:
    """The least time within which at least `share` of all were there."""
    total, seen = sum(times.values()), 0
    for time in sorted(times):
        seen += times[time]
        if seen >= share * total:
            return time
    return None
