"""The simulation proves something about Likeness only while its handlers make the calls of
the services, in their order: the same lives are led by both and compared."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from tests.simulation import temper
from tests.simulation.handlers.clients import Handlers
from tests.simulation.provider import Provider
from tests.simulation.queues import Queues
from tests.simulation.serial import Blind, ByHandlers, Hands, Life, Notes
from tests.simulation.service_hands import ByServices
from tests.simulation.workload import a_generation, with_scores
from tests.simulation.world import World

_START = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
_LIVES = 80
_EVERY_CALL = {
    "downloads.fetch_output",
    "generations.apply",
    "generations.attempt",
    "generations.close",
    "generations.complete_late",
    "generations.due",
    "generations.get",
    "generations.load",
    "generations.mark_due",
    "generations.record_similarity",
    "generations.save",
    "images.add",
    "images.record_analysis",
    "provider.cancel",
    "provider.poll",
    "provider.start",
    "queue.ingest",
    "queue.send",
    "store.get",
    "store.put",
}


@dataclass(frozen=True)
class Lived:
    """What is compared of a life."""

    calls: list[str]
    items: list[tuple[object, ...]]
    generation: tuple[object, ...]


def _live(seed: int, *, by_services: bool) -> Lived:
    rng = Random(seed)
    mood = temper.unfair(rng)
    notes = Notes(fail=frozenset(rng.sample(range(1, 60), k=rng.choice((0, 0, 1, 3)))))
    world = World(now=_START, watch=Blind())
    queues = Queues(world.analysis)
    providers = [Provider(back, Random(seed), mood, lambda _: None) for back in (False, True)]
    named = {each.name: each for each in providers}
    hands: Hands = (
        ByServices(world, queues, providers, notes, Random(seed))
        if by_services
        else ByHandlers(Handlers(world, queues, named, Random(seed)), notes)
    )
    snapshot, brief = a_generation(rng, "gen_0", "ann", _START, in_turn=True)
    if seed % 3 == 0:
        snapshot, brief = with_scores(Random(seed), snapshot, brief)
    world.submit(snapshot, brief, "key", _START + timedelta(minutes=1))
    impatient = rng.random() < mood.cancel
    cancel_at = _START + timedelta(seconds=rng.choice((70, 100, 300))) if impatient else None

    webhook = ByHandlers(Handlers(world, queues, named, Random(seed)), Notes())
    Life(world, queues, providers, hands, webhook, cancel_at).live()
    record = world.records["gen_0"]
    fields = ("status", "version", "calls", "attempts", "cost_micro_usd", "late", "furthest")
    generation = record.generation
    return Lived(
        calls=notes.names,
        items=[tuple(getattr(item, name) for name in fields) for item in record.items],
        generation=(generation.status, generation.charged, generation.version, world.now),
    )


def test_the_handlers_of_the_simulation_make_the_calls_of_the_services_in_their_order() -> None:
    seen: set[str] = set()
    for seed in range(_LIVES):
        simulated, real = _live(seed, by_services=False), _live(seed, by_services=True)
        assert simulated == real, f"seed {seed}"
        seen |= set(real.calls)
    assert seen == _EVERY_CALL
