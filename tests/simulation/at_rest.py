"""What must hold when faults have stopped, the sweeper has run and all windows are past."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.generation import Item, Status
from shared.domain.limits import LEASE, MAX_ATTEMPTS, TIMEOUT_GRACE
from tests.simulation.invariants import Invariants, must
from tests.simulation.provider import PRICE
from tests.simulation.world import Record, World

_MARKER_LAG = LEASE + timedelta(minutes=3)
"""A marker may just have been moved to the end of a lease; then a sweep, and a look."""
_HEALTHY = timedelta(minutes=3)
"""95 s until a slow provider answers the call, 45 s until it is asked, and some."""


@dataclass(slots=True)
class AtRest:
    """`faults` is all that went wrong, `quiet_since` when that stopped."""

    world: World
    invariants: Invariants
    faults: int
    quiet_since: datetime

    def check(self) -> None:
        for record in self.world.records.values():
            must(record.generation.closed, "every generation is closed in the end")
            self.invariants.counted(self.world, record)
            for item in record.items:
                self._in_time(item)
                self._paid(record, item)

    def all_completed(self, crashes: int) -> None:
        """What a fair world owes. Without a crash a lost callback costs a minute."""
        for record in self.world.records.values():
            for item in record.items:
                must(item.status is Status.COMPLETED, "everything completes in a fair world")
                must(not item.late, "and in time")
                assert item.completed_at is not None
                assert item.started_at is not None
                took = item.completed_at - item.started_at
                smooth = crashes == 0 and item.calls == 1
                must(not smooth or took <= _HEALTHY, "and soon when nothing crashes")

    def _in_time(self, item: Item) -> None:
        if item.deadline is None:
            return
        ended_at = self.invariants.ended_at[item.generation_id, item.index]
        latest = max(item.deadline + TIMEOUT_GRACE, self.quiet_since) + _MARKER_LAG
        must(ended_at <= latest, "every item ends by its deadline, grace and a sweep")

    def _paid(self, record: Record, item: Item) -> None:
        name = record.brief.request.provider
        provider = next(each for each in self.invariants.providers if each.name is name)
        paid = len(provider.of(item.generation_id, item.index))
        draws = 1 + len(item.draws)
        must(item.calls <= draws + self.faults, "one claim a draw, and one more for each fault")
        most = min(item.calls, draws * MAX_ATTEMPTS)
        must(paid <= most, "one paid call for each claim at most")
        cost = sum(
            attempt.cost_micro_usd
            for (index, _), attempt in record.attempts.items()
            if index == item.index
        )
        must(item.cost_micro_usd == cost, "an item costs what its attempts cost")
        must(cost <= PRICE * paid, "nothing costs more than was paid")
