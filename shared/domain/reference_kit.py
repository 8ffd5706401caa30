"""A reference kit: named pictures of one person, all drawn after one photo.

Each slot points to the item that draws it, or drew it last. What a kit is, and how far it has
come, follows from those items alone: nothing is counted up.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from shared.domain.character import FaceSource
from shared.domain.entity import Entity, Timestamp
from shared.domain.generation import Item, ItemRef, Progress, Snapshot, Status
from shared.domain.images import StoredImage
from shared.domain.likeness import LikenessSummary, summary_of


class KitStatus(StrEnum):
    """`partial`: the anchor is there, and another slot has no picture."""

    PENDING = "pending"
    GENERATING = "generating"
    READY = "ready"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


class KitSlot(Entity):
    """`prompt` is what a slot of the caller's own is to show. `earlier` is what the slot shows
    until `drawn` brings a picture, and if it brings none."""

    name: str
    prompt: str | None = None
    drawn: ItemRef
    earlier: ItemRef | None = None


class ReferenceKit(Entity):
    """`slots` begin with the anchor. `generation_id` is the latest of `generations`: those that
    have drawn for this kit; it began at `drawn_at`. `estimated_micro_usd` is of all of them;
    `superseded_micro_usd` is what was paid for items that no slot points to any more."""

    id: str
    owner: str
    name: str
    character_id: str | None = None
    source: FaceSource
    slots: tuple[KitSlot, ...]
    max_concurrency: int
    generation_id: str
    generations: tuple[str, ...]
    estimated_micro_usd: int
    superseded_micro_usd: int = 0
    version: int = 1
    created_at: Timestamp
    drawn_at: Timestamp
    updated_at: Timestamp

    @property
    def refs(self) -> tuple[ItemRef, ...]:
        """Of the items that a reader of the kit needs."""
        refs = [slot.drawn for slot in self.slots]
        return (*refs, *(slot.earlier for slot in self.slots if slot.earlier is not None))


class ShownSlot(Entity):
    """A slot with the items it points to; one whose record has gone is None."""

    slot: KitSlot
    item: Item | None
    earlier: Item | None = None

    @property
    def image(self) -> StoredImage | None:
        """The picture to use for this slot now."""
        return _image_of(self.made_by)

    @property
    def made_by(self) -> Item | None:
        """What brought that picture; where there is none, the latest."""
        return next((one for one in (self.item, self.earlier) if _image_of(one)), self.item)

    @property
    def runs(self) -> bool:
        return self.item is not None and not self.item.ended


class ShownKit(Entity):
    """A kit as it is read, with the items of its slots."""

    kit: ReferenceKit
    slots: tuple[ShownSlot, ...]

    @property
    def anchor(self) -> ShownSlot:
        return self.slots[0]

    @property
    def status(self) -> KitStatus:
        if self.runs:
            return KitStatus.GENERATING if _begun(self.slots) else KitStatus.PENDING
        if self.anchor.image:
            missing = any(slot.image is None for slot in self.slots)
            return KitStatus.PARTIAL if missing else KitStatus.READY
        item = self.anchor.item
        cancelled = item is not None and item.status is Status.CANCELLED
        return KitStatus.CANCELLED if cancelled else KitStatus.FAILED

    @property
    def runs(self) -> bool:
        return any(slot.runs for slot in self.slots)

    @property
    def progress(self) -> Progress:
        items = [slot.item for slot in self.slots if slot.item is not None]
        ended = {
            status: sum(item.status is status for item in items)
            for status in (Status.COMPLETED, Status.FAILED, Status.CANCELLED)
        }
        return Progress(total=len(self.slots), **{str(status): n for status, n in ended.items()})

    @property
    def actual_micro_usd(self) -> int:
        items = [item for slot in self.slots for item in (slot.item, slot.earlier) if item]
        return self.kit.superseded_micro_usd + sum(item.cost_micro_usd for item in items)

    @property
    def likeness(self) -> LikenessSummary:
        """Of the pictures that it shows."""
        images = (slot.image for slot in self.slots)
        return summary_of(image.similarity for image in images if image and image.similarity)

    @property
    def completed_at(self) -> datetime | None:
        """When the last slot ended; None while one is drawn."""
        if self.runs:
            return None
        ends = [slot.item.completed_at for slot in self.slots if slot.item is not None]
        return max((end for end in ends if end is not None), default=None)


def shown(kit: ReferenceKit, items: Mapping[ItemRef, Item]) -> ShownKit:
    slots = tuple(
        ShownSlot(
            slot=slot,
            item=items.get(slot.drawn),
            earlier=None if slot.earlier is None else items.get(slot.earlier),
        )
        for slot in kit.slots
    )
    return ShownKit(kit=kit, slots=slots)


def new_kit(
    snapshot: Snapshot,
    *,
    name: str,
    source: FaceSource,
    prompts: Mapping[str, str | None],
    max_concurrency: int,
) -> ReferenceKit:
    """As it is begun with this generation. `prompts` are the caller's own, by slot."""
    generation = snapshot.generation
    assert generation.kit_id is not None, "it draws a kit"
    slots = [
        KitSlot(name=item.slot, prompt=prompts.get(item.slot), drawn=item.ref)
        for item in snapshot.items
        if item.slot is not None
    ]
    return ReferenceKit(
        id=generation.kit_id,
        owner=generation.owner,
        name=name,
        character_id=generation.character_id,
        source=source,
        slots=tuple(slots),
        max_concurrency=max_concurrency,
        generation_id=generation.id,
        generations=(generation.id,),
        estimated_micro_usd=generation.estimated_micro_usd,
        created_at=generation.created_at,
        drawn_at=generation.created_at,
        updated_at=generation.created_at,
    )


def redrawn(kit: ShownKit, drawing: Snapshot, now: datetime) -> ReferenceKit:
    """The kit some of whose slots are drawn again by this new generation. What a slot shows now
    it shows until then."""
    generation, refs = drawing.generation, {item.slot: item.ref for item in drawing.items}
    slots, superseded = [], kit.kit.superseded_micro_usd
    for one in kit.slots:
        if one.slot.name not in refs:
            slots.append(one.slot)
            continue
        keeps_drawn = _image_of(one.item) is not None or one.earlier is None
        kept = one.slot.drawn if keeps_drawn else one.slot.earlier
        dropped = one.earlier if keeps_drawn else one.item
        superseded += dropped.cost_micro_usd if dropped is not None else 0
        slots.append(one.slot.model_copy(update={"drawn": refs[one.slot.name], "earlier": kept}))
    return kit.kit.model_copy(
        update={
            "slots": tuple(slots),
            "generation_id": generation.id,
            "generations": (*kit.kit.generations, generation.id),
            "estimated_micro_usd": kit.kit.estimated_micro_usd + generation.estimated_micro_usd,
            "superseded_micro_usd": superseded,
            "version": kit.kit.version + 1,
            "drawn_at": now,
            "updated_at": now,
        }
    )


def best_references(kit: ShownKit) -> tuple[StoredImage, ...]:
    """The pictures to recognise the person by, the anchor first, then in the order of the kit."""
    return tuple(slot.image for slot in kit.slots if slot.image is not None)


def _begun(slots: Sequence[ShownSlot]) -> bool:
    """A slot that is drawn again does not make a kit that was there wait anew."""
    return any(
        slot.image is not None
        or (slot.item is not None and slot.item.furthest is not Status.QUEUED)
        for slot in slots
    )


def _image_of(item: Item | None) -> StoredImage | None:
    return item.image if item is not None and item.status is Status.COMPLETED else None
