"""Cancel a generation: stop what has not been drawn yet, and hand out one receipt."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from shared.domain import closing
from shared.domain.errors import AlreadyFinal, StaleWrite
from shared.domain.events import CancelRequested, Event
from shared.domain.generation import CancelReceipt, Item, Snapshot, Status
from shared.domain.ports import Clock, Generations, WorkQueue
from shared.domain.transitions import Move
from shared.services.close_generation import CloseGeneration
from shared.services.moving import advance, tell_providers
from shared.services.owned_generation import owned_generation

_RACES = 4


@dataclass(frozen=True, slots=True)
class StopItems:
    """Cancels the items that can still be stopped, and has their providers told."""

    generations: Generations
    queue: WorkQueue
    clock: Clock

    def __call__(self, *, items: Iterable[Item]) -> bool:
        """Whether there was anything to stop."""
        return self.raise_on(items, lambda _: CancelRequested())

    def raise_on(self, items: Iterable[Item], event_for: Callable[[Item], Event | None]) -> bool:
        """Another last event than a cancellation; None leaves the item as it is."""
        events = [(item, event) for item in items if (event := event_for(item)) is not None]
        decisions = [advance(self.generations, item, event, self.clock) for item, event in events]
        tell_providers(self.queue, decisions)
        return any(isinstance(decision, Move) for decision in decisions)


@dataclass(frozen=True, slots=True)
class CancelGeneration:
    """Items first, receipt second, closing last: a crash in between is made good by asking
    again, since the receipt is counted from what is recorded. Late windows end with the items,
    so that what the receipt says is charged is all that ever will be."""

    generations: Generations
    stop_items: StopItems
    close_generation: CloseGeneration

    def __call__(self, *, owner: str, generation_id: str) -> CancelReceipt:
        """The same receipt however often it is asked for. Raises NotFound, AlreadyFinal."""
        snapshot = owned_generation(self.generations, owner, generation_id)
        stopped_any = False
        if snapshot.generation.cancel_receipt is None and _can_be_stopped(snapshot):
            stopped_any = self.stop_items(items=snapshot.items)
            snapshot = self.generations.get(generation_id)
        receipt = self._receipt(snapshot, stopped_any=stopped_any)
        self.close_generation(generation_id=generation_id)
        return receipt

    def _receipt(self, snapshot: Snapshot, *, stopped_any: bool) -> CancelReceipt:
        """An image that was only to be drawn better is delivered when that is stopped: nothing
        may be cancelled then, and all have ended, by our own doing."""
        for _ in range(_RACES):
            if snapshot.generation.cancel_receipt is not None:
                return snapshot.generation.cancel_receipt
            generation = closing.cancel(
                snapshot, stopped=_count_stopped(snapshot, stopped_any=stopped_any)
            )
            assert generation.cancel_receipt is not None, "it was just written"
            try:
                self.generations.save(generation)
            except StaleWrite:
                snapshot = self.generations.get(generation.id)
                continue
            return generation.cancel_receipt
        raise StaleWrite("the generation changes faster than it can be cancelled")


def _can_be_stopped(snapshot: Snapshot) -> bool:
    """Also what an earlier cancellation stopped in part. Where everything had ended before, it
    is refused, and what may come late still may."""
    return any(not item.ended or item.status is Status.CANCELLED for item in snapshot.items)


def _count_stopped(snapshot: Snapshot, *, stopped_any: bool) -> int:
    """Raises AlreadyFinal when everything had ended before anybody wanted it stopped."""
    stopped = snapshot.progress.cancelled
    if not stopped and not stopped_any and all(item.ended for item in snapshot.items):
        status = _ended_as(snapshot)
        raise AlreadyFinal(f"The generation is {status} already.", status=status)
    return stopped


def _ended_as(snapshot: Snapshot) -> Status:
    if snapshot.generation.status is not None:
        return snapshot.generation.status
    return Status.COMPLETED if snapshot.progress.completed else Status.FAILED
