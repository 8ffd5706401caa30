"""Which held items may run: a pack without a reference draws one image first, and that
image becomes the reference of the others."""

from shared.domain.generation import Dispatch, Item, Snapshot, Status


def releasable(snapshot: Snapshot) -> tuple[Item, ...]:
    """All held items once an image is there; the next one when the first ones brought none. Those
    of a reference kit are let go by its workflow."""
    if snapshot.generation.max_concurrency is not None:
        return ()
    held = tuple(item for item in snapshot.items if item.dispatch is Dispatch.HELD)
    if any(item.status is Status.COMPLETED for item in snapshot.items):
        return held
    running = any(not item.ended and item.dispatch is not Dispatch.HELD for item in snapshot.items)
    return () if running else held[:1]


def held_for_workflow(snapshot: Snapshot, max_concurrency: int) -> Snapshot:
    """A kit as it is submitted: nothing runs before its workflow lets it go."""
    generation = snapshot.generation.model_copy(update={"max_concurrency": max_concurrency})
    held = (item.model_copy(update={"dispatch": Dispatch.HELD}) for item in snapshot.items)
    return Snapshot(generation=generation, items=tuple(held))
