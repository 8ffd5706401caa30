"""Raising an event on an item: decide, write, and decide again after a lost race."""

from shared.domain.errors import StaleWrite
from shared.domain.events import Event
from shared.domain.generation import Item
from shared.domain.ports import Clock, Generations
from shared.domain.transitions import Decision, Ignored, decide

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
