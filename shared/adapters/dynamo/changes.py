"""Records of the table's stream as changes of entities."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast

from shared.adapters.dynamo import keys
from shared.adapters.dynamo import records as r
from shared.adapters.dynamo.records import Record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.writes import from_wire
from shared.domain.analytics.changes import (
    AttemptChange,
    Change,
    GenerationChange,
    ImageChange,
    ItemChange,
    KitChange,
    SourceChange,
    VariantChange,
)
from shared.domain.character import SourceImage
from shared.domain.generation import Attempt, Generation
from shared.domain.images import ImageStatus
from shared.domain.variant import Variant

type StreamRecord = Mapping[str, Any]
type Read = Callable[[Record], Any]

_IMAGE_STAGES: Final = (ImageStatus.PENDING, ImageStatus.LIVE, ImageStatus.DELETING)
"""An image has no version: it goes through each stage once."""


def changes_of(stream: Sequence[StreamRecord], table: Table) -> list[Change]:
    """In the stream's order; what no event and no sum is about is left out. One read for the
    generations that the changed items and attempts are part of."""
    generations = _generations(stream, table)
    changes = (_change(record, _key(record), generations) for record in stream)
    return [change for change in changes if change is not None]


def _generations(stream: Sequence[StreamRecord], table: Table) -> Mapping[str, Generation]:
    """By partition. Those deleted meanwhile are known only if this very batch tells of them."""
    found: dict[str, Generation] = {}
    parts = set()
    for record in stream:
        key = _key(record)
        if key["sk"].startswith((keys.FIRST_ITEM, keys.ATTEMPTS)):
            parts.add(key["pk"])
        elif key["sk"] == keys.META and key["pk"].startswith(keys.GENERATION_PREFIX):
            sides = _sides(record, r.generation_of)
            found[key["pk"]] = sides["after"] or sides["before"]
    missing = [{"pk": pk, "sk": keys.META} for pk in sorted(parts - set(found))]
    return found | {record["pk"]: r.generation_of(record) for record in table.get_many(missing)}


def _change(
    record: StreamRecord, key: Record, generations: Mapping[str, Generation]
) -> Change | None:
    pk, sk = key["pk"], key["sk"]
    told: dict[str, Any] = {
        "key": f"{pk}/{sk}",
        "at": datetime.fromtimestamp(float(record["dynamodb"]["ApproximateCreationDateTime"]), UTC),
        "sequence": str(record["dynamodb"]["SequenceNumber"]),
    }
    whose: dict[str, Any] = {
        "generation_id": keys.generation_id(pk),
        "generation": generations.get(pk),
    }
    part = next((name for name in _PARTS if sk.startswith(name)), None)
    if part is not None:
        kind, read, version = _PARTS[part]
        sides = _sides(record, read)
        of_generation = whose if pk.startswith(keys.GENERATION_PREFIX) else {}
        return cast("Change", kind(**told, **of_generation, **sides, version=version(sides)))
    if sk == keys.META and pk.startswith(keys.IMAGE_PREFIX):
        sides = _sides(record, r.image_of)
        return ImageChange(**told, **sides, version=_IMAGE_STAGES.index(_latest(sides).status))
    if sk == keys.META and pk.startswith(keys.KIT_PREFIX):
        sides = _sides(record, r.kit_of)
        return KitChange(**told, **sides, version=_latest(sides).version)
    if sk == keys.META and pk.startswith(keys.GENERATION_PREFIX):
        sides = _sides(record, r.generation_of)
        return GenerationChange(**told, **sides, version=_latest(sides).version)
    return None


def _written_twice(sides: Mapping[str, Any]) -> int:
    """Of what has no version: it is made, and completed later."""
    return 2 if sides["before"] else 1


def _key(record: StreamRecord) -> Record:
    return from_wire(record["dynamodb"]["Keys"])


def _sides(record: StreamRecord, read: Read) -> dict[str, Any]:
    """What is gone has no `after`, what is new no `before`."""
    images = {"before": "OldImage", "after": "NewImage"}
    return {
        side: read(from_wire(record["dynamodb"][image])) if image in record["dynamodb"] else None
        for side, image in images.items()
    }


def _latest(sides: Mapping[str, Any]) -> Any:
    return sides["after"] or sides["before"]


_PARTS: Final[Mapping[str, tuple[Any, Read, Callable[[Mapping[str, Any]], int]]]] = {
    keys.FIRST_ITEM: (ItemChange, r.item_of, lambda sides: _latest(sides).version),
    keys.ATTEMPTS: (AttemptChange, Attempt.model_validate, _written_twice),
    keys.SOURCES: (SourceChange, SourceImage.model_validate, _written_twice),
    keys.VARIANTS: (VariantChange, Variant.model_validate, lambda sides: _latest(sides).revision),
}
"""By the beginning of the sort key: the change, how its sides are read, and its version."""
