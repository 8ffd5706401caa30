"""Drawing again what failed: a new generation of those items alone, as they were asked for."""

from datetime import datetime

from shared.domain.errors import NothingFailed, StillRunning
from shared.domain.events import LateWindowEnded
from shared.domain.generation import Brief, Dispatch, Generation, Item, Snapshot, Status
from shared.domain.ids import IdFactory, Kind
from shared.domain.images import StoredImage
from shared.domain.pricing.catalogue import PRICE_TABLE, Model
from shared.domain.quota import period_of
from shared.domain.request import Mode, Owner
from shared.domain.submission import begins_alone, estimate
from shared.domain.transitions import Move, decide


def failed_items(snapshot: Snapshot) -> tuple[Item, ...]:
    """Raises StillRunning, NothingFailed."""
    if not snapshot.generation.closed:
        raise StillRunning("The generation is still running; retry what failed once it has ended.")
    failed = tuple(item for item in snapshot.items if item.status is Status.FAILED)
    if not failed:
        raise NothingFailed("No image of this generation has failed.")
    return failed


def without_late_windows(failed: tuple[Item, ...], now: datetime) -> tuple[Move, ...]:
    """What must commit with the retry: an image that came late as well would be charged twice."""
    decisions = [decide(item, LateWindowEnded(), now) for item in failed]
    return tuple(decision for decision in decisions if isinstance(decision, Move))


def retrial(
    snapshot: Snapshot,
    brief: Brief,
    *,
    owner: Owner,
    model: Model,
    now: datetime,
    new_id: IdFactory,
) -> tuple[Snapshot, Brief]:
    """The same seeds, prompts and references; plan, month and prices are today's. Raises as
    `failed_items`, and Unprocessable when it now costs more than the caller would pay."""
    failed = failed_items(snapshot)
    request = brief.request.model_copy(update={"image_count": len(failed)})
    again = brief.model_copy(
        update={
            "request": request,
            "prompts": tuple(brief.prompts[item.index] for item in failed),
            "references": brief.references or _drawn_first(snapshot, brief),
        }
    )
    generation = _successor(snapshot.generation).model_copy(
        update={
            "id": new_id(Kind.GENERATION, now),
            "plan": owner.plan,
            "created_at": now,
            "units": len(failed),
            "quota_period": period_of(now),
            "estimated_micro_usd": estimate(
                request, model, len(again.references), len(again.style_images)
            ),
            "price_table": PRICE_TABLE,
        }
    )
    return Snapshot(generation=generation, items=_items(generation, failed, again, new_id)), again


def _successor(old: Generation) -> Generation:
    """What was asked for, and nothing of what became of it."""
    outcome = (
        *("version", "status", "charged", "progress", "actual_micro_usd", "started_at"),
        *("sequence", "first_image_at", "closed_at", "cancel_receipt"),
    )
    fresh = {name: Generation.model_fields[name].default for name in outcome}
    return old.model_copy(update=fresh | {"retry_of": old.id})


def _drawn_first(snapshot: Snapshot, brief: Brief) -> tuple[StoredImage, ...]:
    """What the failed items of a pack without a reference were, or would have been, drawn after."""
    if snapshot.generation.mode is not Mode.PORTRAIT or brief.request.lora is not None:
        return ()
    drawn = [item.image for item in snapshot.items if item.image is not None]
    return tuple(drawn[:1])


def _items(
    generation: Generation, failed: tuple[Item, ...], brief: Brief, new_id: IdFactory
) -> tuple[Item, ...]:
    waits = begins_alone(brief.request, len(brief.references))
    return tuple(
        Item(
            id=new_id(Kind.ITEM, generation.created_at),
            generation_id=generation.id,
            index=index,
            seed=item.seed,
            queued_at=generation.created_at,
            dispatch=Dispatch.HELD if waits and index else Dispatch.PENDING,
            variant_id=item.variant_id,
            accept=item.accept,
        )
        for index, item in enumerate(failed)
    )
