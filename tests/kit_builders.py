"""A reference kit of Ada's with the generation that draws it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from shared.domain.character import FaceSource
from shared.domain.generation import STAGES, Dispatch, Item, ItemRef, Snapshot, Status
from shared.domain.ids import Kind
from shared.domain.image_keys import kit_image_key
from shared.domain.images import ImageFormat, ImageStatus, Provenance, StoredImage
from shared.domain.ports import Generations, Images
from shared.domain.reference_kit import KitSlot, ReferenceKit, ShownKit, shown
from shared.domain.request import Mode
from tests.builders import (
    ADA,
    NOW,
    a_brief,
    a_snapshot,
    an_allowance,
    an_id,
    an_image,
    some_content,
)

SLOTS = ("anchor_face", "profile", "expressions.smile")


def a_kit_snapshot(number: int = 1, *, slots: Sequence[str] = SLOTS, **changes: Any) -> Snapshot:
    """All of its items are held."""
    fields = {"mode": Mode.REFERENCE, "kit_id": an_id(Kind.KIT, 1), "max_concurrency": 10}
    snapshot = a_snapshot(number, items=len(slots), **fields | {"units": len(slots)} | changes)
    items = (
        item.model_copy(update={"slot": slot, "dispatch": Dispatch.HELD})
        for item, slot in zip(snapshot.items, slots, strict=True)
    )
    return snapshot.model_copy(update={"items": tuple(items)})


def a_photo(kit_id: str, **changes: Any) -> StoredImage:
    image_id = an_id(Kind.IMAGE, 900)
    fields = {
        "id": image_id,
        "owner": ADA,
        "key": kit_image_key(ADA, kit_id, "source", image_id, ImageFormat.PNG),
        "provenance": Provenance.UPLOADED,
        "created_at": NOW,
        "content": some_content(),
        "kit_id": kit_id,
    }
    return StoredImage.model_validate(fields | changes)


def a_kit(snapshot: Snapshot | None = None, **changes: Any) -> ReferenceKit:
    snapshot = snapshot or a_kit_snapshot()
    generation = snapshot.generation
    kit_id = generation.kit_id or ""
    fields = {
        "id": kit_id,
        "owner": ADA,
        "name": "Ada, studio",
        "source": FaceSource(image=a_photo(kit_id, status=ImageStatus.LIVE)),
        "slots": tuple(KitSlot(name=item.slot or "", drawn=item.ref) for item in snapshot.items),
        "max_concurrency": 10,
        "generation_id": generation.id,
        "generations": (generation.id,),
        "estimated_micro_usd": generation.estimated_micro_usd,
        "created_at": NOW,
        "drawn_at": NOW,
        "updated_at": NOW,
    }
    return ReferenceKit.model_validate(fields | changes)


def ended(snapshot: Snapshot, *statuses: Status, cost: int = 0) -> Snapshot:
    """Its items as they ended, those that are completed with an image."""
    items = tuple(
        _ended(snapshot, item, status, cost)
        for item, status in zip(snapshot.items, statuses, strict=True)
    )
    return snapshot.model_copy(update={"items": items})


def _ended(snapshot: Snapshot, item: Item, status: Status, cost: int) -> Item:
    changes: dict[str, Any] = {"status": status, "dispatch": None, "cost_micro_usd": cost}
    if status not in STAGES:
        changes["completed_at"] = NOW
    if status is Status.COMPLETED:
        number = 100 * int(snapshot.generation.id[-2:]) + item.index
        changes["image"] = an_image(snapshot.generation, item.index, number, slot=item.slot)
    return item.model_copy(update=changes)


def shown_with(kit: ReferenceKit, *snapshots: Snapshot) -> ShownKit:
    items: dict[ItemRef, Item] = {item.ref: item for one in snapshots for item in one.items}
    return shown(kit, items)


def draw_kit(generations: Generations, snapshot: Snapshot, kit: ReferenceKit) -> None:
    """Records both, as a request does; the photo of a new kit is an intent already."""
    generations.submit(
        snapshot,
        a_brief(snapshot),
        allowance=an_allowance(in_flight=5),
        idempotency=None,
        due_at=snapshot.generation.created_at + timedelta(minutes=1),
        kit=kit,
    )


def begin_kit(
    generations: Generations, images: Images, kit: ReferenceKit, snapshot: Snapshot
) -> None:
    images.add(kit.source.image.model_copy(update={"status": ImageStatus.PENDING}))
    draw_kit(generations, snapshot, kit)
