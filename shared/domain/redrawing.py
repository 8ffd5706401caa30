"""Drawing slots of a reference kit again: as they were asked for, from another seed."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.generation import Brief, Item, Snapshot, Status
from shared.domain.ids import IdFactory
from shared.domain.images import StoredImage
from shared.domain.pricing.catalogue import Model
from shared.domain.reference_kit import ShownKit, ShownSlot
from shared.domain.request import Owner
from shared.domain.slots import ANCHOR
from shared.domain.submission import submission


def depending_on(kit: ShownKit, slot: ShownSlot, *, cascade: bool) -> tuple[ShownSlot, ...]:
    """What is drawn when this slot is: with `cascade`, all that is drawn after the anchor, too."""
    return kit.slots if cascade and slot.slot.name == ANCHOR else (slot,)


def superseded_failures(slots: Sequence[ShownSlot]) -> tuple[Item, ...]:
    """Items that may still bring a late image, which nobody would want any more."""
    items = (slot.item for slot in slots)
    return tuple(item for item in items if item is not None and item.status is Status.FAILED)


def redrawing(
    kit: ShownKit,
    slots: Sequence[ShownSlot],
    first: Brief,
    *,
    owner: Owner,
    model: Model,
    seed: int,
    now: datetime,
    new_id: IdFactory,
) -> tuple[Snapshot, Brief]:
    """`first` is the brief that the kit was begun with: it tells of every slot. The anchor is
    drawn after the photo, any other slot after the anchor, too. Plan, month and prices are
    today's. Raises Unprocessable when it now costs more than the caller would pay."""
    prompts = prompts_of(first)
    wishes = {wish.name: wish for wish in first.request.slots}
    names = [slot.slot.name for slot in slots]
    changes = {
        "slots": tuple(wishes[name] for name in names),
        "image_count": len(names),
        "seed": seed,
    }
    snapshot, brief = submission(
        first.request.model_copy(update=changes),
        owner=owner,
        model=model,
        character=None,
        now=now,
        new_id=new_id,
        people=_people(kit, names, model),
    )
    told = {"prompts": tuple(prompts[name] for name in names), "substitutes": first.substitutes}
    return snapshot, brief.model_copy(update=told)


def prompts_of(brief: Brief) -> dict[str, str]:
    """What a model is told, by slot."""
    names = [wish.name for wish in brief.request.slots]
    return dict(zip(names, brief.prompts, strict=True))


def _people(kit: ShownKit, names: Sequence[str], model: Model) -> tuple[StoredImage, ...]:
    photo, anchor = kit.kit.source.image, kit.anchor.image
    if ANCHOR in names or anchor is None:
        return (photo,)
    return (anchor, photo)[: model.max_references]
