"""Raising an event on an item: decide, write, and decide again after a lost race."""

import contextlib
from collections.abc import Iterable

from shared.domain.errors import StaleWrite, Unavailable
from shared.domain.events import Event
from shared.domain.generation import Item
from shared.domain.ports import Clock, Generations, WorkQueue
from shared.domain.transitions import Decision, Ignored, Move, decide
from shared.domain.work import CancelPrediction

_RACES = 8
"""An item has few writers, so losing this often in a row is a fault and not bad luck."""


def advance(generations: Generations, item: Item, event: Event, clock: Clock) -> Decision:
    """The move that was written, or why nothing was.

    Raises StaleWrite without a winner when the item has been deleted.
    """
    for _ in range(_RACES):
        decision = decide(item, event, clock())
        if isinstance(decision, Ignored):
            return decision
        try:
            generations.apply(decision)
        except StaleWrite as lost:
            if not isinstance(lost.winner, Item):
                raise
            item = lost.winner
        else:
            return decision
    raise StaleWrite("the item changes faster than it can be decided on")


def tell_providers(queue: WorkQueue, decisions: Iterable[Decision]) -> None:
    """That nobody waits for a prediction any more: after the commits, and as well as may be.
    What is not told costs a picture that nobody takes, and never an answer to the caller."""
    works = [
        CancelPrediction(provider=move.before.provider, prediction_id=move.cancel_prediction)
        for move in decisions
        if isinstance(move, Move) and move.cancel_prediction and move.before.provider
    ]
    if works:
        with contextlib.suppress(Unavailable):
            queue.ingest(works)
