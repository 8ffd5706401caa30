"""Items whose images must score 85 before they are delivered at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from shared.domain import events as e
from shared.domain.generation import Item
from shared.domain.images import StoredImage
from shared.domain.likeness import Similarity
from shared.domain.limits import LEASE
from shared.domain.request import Acceptance
from shared.domain.transitions import Move, decide
from tests.builders import NOW, a_generation, an_attempt, an_image, an_item

ACCEPT = Acceptance(min_score=85, max_attempts=3)
PRICE = 39_000
FREE_TO_SPEND = e.Judged(price_micro_usd=PRICE, share_micro_usd=None)
A_DRAW = timedelta(seconds=20)
"""From a claim to the stored image, and from there to its score."""


def scored(item: Item, similarity: Similarity) -> Item:
    """As the look at faces records it, which is no move."""
    assert item.image is not None
    image = item.image.model_copy(update={"similarity": similarity})
    return item.model_copy(update={"image": image, "version": item.version + 1})


def a_score(score: float) -> Similarity:
    return Similarity.measured(score, provider="dlib", model_version="1", source_version=1)


def awaiting_image(number: int, **changes: Any) -> StoredImage:
    fields: dict[str, Any] = {"similarity": Similarity.pending(), "model": "a-model"} | changes
    return an_image(a_generation(), number=number, **fields)


def moved(item: Item, event: e.Event, now: datetime) -> Item:
    decision = decide(item, event, now)
    assert isinstance(decision, Move), decision
    return decision.after


def called(item: Item, now: datetime) -> Item:
    item = moved(item, e.Claimed(), now)
    return moved(item, e.ProviderCalled(an_attempt(item, called_at=now)), now)


def stored(item: Item, now: datetime) -> Item:
    """Drawn by one call, stored, and live: its score is awaited."""
    item = called(item, now)
    image = awaiting_image(item.calls, created_at=now)
    item = moved(item, e.GoodResult(an_attempt(item), image), now)
    return moved(item, e.Stored(image), now)


def queued(**changes: Any) -> Item:
    return an_item(a_generation(), **{"accept": ACCEPT} | changes)


def after_draws(scores: Iterable[float], **changes: Any) -> tuple[Item, datetime]:
    """Queued again after draws with these scores, all below the bar."""
    item, now = queued(**changes), NOW
    for score in scores:
        now += A_DRAW
        item = scored(stored(item, now), a_score(score))
        now += A_DRAW
        item = moved(item, FREE_TO_SPEND, now)
    return item, now


def awaiting(scores: Iterable[float] = (), **changes: Any) -> tuple[Item, datetime]:
    """One more draw is stored, whose score nobody knows yet."""
    item, now = after_draws(scores, **changes)
    now += A_DRAW
    item = stored(item, now)
    assert item.lease_until == now + LEASE
    return item, now
