"""One seed, one schedule: a small workload, a temper, a run, a rest, and the checks."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from random import Random

from tests.simulation import temper
from tests.simulation.at_rest import AtRest
from tests.simulation.handlers.clients import Handlers
from tests.simulation.handlers.moving import REAL, Rules
from tests.simulation.invariants import Broken, Invariants
from tests.simulation.provider import Provider
from tests.simulation.queues import Queues
from tests.simulation.runner import Runner
from tests.simulation.workload import a_workload
from tests.simulation.world import World

_ROUGH_STEPS = 260
_REST_STEPS = 6000
_CHOOSY = 0.3


@dataclass(frozen=True, slots=True)
class Subject:
    """What is put to the proof; a mutant replaces a part of it."""

    rules: Rules = REAL
    handlers: type[Handlers] = Handlers
    world: type[World] = World


LIKENESS = Subject()


@dataclass(slots=True)
class Schedule:
    """A run that can be told of. `trace` fills when asked for."""

    seed: int
    fair: bool
    subject: Subject = LIKENESS
    trace: list[str] | None = None

    def run(self) -> Runner:
        """Raises Broken when an invariant does not hold."""
        rng = Random(self.seed * 2 + self.fair)
        scores = Random(f"scores of {self.seed}")
        choosy = scores.random() < _CHOOSY
        mood = temper.fair(rng) if self.fair else temper.unfair(rng)
        if choosy and not self.fair:
            mood = temper.choosy(scores, mood)
        runner, invariants = self._prepare(rng, mood, scores if choosy else None)
        quiet_since = self._run(runner)
        faults = runner.faults + sum(provider.faults for provider in invariants.providers)
        rest = AtRest(runner.handlers.world, invariants, faults, quiet_since)
        rest.check()
        if self.fair:
            rest.all_completed(runner.crashes)
        return runner

    def _run(self, runner: Runner) -> datetime:
        if not self.fair:
            runner.run(_ROUGH_STEPS)
            runner.calm_down()
        quiet_since = runner.now
        runner.run(_REST_STEPS)
        if not runner.handlers.queues.empty() or runner.step():
            raise Broken("the world does not come to rest")
        return quiet_since

    def _prepare(
        self, rng: Random, mood: temper.Temper, scores: Random | None
    ) -> tuple[Runner, Invariants]:
        """In some schedules images must score: `scores` has the chances of that alone, so that
        the others are what they are without."""
        invariants = Invariants(trace=self.trace)
        now = datetime(2026, 11, 30, 23, rng.choice((0, 59)), 30, tzinfo=UTC)
        world = self.subject.world(now=now, watch=invariants)
        world.cap, world.monthly = rng.choice((1, 2)), rng.choice((3, 50))
        for calls_back in (False, True):
            provider = Provider(calls_back, rng, mood, lambda _: None)
            provider.called = partial(invariants.called, world, provider)
            invariants.providers.append(provider)
        providers = {each.name: each for each in invariants.providers}
        queues = Queues(world.analysis)
        handlers = self.subject.handlers(world, queues, providers, rng, rules=self.subject.rules)
        actions = a_workload(rng, mood, handlers, scores)
        runner = Runner(handlers, rng, mood, trace=self.trace, actions=actions, in_order=self.fair)
        return runner, invariants
