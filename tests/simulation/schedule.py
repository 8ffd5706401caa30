"""One seed, one schedule: a small workload, a temper, a run, a rest, and the checks."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from shared.domain.generation import Brief, Dispatch, Generation, Item, Snapshot
from shared.domain.quota import period_of
from shared.domain.request import (
    Effective,
    GenerationRequest,
    Mode,
    Plan,
    ProviderName,
    Reach,
)
from tests.simulation import temper
from tests.simulation.at_rest import AtRest
from tests.simulation.handlers.clients import Handlers
from tests.simulation.handlers.moving import Rules
from tests.simulation.invariants import Broken, Invariants
from tests.simulation.provider import Provider
from tests.simulation.queues import Queues
from tests.simulation.runner import Action, Runner
from tests.simulation.world import World

_ROUGH_STEPS = 260
_REST_STEPS = 6000
_EFFECTIVE = Effective(seed=Reach.NATIVE, size=Reach.NATIVE)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is put to the proof; a mutant replaces a part of it."""

    rules: Rules = Rules()
    handlers: type[Handlers] = Handlers
    world: type[World] = World


@dataclass(slots=True)
class Schedule:
    """A run that can be told of. `trace` fills when asked for."""

    seed: int
    fair: bool
    subject: Subject = Subject()
    trace: list[str] | None = None

    def run(self) -> Runner:
        """Raises Broken when an invariant does not hold."""
        rng = Random(self.seed * 2 + self.fair)
        mood = temper.fair() if self.fair else temper.unfair(rng)
        runner, invariants = self._prepare(rng, mood)
        quiet_since = self._run(runner)
        faults = runner.faults + sum(provider.faults for provider in invariants.providers)
        rest = AtRest(runner.handlers.world, invariants, faults, quiet_since)
        rest.check()
        if self.fair:
            rest.all_completed()
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

    def _prepare(self, rng: Random, mood: temper.Temper) -> tuple[Runner, Invariants]:
        invariants = Invariants(trace=self.trace)
        now = datetime(2026, 11, 30, 23, rng.choice((0, 59)), 30, tzinfo=UTC)
        world = self.subject.world(now=now, watch=invariants)
        world.cap, world.monthly = rng.choice((1, 2)), rng.choice((3, 50))
        for calls_back in (False, True):
            provider = Provider(calls_back, rng, mood, lambda _: None)
            provider.called = partial(invariants.called, world, provider)
            invariants.providers.append(provider)
        providers = {each.name: each for each in invariants.providers}
        handlers = self.subject.handlers(
            world, Queues(), providers, rng, rules=self.subject.rules
        )
        actions = list(_workload(rng, mood, handlers))
        runner = Runner(handlers, rng, mood, actions, in_order=self.fair, trace=self.trace)
        return runner, invariants


def _workload(rng: Random, mood: temper.Temper, handlers: Handlers) -> list[Action]:
    actions = []
    for number in range(rng.choice((1, 1, 2))):
        owner = rng.choice(("ann", "bob"))
        snapshot, brief = _generation(rng, f"gen_{number}", owner, handlers.now())
        at = handlers.now() + timedelta(seconds=rng.uniform(0, 30) * number)
        submit = partial(handlers.submit, snapshot, brief, f"key{number}")
        actions.append(Action(at, "submit", submit))
        if rng.random() < mood.twice:
            actions.append(Action(at, "submit", submit))
        if rng.random() < mood.cancel:
            later = at + timedelta(seconds=rng.choice((1.0, 10.0, 30.0, 60.0, 650.0)))
            actions.append(Action(later, "cancel", partial(handlers.cancel, snapshot.generation.id)))
        if rng.random() < mood.retry:
            later = at + timedelta(seconds=rng.uniform(600, 2400))
            ended = partial(handlers.end_late_windows, snapshot.generation.id)
            actions.append(Action(later, "retry", ended))
    return actions


def _generation(
    rng: Random, generation_id: str, owner: str, now: datetime
) -> tuple[Snapshot, Brief]:
    count = rng.choice((1, 1, 2, 3))
    held = count > 1 and rng.random() < 0.4
    request = GenerationRequest(
        mode=Mode.PORTRAIT,
        image_count=count,
        seed=1,
        provider=rng.choice((ProviderName.GEMINI, ProviderName.REPLICATE)),
        model="a-model",
    )
    generation = Generation(
        id=generation_id,
        owner=owner,
        plan=Plan.PAID,
        mode=request.mode,
        effective=_EFFECTIVE,
        created_at=now,
        units=count,
        quota_period=period_of(now),
        estimated_micro_usd=0,
        price_table="2026-11-20",
    )
    items = tuple(
        Item(
            id=f"itm_{generation_id}_{index}",
            generation_id=generation_id,
            index=index,
            seed=index,
            queued_at=now,
            dispatch=Dispatch.HELD if held and index else Dispatch.PENDING,
        )
        for index in range(count)
    )
    snapshot = Snapshot(generation=generation, items=items)
    return snapshot, Brief(request=request, prompts=("a portrait",) * count)
