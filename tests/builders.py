"""Vivid records for tests: complete, valid, and changed by naming what matters."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.domain.character import Attributes, Character, Consistency, SourceImage
from shared.domain.generation import Attempt, Brief, Dispatch, Generation, Item, Snapshot
from shared.domain.idempotency import IdempotencyKey, request_hash
from shared.domain.ids import Kind
from shared.domain.image_keys import (
    generated_image_key,
    source_image_key,
    upload_key,
    variant_image_key,
)
from shared.domain.images import Decoded, ImageFormat, ImageStatus, Provenance, StoredImage
from shared.domain.quota import Allowance, period_of
from shared.domain.request import Effective, GenerationRequest, Mode, Plan, ProviderName, Reach
from shared.domain.upload import UPLOAD_LIFETIME, Upload
from shared.domain.variant import Variant, VariantProvenance, VariantStatus

NOW = datetime(2026, 3, 14, 15, 9, 26, 535_000, tzinfo=UTC)
IN_A_MINUTE = NOW + timedelta(minutes=1)
ADA = "ada|5f1c"
GRACE = "grace|77b2"
GEMINI_MODEL = "gemini-2.5-flash-image"


def an_id(kind: Kind, number: int) -> str:
    """Valid, and the same in every run."""
    return f"{kind}_{number:026}"


def an_allowance(**changes: int) -> Allowance:
    """The free plan's."""
    return Allowance(**{"in_flight": 1, "monthly_images": 50, "requests_per_minute": 60} | changes)


def a_generation(number: int = 1, **changes: Any) -> Generation:
    """Ada's portrait generation of six images, just submitted."""
    created_at = changes.get("created_at", NOW)
    fields: dict[str, Any] = {
        "id": an_id(Kind.GENERATION, number),
        "owner": ADA,
        "plan": Plan.FREE,
        "mode": Mode.PORTRAIT,
        "character_id": an_id(Kind.CHARACTER, 1),
        "effective": Effective(seed=Reach.PROMPT, size=Reach.NATIVE),
        "created_at": created_at,
        "units": 6,
        "quota_period": period_of(created_at),
        "estimated_micro_usd": 234_000,
        "price_table": "2026-03-01",
    }
    return Generation(**fields | changes)


def an_item(generation: Generation, index: int = 0, **changes: Any) -> Item:
    fields: dict[str, Any] = {
        "id": an_id(Kind.ITEM, index + 1),
        "generation_id": generation.id,
        "index": index,
        "seed": 42 + index,
        "queued_at": generation.created_at,
    }
    return Item(**fields | changes)


def a_snapshot(number: int = 1, *, items: int | None = None, **changes: Any) -> Snapshot:
    """A generation as it is submitted, with as many items as units unless told otherwise."""
    count = items if items is not None else changes.get("units", 6)
    generation = a_generation(number, **{"units": count} | changes)
    return Snapshot(
        generation=generation, items=tuple(an_item(generation, index) for index in range(count))
    )


def a_held_snapshot(number: int = 1, **changes: Any) -> Snapshot:
    """Its first item may run; the others wait for that image."""
    snapshot = a_snapshot(number, **changes)
    held = [item.model_copy(update={"dispatch": Dispatch.HELD}) for item in snapshot.items[1:]]
    return snapshot.model_copy(update={"items": (snapshot.items[0], *held)})


def a_brief(snapshot: Snapshot, **changes: Any) -> Brief:
    generation = snapshot.generation
    request = GenerationRequest(
        mode=generation.mode,
        image_count=len(snapshot.items),
        seed=42,
        style_strength=0.7,
        provider=ProviderName.GEMINI,
        model=GEMINI_MODEL,
        character_id=generation.character_id,
    )
    prompts = tuple(f"The same woman, view {item.index}" for item in snapshot.items)
    return Brief(**{"request": request, "prompts": prompts} | changes)


def an_attempt(item: Item, **changes: Any) -> Attempt:
    """The current call for the item, just made."""
    number = changes.get("number", max(item.calls, 1))
    fields: dict[str, Any] = {
        "id": an_id(Kind.ATTEMPT, 100 * item.index + number),
        "generation_id": item.generation_id,
        "index": item.index,
        "number": number,
        "token": f"token-of-call-{number}",
        "provider": ProviderName.GEMINI,
        "model": GEMINI_MODEL,
        "called_at": item.started_at or NOW,
        "cost_micro_usd": 39_000,
    }
    return Attempt(**fields | changes)


def some_content(**changes: Any) -> Decoded:
    fields: dict[str, Any] = {
        "format": ImageFormat.PNG,
        "width": 896,
        "height": 1200,
        "size_bytes": 1_812_204,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }
    return Decoded(**fields | changes)


def an_image(
    generation: Generation, index: int = 0, number: int = 1, **changes: Any
) -> StoredImage:
    """The intent to store an item's image."""
    image_id = an_id(Kind.IMAGE, number)
    fields: dict[str, Any] = {
        "id": image_id,
        "owner": generation.owner,
        "key": generated_image_key(generation, image_id, ImageFormat.PNG),
        "provenance": Provenance.GENERATED,
        "created_at": NOW + timedelta(seconds=number),
        "content": some_content(),
        "character_id": generation.character_id,
        "generation_id": generation.id,
        "item_index": index,
    }
    return StoredImage(**fields | changes)


def a_character(number: int = 1, **changes: Any) -> Character:
    created_at = changes.get("created_at", NOW)
    fields: dict[str, Any] = {
        "id": an_id(Kind.CHARACTER, number),
        "owner": ADA,
        "name": "Mira",
        "attributes": Attributes(age_range="thirties", hair_color="auburn"),
        "consistency": Consistency(seed=1_234_567, style_strength=0.65),
        "created_at": created_at,
        "updated_at": created_at,
    }
    return Character(**fields | changes)


def a_source(character: Character, version: int = 1, **changes: Any) -> SourceImage:
    """Its image is live, as it is once it is recorded."""
    image_id = an_id(Kind.IMAGE, 900 + version)
    image = StoredImage(
        id=image_id,
        owner=character.owner,
        status=ImageStatus.LIVE,
        key=source_image_key(character.owner, character.id, image_id, ImageFormat.PNG),
        provenance=Provenance.UPLOADED,
        created_at=NOW,
        content=some_content(),
        character_id=character.id,
    )
    fields: dict[str, Any] = {
        "character_id": character.id,
        "version": version,
        "image": image,
        "created_at": IN_A_MINUTE,
    }
    return SourceImage(**fields | changes)


def a_variant(number: int = 1, **changes: Any) -> Variant:
    """A front view that Ada uploaded for her first character, to be reviewed."""
    variant_id = an_id(Kind.VARIANT, number)
    created_at = changes.get("created_at", NOW + timedelta(seconds=number))
    fields: dict[str, Any] = {
        "id": variant_id,
        "owner": ADA,
        "character_id": an_id(Kind.CHARACTER, 1),
        "variant_type": "front",
        "status": VariantStatus.GENERATED,
        "provenance": VariantProvenance.MANUAL_UPLOAD,
        "root_id": variant_id,
        "image_id": an_id(Kind.IMAGE, 500 + number),
        "created_at": created_at,
        "updated_at": created_at,
    }
    return Variant(**fields | changes)


def a_variant_image(variant: Variant, **changes: Any) -> StoredImage:
    """Live, as it is once it is recorded."""
    assert variant.image_id is not None, "it has a picture"
    place = (variant.owner, variant.character_id, variant.variant_type, variant.image_id)
    fields: dict[str, Any] = {
        "id": variant.image_id,
        "owner": variant.owner,
        "status": ImageStatus.LIVE,
        "key": variant_image_key(*place, ImageFormat.PNG),
        "provenance": Provenance.UPLOADED,
        "created_at": variant.created_at,
        "content": some_content(),
        "character_id": variant.character_id,
        "variant_id": variant.id,
    }
    return StoredImage(**fields | changes)


def an_upload(number: int = 1, **changes: Any) -> Upload:
    owner = changes.get("owner", ADA)
    upload_id = an_id(Kind.UPLOAD, number)
    fields: dict[str, Any] = {
        "id": upload_id,
        "owner": owner,
        "key": upload_key(owner, upload_id),
        "format": ImageFormat.JPEG,
        "size_bytes": 2_400_000,
        "created_at": NOW,
        "expires_at": NOW + UPLOAD_LIFETIME,
    }
    return Upload(**fields | changes)


def an_idempotency_key(
    key: str = "order-66", *, body: Any = "a pack", **changes: Any
) -> IdempotencyKey:
    fields: dict[str, Any] = {
        "owner": ADA,
        "route": "POST /generations",
        "key": key,
        "request_hash": request_hash(body),
        "expires_at": NOW + timedelta(hours=24),
        "answer": '{"id": "the first"}',
    }
    return IdempotencyKey(**fields | changes)
