"""Which held items may run: a pack without a reference draws one image first, and that
image becomes the reference of the others. Those of a reference kit wait for its workflow."""

from collections.abc import Set

from shared.domain.generation import Dispatch, Item, Snapshot, Status


def releasable(snapshot: Snapshot) -> tuple[Item, ...]:
    """All held items once an image is there; the next one when the first ones brought none. Those
    of a reference kit are let go by its workflow."""
    if snapshot.generation.max_concurrency is not None:
        return ()
    waiting = held(snapshot)
    if any(item.status is Status.COMPLETED for item in snapshot.items):
        return waiting
    return waiting[:1] if stands_still(snapshot) else ()


def held(snapshot: Snapshot) -> tuple[Item, ...]:
    return tuple(item for item in snapshot.items if item.dispatch is Dispatch.HELD)


def stands_still(snapshot: Snapshot) -> bool:
    """Nothing runs, and something is held: who is to let it go may have been lost."""
    unfinished = [item for item in snapshot.items if not item.ended]
    return bool(unfinished) and all(item.dispatch is Dispatch.HELD for item in unfinished)


def needs_workflow(snapshot: Snapshot) -> bool:
    """It stands still, and no worker is to let it go."""
    return snapshot.generation.max_concurrency is not None and stands_still(snapshot)


def workflow_waits(snapshot: Snapshot) -> bool:
    """For an end, in order to let go the next item."""
    return snapshot.generation.max_concurrency is not None and bool(held(snapshot))


def sent_now(snapshot: Snapshot, index: int, let_go: Set[int]) -> tuple[int, ...]:
    """Of a kit's items, those whose message is to be sent now that its workflow has let go this
    one, and `let_go` so far. Those that it lets go at once share a message: it waits for the last
    of them. Whatever comes later, when a place is free, comes alone. `snapshot` may be older."""
    others = {item.index for item in snapshot.items if item.index}
    begun = others & (let_go | {item.index for item in snapshot.items if item.ended})
    at_once = min(snapshot.generation.max_concurrency or 1, len(others))
    together = {index}
    if index in others and len(begun) <= at_once:
        together = begun if len(begun) == at_once else set()
    return tuple(item.index for item in snapshot.items if item.index in together and _waits(item))


def _waits(item: Item) -> bool:
    """For its first claim: a later one has a message of its own, which may be held back."""
    return item.dispatch is not None and not item.calls


def held_for_workflow(snapshot: Snapshot, max_concurrency: int) -> Snapshot:
    """A kit as it is submitted: nothing runs before its workflow lets it go."""
    generation = snapshot.generation.model_copy(update={"max_concurrency": max_concurrency})
    items = (item.model_copy(update={"dispatch": Dispatch.HELD}) for item in snapshot.items)
    return Snapshot(generation=generation, items=tuple(items))
