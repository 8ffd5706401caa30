"""Variants that are drawn: pending before the work starts, and what becomes of them with it."""

from datetime import datetime
from typing import Any

from shared.domain.errors import FailureClass
from shared.domain.generation import Brief, Failure, FailureStage, Item, Snapshot, Status
from shared.domain.ids import IdFactory, Kind
from shared.domain.request import ProviderName
from shared.domain.variant import (
    GenerationParams,
    Variant,
    VariantProvenance,
    VariantStatus,
)

_CANCELLED = Failure(
    code="cancelled",
    failure_class=FailureClass.PERMANENT,
    stage=FailureStage.SUBMITTING,
    message="The generation was cancelled.",
)


def with_variants(
    snapshot: Snapshot, brief: Brief, source_version: int, new_id: IdFactory
) -> tuple[Snapshot, tuple[Variant, ...]]:
    """A pending variant for each item, which is told of it."""
    generation, variants, items = snapshot.generation, [], []
    request = brief.request
    assert generation.character_id is not None, "a variant shows a character"
    assert generation.draws_variant is not None, "a variant is of a type"
    for item in snapshot.items:
        variant_id = new_id(Kind.VARIANT, generation.created_at)
        variant = Variant(
            id=variant_id,
            owner=generation.owner,
            character_id=generation.character_id,
            variant_type=generation.draws_variant,
            status=VariantStatus.PENDING,
            provenance=VariantProvenance.GENERATED,
            root_id=variant_id,
            source_version=source_version,
            generation_id=generation.id,
            item_index=item.index,
            generation_params=GenerationParams(
                prompt=request.prompt,
                workflow_id=request.model if request.provider is ProviderName.COMFYUI else None,
                provider=request.provider,
                model=request.model,
                seed=item.seed,
            ),
            created_at=generation.created_at,
            updated_at=generation.created_at,
        )
        variants.append(variant)
        items.append(item.model_copy(update={"variant_id": variant_id}))
    return snapshot.model_copy(update={"items": tuple(items)}), tuple(variants)


def drawn(variant: Variant, item: Item, now: datetime) -> Variant | None:
    """What the state of its item makes of it; None when that changes nothing, as what a review
    has decided is never changed again, and neither is it by what an item was before, or one of an
    earlier generation. A variant that failed comes back by a late image or a retry."""
    if not variant.status.awaits_image and variant.error is None:
        return None
    drawing = {"generation_id": item.generation_id, "item_index": item.index}
    followed = (variant.generation_id or "", variant.item_version)
    if (item.generation_id, item.version) < followed:  # Ids are in the order of their times.
        return None
    changes = drawing | _outcome(variant, item)
    if all(getattr(variant, name) == value for name, value in changes.items()):
        return None
    told = {"item_version": item.version, "revision": variant.revision + 1, "updated_at": now}
    return variant.model_copy(update=changes | told)


def _outcome(variant: Variant, item: Item) -> dict[str, Any]:
    match item.status:
        case Status.QUEUED:
            begins = variant.error or variant.generation_id != item.generation_id
            return {"status": VariantStatus.PENDING, "error": None} if begins else {}
        case Status.COMPLETED if item.image is not None:
            params = (variant.generation_params or GenerationParams()).model_copy(
                update={"provider": item.provider, "model": item.model, "seed": item.seed}
            )
            return {
                "status": VariantStatus.GENERATED,
                "image_id": item.image.id,
                "generation_params": params,
                "error": None,
            }
        case Status.FAILED:
            return {"status": VariantStatus.REJECTED, "error": item.failure}
        case Status.CANCELLED:
            return {"status": VariantStatus.REJECTED, "error": _CANCELLED}
        case _:
            return {"status": VariantStatus.GENERATING, "error": None}
