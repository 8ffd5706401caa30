"""Runs many schedules and reports the first that breaks an invariant."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.simulation.invariants import Broken
from tests.simulation.schedule import LIKENESS, Schedule, Subject

# The planted bug that hides best shows in the 609th schedule, unfair and fair ones in turn.
# `poe simulate` runs 100,000 and 20,000.
CI_UNFAIR = 1_200
CI_FAIR = 400


@dataclass(slots=True)
class Tally:
    """What was run."""

    schedules: int = 0
    steps: int = 0
    crashes: int = 0
    late: int = 0

    def __iadd__(self, other: "Tally") -> "Tally":
        self.schedules += other.schedules
        self.steps += other.steps
        self.crashes += other.crashes
        self.late += other.late
        return self


class Found(AssertionError):
    """A schedule in which an invariant does not hold, and how to see it again."""


def _found(schedule: Schedule, why: Broken) -> Found:
    kind = "fair" if schedule.fair else "unfair"
    seen = f"python -m tests.simulation --{kind} 1 --first {schedule.seed} --trace"
    return Found(f"{why}: {seen}")


def prove(seeds: Iterable[int], *, fair: bool, subject: Subject = LIKENESS) -> Tally:
    """Raises Found at the first broken invariant."""
    tally = Tally()
    for seed in seeds:
        schedule = Schedule(seed, fair, subject)
        try:
            runner = schedule.run()
        except Broken as broken:
            raise _found(schedule, broken) from broken
        late = sum(kind.startswith("late") for _, kind in runner.handlers.world.ledger)
        tally += Tally(1, runner.steps, runner.crashes, late)
    return tally


def first_caught(subject: Subject, most: int) -> int | None:
    """After how many schedules a planted bug shows; any failure of a handler counts."""
    for number, (seed, fair) in enumerate(_alternating(most), start=1):
        try:
            Schedule(seed, fair, subject).run()
        except (AssertionError, LookupError):
            return number
    return None


def _alternating(most: int) -> Iterator[tuple[int, bool]]:
    for seed in range(most):
        yield seed, False
        if seed < CI_FAIR:
            yield seed, True
