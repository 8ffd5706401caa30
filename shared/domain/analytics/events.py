"""Which analytics events a change is: derived, so that no code path can forget one.

Of a pack of ten images of which two fail there are 1 `generation_queued`, 10
`generation_started`, 8 `generation_completed`, 8 `image_stored`, 2 `generation_failed` and
1 `pack_completed`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from shared.domain.analytics.changes import (
    AttemptChange,
    Change,
    GenerationChange,
    ImageChange,
    ItemChange,
    KitChange,
    PartTold,
    SourceChange,
    Told,
    VariantChange,
)
from shared.domain.character import SourceImage
from shared.domain.entity import Entity, Timestamp, rfc3339
from shared.domain.generation import Attempt, Generation, Item, Status
from shared.domain.images import StoredImage
from shared.domain.quality import Quality
from shared.domain.reference_kit import ReferenceKit
from shared.domain.request import Mode
from shared.domain.variant import Variant, VariantStatus


class EventName(StrEnum):
    GENERATION_QUEUED = "generation_queued"
    GENERATION_STARTED = "generation_started"
    GENERATION_COMPLETED = "generation_completed"
    GENERATION_FAILED = "generation_failed"
    GENERATION_CANCELLED = "generation_cancelled"
    IMAGE_STORED = "image_stored"
    PACK_COMPLETED = "pack_completed"
    VARIANT_GENERATED = "variant_generated"
    VARIANT_APPROVED = "variant_approved"
    KIT_SLOT_COMPLETED = "kit_slot_completed"
    KIT_COMPLETED = "kit_completed"
    IMAGE_QA_COMPLETED = "image_qa_completed"
    SPEND_THRESHOLD_CROSSED = "spend_threshold_crossed"


class AnalyticsEvent(Entity):
    """`event_id` is the same however often the event is sent. `owner` is None of a generation
    that was deleted within the second or so that a change takes to be told."""

    name: EventName
    event_id: str
    owner: str | None
    generation_id: str | None
    occurred_at: Timestamp
    sequence: str
    properties: Mapping[str, Any]

    def detail(self) -> dict[str, Any]:
        """Flat, as it goes onto the bus and into the archive."""
        return {
            "name": self.name,
            "event_id": self.event_id,
            "owner": self.owner,
            "generation_id": self.generation_id,
            "occurred_at": rfc3339(self.occurred_at),
            "sequence": self.sequence,
            **self.properties,
        }


def events_of(change: Change) -> list[AnalyticsEvent]:
    return list(_events(change))


def _events(change: Change) -> Iterator[AnalyticsEvent]:
    match change:
        case AttemptChange(after=Attempt() as attempt):
            yield from _of_attempt(change, attempt)
        case ItemChange(after=Item() as item):
            yield from _of_item(change, item)
        case GenerationChange(after=Generation() as generation):
            yield from _of_generation(change, generation)
        case ImageChange(after=StoredImage(qa=Quality() as qa) as image):
            if change.before is None or change.before.qa is None:
                yield _looked_at(change, image, qa)
        case SourceChange(before=SourceImage() as before, after=SourceImage() as source):
            if before.awaits_analysis and not source.awaits_analysis:
                yield _looked_at(change, source.image, source.qa)
        case KitChange(before=ReferenceKit() as was, after=ReferenceKit() as kit):
            if was.source.awaits_analysis and not kit.source.awaits_analysis:
                yield _looked_at(change, kit.source.image, kit.source.qa)
        case VariantChange(after=Variant() as variant):
            for name in _reviewed(change.before, variant):
                yield _of_variant(change, name, variant)


def milliseconds(length: timedelta) -> int:
    return round(length / timedelta(milliseconds=1))


def _of_attempt(change: AttemptChange, attempt: Attempt) -> Iterator[AnalyticsEvent]:
    if change.before is None:
        started = EventName.GENERATION_STARTED
        yield _of_part(change, started, attempt.called_at, model=attempt.model)


def _of_item(change: ItemChange, item: Item) -> Iterator[AnalyticsEvent]:
    ended = item.completed_at or change.at
    if change.ends_as(Status.COMPLETED) and item.image is not None:
        asked = change.generation.created_at if change.generation else item.queued_at
        duration = milliseconds(ended - asked)
        size = item.image.content.size_bytes
        yield _of_part(change, EventName.GENERATION_COMPLETED, ended, duration_ms=duration)
        yield _of_part(change, EventName.IMAGE_STORED, ended, size_bytes=size)
        if item.slot is not None:
            kit_id = change.generation and change.generation.kit_id
            filled = EventName.KIT_SLOT_COMPLETED
            yield _of_part(change, filled, ended, kit_id=kit_id, slot=item.slot)
    if change.ends_as(Status.FAILED) and item.failure is not None:
        failed = EventName.GENERATION_FAILED
        yield _of_part(change, failed, ended, error_type=item.failure.code)


def _of_generation(change: GenerationChange, after: Generation) -> Iterator[AnalyticsEvent]:
    before = change.before

    def event(name: EventName, at: datetime, **properties: Any) -> AnalyticsEvent:
        return _event(
            change,
            name,
            at,
            owner=after.owner,
            generation_id=after.id,
            character_id=after.character_id,
            **properties,
        )

    if before is None:
        yield event(EventName.GENERATION_QUEUED, after.created_at, image_count=after.units)
    if after.cancel_receipt is not None and (before is None or before.cancel_receipt is None):
        yield event(EventName.GENERATION_CANCELLED, change.at)
    was_completed = before is not None and before.status is Status.COMPLETED
    if after.status is Status.COMPLETED and not was_completed:
        # One that was closed as failed is completed by its first late image.
        ended = after.closed_at if after.closed_at and change.closes else change.at
        took = milliseconds(ended - after.created_at)
        drawn = {"image_count": after.charged, "total_duration_ms": took}
        if after.mode is Mode.REFERENCE:
            yield event(EventName.KIT_COMPLETED, ended, kit_id=after.kit_id, **drawn)
        else:
            yield event(EventName.PACK_COMPLETED, ended, **drawn)


def _reviewed(before: Variant | None, after: Variant) -> Iterator[EventName]:
    """What was brought from outside was not generated."""
    if before is None or before.status is after.status:
        return
    was_awaited = before.status.awaits_image or before.error
    if after.status is VariantStatus.GENERATED and was_awaited:
        yield EventName.VARIANT_GENERATED
    if after.status is VariantStatus.APPROVED and before.exported_as is not after.status:
        yield EventName.VARIANT_APPROVED


def _of_variant(change: Told, name: EventName, variant: Variant) -> AnalyticsEvent:
    return _event(
        change,
        name,
        variant.updated_at,
        owner=variant.owner,
        generation_id=variant.generation_id,
        character_id=variant.character_id,
        variant_id=variant.id,
        variant_type=variant.variant_type,
    )


def _looked_at(change: Told, image: StoredImage, qa: Quality) -> AnalyticsEvent:
    return _event(
        change,
        EventName.IMAGE_QA_COMPLETED,
        change.at,
        owner=image.owner,
        generation_id=image.generation_id,
        character_id=image.character_id,
        image_id=image.id,
        qa_status=qa.status,
        score=image.similarity and image.similarity.score,
    )


def _of_part(change: PartTold, name: EventName, at: datetime, **properties: Any) -> AnalyticsEvent:
    generation = change.generation
    return _event(
        change,
        name,
        at,
        owner=None if generation is None else generation.owner,
        generation_id=change.generation_id,
        character_id=None if generation is None else generation.character_id,
        **properties,
    )


def _event(
    change: Told,
    name: EventName,
    at: datetime,
    *,
    owner: str | None,
    generation_id: str | None,
    **properties: Any,
) -> AnalyticsEvent:
    return AnalyticsEvent(
        name=name,
        event_id=change.id_of(name),
        owner=owner,
        generation_id=generation_id,
        occurred_at=at,
        sequence=change.sequence,
        properties=properties,
    )
