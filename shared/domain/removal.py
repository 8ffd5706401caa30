"""Taking an image away from the item that made it.

Not in the table of moves, because it changes no status: the item stays completed and charged.
"""

from shared.domain.generation import Item
from shared.domain.transitions import Move


def without_image(item: Item) -> Move:
    """The item as one whose image has been deleted by its owner."""
    after = item.model_copy(update={"image": None, "version": item.version + 1})
    return Move(item, after)
