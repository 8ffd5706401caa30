"""What owners ask for in a schedule."""

from datetime import datetime, timedelta
from functools import partial
from random import Random

from shared.domain.generation import Brief, Dispatch, Generation, Item, Snapshot
from shared.domain.quota import period_of
from shared.domain.request import (
    Acceptance,
    Effective,
    GenerationRequest,
    Mode,
    Plan,
    ProviderName,
    Reach,
)
from tests.simulation import temper
from tests.simulation.handlers.clients import Handlers
from tests.simulation.provider import PRICE
from tests.simulation.runner import Action

_EFFECTIVE = Effective(seed=Reach.NATIVE, size=Reach.NATIVE)


def a_workload(
    rng: Random, mood: temper.Temper, handlers: Handlers, scores: Random | None
) -> list[Action]:
    """Who asks for what, when; and who loses patience. With `scores`, images must have them."""
    actions = []
    for number in range(rng.choice((1, 1, 2))):
        owner = rng.choice(("ann", "bob"))
        snapshot, brief = a_generation(rng, f"gen_{number}", owner, handlers.now())
        if scores is not None:
            snapshot, brief = with_scores(scores, snapshot, brief)
        at = handlers.now() + timedelta(seconds=rng.uniform(0, 30) * number)
        submit = partial(handlers.submit, snapshot, brief, f"key{number}")
        actions.append(Action(at, "submit", submit))
        if rng.random() < mood.twice:
            actions.append(Action(at, "submit", submit))
        if rng.random() < mood.cancel:
            later = at + timedelta(seconds=rng.choice((1.0, 10.0, 30.0, 60.0, 650.0)))
            actions.append(
                Action(later, "cancel", partial(handlers.cancel, snapshot.generation.id))
            )
        if rng.random() < mood.retry:
            later = at + timedelta(seconds=rng.uniform(600, 2400))
            ended = partial(handlers.end_late_windows, snapshot.generation.id)
            actions.append(Action(later, "retry", ended))
    return actions


def a_generation(
    rng: Random, generation_id: str, owner: str, now: datetime, *, in_turn: bool = False
) -> tuple[Snapshot, Brief]:
    """Some of them draw one image first, and the others wait for it; `in_turn`, all do."""
    count = rng.choice((1, 2) if in_turn else (1, 1, 2, 3))
    held = count > 1 and (in_turn or rng.random() < 0.4)
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


def with_scores(scores: Random, snapshot: Snapshot, brief: Brief) -> tuple[Snapshot, Brief]:
    """The same of a person, whose images must score 85."""
    accept = Acceptance(min_score=85, max_attempts=scores.choice((1, 2, 2, 3, 3)))
    limit = scores.choice((None, None, PRICE, 2 * PRICE))
    changes = {"accept": accept, "character_id": "chr_mira"}
    costs = None if limit is None else limit * len(snapshot.items)
    request = brief.request.model_copy(update=changes | {"max_cost_micro_usd": costs})
    items = tuple(item.model_copy(update={"accept": accept}) for item in snapshot.items)
    generation = snapshot.generation.model_copy(update=changes)
    snapshot = Snapshot(generation=generation, items=items)
    return snapshot, brief.model_copy(update={"request": request})
