"""What changed in the table becomes sums, events for those outside, pictures to be looked at for
faces, and variants that follow their items."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from shared.domain.analytics.analyses import analyses_of
from shared.domain.analytics.changes import Change
from shared.domain.analytics.events import AnalyticsEvent, EventName, events_of
from shared.domain.analytics.tallies import SPEND, Counted, Row, counted
from shared.domain.ports import AnalysisQueue, Clock, EventBus, Rollups
from shared.services.follow_variants import FollowVariants

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class RecordChanges:
    """Sums first, then events, then analyses: whoever crashes in between is told the same changes
    again, and then the sums know what they hold, the events have the ids they had, and a picture
    is not looked at twice."""

    rollups: Rollups
    bus: EventBus
    analyses: AnalysisQueue
    follow_variants: FollowVariants
    measure: Callable[[str, int], None]
    clock: Clock
    daily_threshold_micro_usd: int
    """0: nobody is told."""

    def __call__(self, *, changes: Sequence[Change]) -> None:
        """Raises Unavailable; then all of them are told again."""
        sums = [each for change in changes if (each := counted(change)) is not None]
        added = self.rollups.add(sums)
        self.bus.send([event for change in changes for event in events_of(change)])
        self.analyses.send(analyses_of(changes))
        self.follow_variants(changes=changes)
        if spent := _spent(added):
            self.measure("spend_micro_usd", spent.total())
        if self.daily_threshold_micro_usd:
            for row in _spent(sums):
                self._tell_once(row)

    def _tell_once(self, day: Row) -> None:
        """Told before it is marked: rather twice, with the same id, than never."""
        so_far = self.rollups.spent(day)
        if so_far.crossed or so_far.micro_usd < self.daily_threshold_micro_usd:
            return
        now = self.clock()
        self.bus.send([self._crossed(day, so_far.micro_usd, now)])
        self.rollups.mark_crossed(day, now)

    def _crossed(self, day: Row, micro_usd: int, now: datetime) -> AnalyticsEvent:
        name = EventName.SPEND_THRESHOLD_CROSSED
        return AnalyticsEvent(
            name=name,
            event_id=sha256(f"{day.name}|{name}".encode()).hexdigest()[:32],
            owner=None,
            generation_id=None,
            occurred_at=now,
            sequence="0",
            properties={
                "day": day.name.removeprefix(SPEND),
                "spent_usd": micro_usd / _MILLION,
                "threshold_usd": self.daily_threshold_micro_usd / _MILLION,
            },
        )


def _spent(sums: Sequence[Counted]) -> Counter[Row]:
    """Micro-USD by day."""
    spent: Counter[Row] = Counter()
    for each in sums:
        spent += Counter({r: n["micro_usd"] for r, n in each.tallies.items() if r.is_spend})
    return spent
