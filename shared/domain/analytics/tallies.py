"""What a change adds to which sums: the roll-ups behind costs, statistics and the queue.

A row is named by its place: `HOUR#2026-03-14T15` of an owner, `COST#model#flux-schnell` of an
owner, `SPEND#2026-03-14` of the whole deployment. A sum is only ever added to.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from shared.domain.analytics.changes import Change, GenerationChange, ImageChange, ItemChange
from shared.domain.analytics.events import milliseconds
from shared.domain.faces import Verdict
from shared.domain.generation import Generation, Item, Lane, Status
from shared.domain.images import ImageStatus, StoredImage

_STEP: Final = 1.1
"""Times are kept in steps of ten percent: fine enough for a percentile, and some forty columns."""


class CostGroup(StrEnum):
    """By what costs can be added up."""

    MODE = "mode"
    JOB_TYPE = "job_type"
    MODEL = "model"
    CHARACTER = "character"
    DAY = "day"


class LaneState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Row:
    """One record of sums; the deployment's own has no owner."""

    owner: str | None
    name: str

    @property
    def is_spend(self) -> bool:
        return self.owner is None and self.name.startswith(SPEND)


STORED: Final = "STORED"
HOUR: Final = "HOUR#"
SPEND: Final = "SPEND#"

type Tallies = dict[Row, Counter[str]]


@dataclass(frozen=True, slots=True)
class LaneMove:
    """A generation comes to wait in a lane, is begun, or has ended (`to` is None)."""

    lane: Lane
    generation_id: str
    to: LaneState | None


@dataclass(frozen=True, slots=True)
class Counted:
    """All that one change does to the sums."""

    change_id: str
    tallies: Tallies
    move: LaneMove | None


@dataclass(frozen=True, slots=True)
class DaySpend:
    """Micro-USD of a day of the whole deployment, and whether the threshold has been told of."""

    micro_usd: int
    crossed: bool


def hour_row(owner: str, moment: datetime) -> Row:
    return Row(owner, f"{HOUR}{moment.astimezone(UTC):%Y-%m-%dT%H}")


def cost_row(owner: str, group: CostGroup, key: str) -> Row:
    return Row(owner, f"COST#{group}#{key}")


def spend_row(moment: datetime) -> Row:
    return Row(None, f"{SPEND}{moment.astimezone(UTC):%Y-%m-%d}")


def lane_row(lane: Lane, moment: datetime) -> Row:
    return Row(None, f"LANE#{lane}#{moment.astimezone(UTC):%Y-%m-%dT%H}")


def bucket_of(milliseconds_: int) -> int:
    """The step that a time falls into."""
    return math.ceil(math.log(max(1, milliseconds_), _STEP))


def time_of(bucket: int) -> int:
    """Milliseconds, the upper end of the step."""
    return round(_STEP**bucket)


def counted(change: Change) -> Counted | None:
    """None of a change that no sum is about."""
    tallies, move = _tallies(change), _lane_move(change)
    if not tallies and move is None:
        return None
    return Counted(change.id_of("gone" if change.after is None else "changed"), tallies, move)


def _lane_move(change: Change) -> LaneMove | None:
    """A generation is begun when its first item is claimed for the first time."""
    match change:
        case ItemChange(after=Item() as item, generation=Generation() as generation):
            claimed = item.status is Status.PROCESSING and item.calls == 1 and item.index == 0
            if claimed and change.before is not None and change.before.calls == 0:
                return LaneMove(generation.lane, generation.id, LaneState.RUNNING)
        case GenerationChange(after=Generation() as generation) if change.closes:
            return LaneMove(generation.lane, generation.id, None)
        case GenerationChange(before=None, after=Generation() as generation):
            return LaneMove(generation.lane, generation.id, LaneState.WAITING)
        case GenerationChange(before=Generation() as generation, after=None) if (
            not generation.closed
        ):
            return LaneMove(generation.lane, generation.id, None)
    return None


def _tallies(change: Change) -> Tallies:
    """Only sums that change."""
    sums: Tallies = {}
    for row, name, amount in _amounts(change):
        if amount:
            sums.setdefault(row, Counter())[name] += amount
    return sums


def _amounts(change: Change) -> Iterator[tuple[Row, str, int]]:
    match change:
        case ItemChange(after=Item() as item):
            yield from _drawn(change, item)
            yield spend_row(change.at), "micro_usd", _paid(change, item)
            if change.generation is not None:
                yield from _of_item(change, item, change.generation)
        case GenerationChange(after=Generation() as generation):
            yield from _of_generation(change, generation)
        case ImageChange():
            yield from _of_image(change)


def _of_generation(change: GenerationChange, after: Generation) -> Iterator[tuple[Row, str, int]]:
    before = change.before
    if after.closed_at is None or after.status is None:
        return
    hour = hour_row(after.owner, after.closed_at)
    took = milliseconds(after.closed_at - after.created_at)
    known = before if before is not None and before.closed else None
    if known is None or known.status is not after.status:
        yield hour, f"jobs_{after.status}", 1
        yield hour, f"ms_{after.status}", took
        if known is not None:
            yield hour, f"jobs_{known.status}", -1
            yield hour, f"ms_{known.status}", -took
    if after.first_image_at is not None and (known is None or known.first_image_at is None):
        waited = milliseconds(after.first_image_at - after.created_at)
        yield hour, f"first_{bucket_of(waited)}", 1
    if known is None and after.started_at is not None:
        lane = lane_row(after.lane, after.closed_at)
        yield lane, "jobs", 1
        yield lane, "ms", milliseconds(after.closed_at - after.started_at)
    yield from _costs(known, after, hour)


def _costs(
    known: Generation | None, after: Generation, hour: Row
) -> Iterator[tuple[Row, str, int]]:
    """Days are added up from their hours."""
    paid = (after.actual_micro_usd or 0) - ((known.actual_micro_usd or 0) if known else 0)
    keys = {
        CostGroup.MODE: after.mode,
        CostGroup.JOB_TYPE: None if after.asset is None else after.asset.job_type,
        CostGroup.CHARACTER: after.character_id,
    }
    rows = [cost_row(after.owner, group, key) for group, key in keys.items() if key is not None]
    for row in (hour, *rows):
        yield row, "count", 0 if known else 1
        yield row, "estimated", 0 if known else after.estimated_micro_usd
        yield row, "actual", paid


def _of_item(
    change: ItemChange, item: Item, generation: Generation
) -> Iterator[tuple[Row, str, int]]:
    before, owner = change.before, generation.owner
    if item.ended and item.model is not None:
        model = cost_row(owner, CostGroup.MODEL, item.model)
        drawn = int(change.ends_as(Status.COMPLETED))
        yield model, "actual", _paid(change, item)
        yield model, "count", drawn
        yield model, "estimated", drawn * (generation.estimated_micro_usd // generation.units)
    hour = hour_row(owner, item.completed_at or change.at)
    if (measured := change.newly_measured) is not None:
        yield hour, "measured", 1
        yield hour, "consistent", int(measured.verdict is Verdict.CONSISTENT)
    if change.ends_as(Status.COMPLETED):
        yield hour, "images", 1
        if before is not None and before.failure is not None and before.completed_at is not None:
            yield from _failed(hour_row(owner, before.completed_at), before, -1)
    if change.ends_as(Status.FAILED):
        yield from _failed(hour, item, 1)


def _paid(change: ItemChange, item: Item) -> int:
    """Micro-USD, at the end of an item: what it took on the way is in them."""
    if not item.ended:
        return 0
    before = change.before
    return item.cost_micro_usd - (before.cost_micro_usd if before and before.ended else 0)


def _failed(hour: Row, item: Item, sign: int) -> Iterator[tuple[Row, str, int]]:
    """Taken back, when the image comes late."""
    yield hour, "failed", sign
    if item.failure is not None:
        yield hour, f"code_{item.failure.code}", sign


def _drawn(change: ItemChange, item: Item) -> Iterator[tuple[Row, str, int]]:
    """What is drawn is stored when it goes live, which may be before its item completes: an
    image that is delivered at last may have been live for long."""
    before, image = change.before, item.image
    if image is None or image.status is not ImageStatus.LIVE:
        return
    known = () if before is None else (before.image, before.best)
    was_live = {one.id for one in known if one is not None and one.status is ImageStatus.LIVE}
    if image.id not in was_live:
        yield from _stored(image, 1)


def _of_image(change: ImageChange) -> Iterator[tuple[Row, str, int]]:
    """What came from outside is stored when it is there; everything is gone when it goes."""
    before, after = change.before, change.after
    was_live = before is not None and before.status is ImageStatus.LIVE
    is_live = after is not None and after.status is ImageStatus.LIVE
    if before is not None and was_live and not is_live:
        yield from _stored(before, -1)
    if after is not None and is_live and not was_live and after.item_index is None:
        yield from _stored(after, 1)


def _stored(image: StoredImage, sign: int) -> Iterator[tuple[Row, str, int]]:
    row = Row(image.owner, STORED)
    yield row, "bytes", sign * image.content.size_bytes
    yield row, "images", sign
