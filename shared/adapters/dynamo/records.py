"""Entities as table records and back: the keys of keys.py and the entity's own JSON fields.

What the key says already is left out where records change often; absent means None.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from shared.adapters.dynamo import keys
from shared.domain.character import Character, SourceImage
from shared.domain.collecting import ORPHAN_AGE, Listing
from shared.domain.entity import Entity
from shared.domain.gate import Gate
from shared.domain.generation import Attempt, Brief, Generation, Item
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.reference_kit import ReferenceKit
from shared.domain.style_capsule import StyleCapsule
from shared.domain.upload import Upload
from shared.domain.variant import Variant, VariantStatus

type Record = dict[str, Any]

_IN_ITEM_KEY = {"generation_id": True, "index": True}
# The checks of an image stay with its own record: an item is read often, and kept small.
_IN_IMAGE_OF_ITEM = {"generation_id": True, "item_index": True, "qa": True}
# The vector stays with its version: whoever reads a character has no use for it.
_OF_SOURCE = {"source": {"embedding": {"vector": True}}}


def generation_record(generation: Generation) -> Record:
    listed = keys.listed(generation.owner, keys.GENERATIONS, generation.created_at, generation.id)
    return keys.generation(generation.id) | listed | _fields(generation)


def generation_of(record: Record) -> Generation:
    return Generation.model_validate(record)


def item_record(item: Item) -> Record:
    left_out = _IN_ITEM_KEY | {"image": _IN_IMAGE_OF_ITEM, "best": _IN_IMAGE_OF_ITEM}
    return keys.item(item.generation_id, item.index) | _fields(item, left_out)


def item_of(record: Record) -> Item:
    in_key = {
        "generation_id": keys.generation_id(record["pk"]),
        "index": int(record["sk"].removeprefix(keys.FIRST_ITEM)),
    }
    # The default of `dispatch` is for new items; a stored one without it has been claimed.
    fields = {"dispatch": None} | record | in_key
    of_item = {"generation_id": in_key["generation_id"], "item_index": in_key["index"]}
    for name in ("image", "best"):
        if image := record.get(name):
            fields[name] = image | of_item
    if not fields.get("draws"):
        fields["draws"] = ()  # Once they were counted, and only their number was stored.
    return Item.model_validate(fields)


def brief_record(generation_id: str, brief: Brief) -> Record:
    """As one text: written once, read whole, of no use to an index."""
    return keys.generation(generation_id, keys.BRIEF) | {"brief": brief.model_dump_json()}


def brief_of(record: Record) -> Brief:
    return Brief.model_validate_json(record["brief"])


def attempt_record(attempt: Attempt) -> Record:
    key = keys.attempt(attempt.generation_id, attempt.index, attempt.number)
    return key | _fields(attempt)


def due_record(generation_id: str, due_at: datetime) -> Record:
    return keys.generation(generation_id, keys.DUE) | keys.due(generation_id, due_at)


def closed_record(generation_id: str, closed_at: datetime) -> Record:
    return keys.generation(generation_id, keys.DUE) | keys.closed(generation_id, closed_at)


def character_record(character: Character) -> Record:
    listed = keys.listed(character.owner, keys.CHARACTERS, character.created_at, character.id)
    return keys.character(character.id) | listed | _fields(character, _OF_SOURCE)


def source_record(source: SourceImage) -> Record:
    return keys.source(source.character_id, source.version) | _fields(source)


def variant_record(variant: Variant) -> Record:
    record = keys.variant(variant.character_id, variant.id) | _fields(variant)
    if variant.status is VariantStatus.REJECTED:
        return record | keys.rejected(variant.id, variant.updated_at)
    return record


def hero_record(character_id: str, variant_type: str, variant_id: str) -> Record:
    return keys.hero(character_id, variant_type) | {"variant_id": variant_id}


def image_record(image: StoredImage) -> Record:
    """On its owner's list only while it is live, and only then not in the collector's sight."""
    record = keys.image(image.id) | _fields(image)
    if image.status is ImageStatus.LIVE:
        return record | keys.listed(image.owner, keys.IMAGES, image.created_at, image.id)
    return record | keys.collectable(image.id, image.created_at + ORPHAN_AGE)


def analysis_fields(image: StoredImage) -> Record:
    fields = _fields(image)
    return {name: fields[name] for name in ("qa", "similarity")}


def image_of(record: Record) -> StoredImage:
    return StoredImage.model_validate(record)


def style_capsule_record(capsule: StyleCapsule) -> Record:
    listed = keys.listed(capsule.owner, keys.STYLE_CAPSULES, capsule.created_at, capsule.id)
    return keys.style_capsule(capsule.id) | listed | _fields(capsule)


def kit_record(kit: ReferenceKit) -> Record:
    listed = keys.listed(kit.owner, keys.REFERENCE_KITS, kit.created_at, kit.id)
    return keys.reference_kit(kit.id) | listed | _fields(kit)


def kit_of(record: Record) -> ReferenceKit:
    return ReferenceKit.model_validate(record)


def gate_record(gate: Gate) -> Record:
    return keys.gate(gate.provider) | _fields(gate)


def gate_of(record: Record) -> Gate:
    return Gate.model_validate(record)


def listing_record(listing: Listing) -> Record:
    return keys.listing() | listing.model_dump(mode="json")


def listing_of(record: Record) -> Listing:
    return Listing.model_validate(record)


def upload_record(upload: Upload, forgotten_at: datetime) -> Record:
    ttl = {"ttl": int(forgotten_at.timestamp())}
    return keys.upload(upload.id) | _fields(upload) | ttl


def _fields(entity: Entity, left_out: Mapping[str, Any] | None = None) -> Record:
    text = entity.model_dump_json(exclude_none=True, exclude=dict(left_out or {}))
    fields: Record = json.loads(text, parse_float=Decimal)
    return fields
