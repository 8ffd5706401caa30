"""Decisions on a whole generation: closing it, cancelling it, taking a late image.

Money moves at two moments, hold and close, and once more for a late image; each is decided
here and committed in one transaction with what it pays for.
"""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.generation import CancelReceipt, Generation, Snapshot, Status
from shared.domain.transitions import Move


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a generation: `released` units go back to the quota, the slot is freed."""

    before: Generation
    after: Generation
    released: int


@dataclass(frozen=True, slots=True)
class LateCompletion:
    """A late image and what it does to its generation; `recharged` units are taken again."""

    move: Move
    before: Generation
    after: Generation
    recharged: int


def close(snapshot: Snapshot, now: datetime) -> Closing | None:
    """The closing of a generation whose items have all ended; None while one runs, or a workflow
    has not been told of its end, or when it is closed already. Only what brought an image stays
    charged."""
    generation = snapshot.generation
    over = all(item.ended and not item.awaited for item in snapshot.items)
    if generation.closed or not over:
        return None
    after = _summarised(snapshot).model_copy(
        update={"status": _final_status(snapshot), "closed_at": now}
    )
    return Closing(generation, after, released=generation.units - after.charged)


def late_completion(snapshot: Snapshot, move: Move) -> LateCompletion:
    """What a late image changes. While the generation is open its unit is still held;
    once it is closed the unit was released and is taken again, whatever the limit."""
    generation = snapshot.generation
    after = _summarised(snapshot.with_item(move.after))
    if not generation.closed:
        unsummarised = generation.model_copy(update={"version": generation.version + 1})
        return LateCompletion(move, generation, unsummarised, recharged=0)
    completed = after.model_copy(update={"status": Status.COMPLETED})
    return LateCompletion(move, generation, completed, recharged=1)


def cancel(snapshot: Snapshot, stopped: int) -> Generation:
    """The generation with the receipt of its first cancellation."""
    will_arrive = sum(item.will_arrive for item in snapshot.items)
    receipt = CancelReceipt(
        stopped=stopped,
        will_arrive=will_arrive,
        charged=snapshot.progress.completed + will_arrive,
    )
    generation = snapshot.generation
    return generation.model_copy(
        update={"cancel_receipt": receipt, "version": generation.version + 1}
    )


def _summarised(snapshot: Snapshot) -> Generation:
    generation = snapshot.generation
    return generation.model_copy(
        update={
            "version": generation.version + 1,
            "charged": snapshot.progress.completed,
            "progress": snapshot.progress,
            "actual_micro_usd": snapshot.actual_micro_usd,
            "started_at": snapshot.started_at,
            "first_image_at": snapshot.first_image_at,
            "sequence": snapshot.sequence + 1,
        }
    )


def _final_status(snapshot: Snapshot) -> Status:
    if snapshot.progress.completed:
        return Status.COMPLETED
    return Status.CANCELLED if snapshot.progress.cancelled else Status.FAILED
