"""Which events and sums the changes of a pack are, however the stream tells them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from shared.domain import closing
from shared.domain import events as e
from shared.domain.analytics.changes import (
    AttemptChange,
    Change,
    GenerationChange,
    ImageChange,
    ItemChange,
)
from shared.domain.analytics.events import AnalyticsEvent, events_of
from shared.domain.analytics.statistics import LaneNow, statistics_of
from shared.domain.analytics.tallies import (
    CostGroup,
    Row,
    bucket_of,
    cost_row,
    counted,
    hour_row,
    spend_row,
    time_of,
)
from shared.domain.errors import FailureClass
from shared.domain.generation import (
    Dispatch,
    Failure,
    FailureStage,
    Item,
    Lane,
    Snapshot,
    Status,
)
from shared.domain.ids import Kind, new_id
from shared.domain.images import ImageStatus
from shared.domain.transitions import Move, decide
from shared.services.follow_variants import FollowVariants
from shared.services.record_changes import RecordChanges
from tests.builders import ADA, NOW, a_snapshot, an_attempt, an_image
from tests.fake_memory import Memory
from tests.fake_outside import FakeAnalyses, FakeClock
from tests.fake_rollups import FakeBus, FakeRollups
from tests.fake_variants import FakeVariants
from tests.kit_builders import a_kit_snapshot

BLOCKED = Failure(
    code="content_blocked_output",
    failure_class=FailureClass.PERMANENT,
    stage=FailureStage.GENERATING,
    message="The provider's policy refused the image.",
)


class Tape:
    """A generation that runs, and all that the stream tells of it."""

    def __init__(self, units: int = 10, snapshot: Snapshot | None = None) -> None:
        self.snapshot = snapshot or a_snapshot(units=units)
        self.numbers = count(1)
        self.changes: list[Change] = []
        self.now = NOW
        after = self.snapshot.generation
        self.changes.append(GenerationChange(**self.told("META", 1), before=None, after=after))
        for item in self.snapshot.items:
            self._item(None, item)

    def told(self, sk: str, version: int) -> dict[str, Any]:
        key = f"GEN#{self.snapshot.generation.id}/{sk}"
        return {"key": key, "version": version, "at": self.now, "sequence": f"{next(self.numbers)}"}

    def _part(self) -> dict[str, Any]:
        generation = self.snapshot.generation
        return {"generation_id": generation.id, "generation": generation}

    def _item(self, before: Item | None, after: Item) -> None:
        told = self.told(f"ITEM#{after.index:02}", after.version)
        self.changes.append(ItemChange(**told, **self._part(), before=before, after=after))

    def move(self, index: int, event: e.Event) -> Move:
        move = decide(self.snapshot.items[index], event, self.now)
        assert isinstance(move, Move), move
        self.snapshot = self.snapshot.with_item(move.after)
        self._item(move.before, move.after)
        if move.attempt is not None:
            known = any(
                isinstance(told, AttemptChange) and told.after and told.after.id == move.attempt.id
                for told in self.changes
            )
            sk = f"ATT#{index:02}#{move.attempt.number}"
            before = move.attempt if known else None
            told = self.told(sk, 2 if known else 1)
            self.changes.append(
                AttemptChange(**told, **self._part(), before=before, after=move.attempt)
            )
        if move.image is not None:
            live = move.image.status is ImageStatus.LIVE
            pending = move.image.model_copy(update={"status": ImageStatus.PENDING})
            told = self.told("", int(live)) | {"key": f"IMG#{move.image.id}/META"}
            self.changes.append(
                ImageChange(**told, before=pending if live else None, after=move.image)
            )
        return move

    def draw(self, index: int) -> None:
        self.move(index, e.Claimed())
        item = self.snapshot.items[index]
        attempt = an_attempt(item, id=f"att_{index}", cost_micro_usd=39_000)
        self.move(index, e.ProviderCalled(attempt))
        self.now += timedelta(seconds=1)
        image = an_image(self.snapshot.generation, index, number=500 + index)
        self.move(index, e.GoodResult(attempt, image))
        self.move(index, e.Stored(image))

    def fail(self, index: int) -> None:
        self.move(index, e.Claimed())
        item = self.snapshot.items[index]
        attempt = an_attempt(item, id=f"att_{index}")
        self.move(index, e.ProviderCalled(attempt))
        self.move(
            index,
            e.AttemptFailed(item.calls, BLOCKED, transient=False, retry_after=timedelta(0)),
        )

    def close(self) -> None:
        end = closing.close(self.snapshot, self.now)
        assert end is not None
        told = self.told("META", end.after.version)
        self.changes.append(GenerationChange(**told, before=end.before, after=end.after))
        self.snapshot = Snapshot(generation=end.after, items=self.snapshot.items)

    def complete_late(self, index: int) -> None:
        attempt = an_attempt(self.snapshot.items[index], id=f"att_{index}", cost_micro_usd=39_000)
        image = an_image(self.snapshot.generation, index, number=500 + index)
        before = self.snapshot
        move = self.move(index, e.LateResult(attempt, image))
        late = closing.late_completion(before, move)
        told = self.told("META", late.after.version)
        self.changes.append(GenerationChange(**told, before=late.before, after=late.after))
        self.snapshot = Snapshot(generation=late.after, items=self.snapshot.items)


def pack_of_ten_with_two_failures() -> Tape:
    tape = Tape()
    for index in range(10):
        (tape.fail if index in (3, 7) else tape.draw)(index)
    tape.close()
    return tape


def events(changes: Sequence[Change]) -> list[AnalyticsEvent]:
    return [event for change in changes for event in events_of(change)]


def summed(changes: Sequence[Change]) -> dict[Row, Counter[str]]:
    rollups = FakeRollups()
    rollups.add([each for change in changes if (each := counted(change)) is not None])
    return rollups.sums


def test_a_pack_of_ten_with_two_failures_is_told_as_it_went() -> None:
    tape = pack_of_ten_with_two_failures()

    told = events(tape.changes)

    assert Counter(str(event.name) for event in told) == {
        "generation_queued": 1,
        "generation_started": 10,
        "generation_completed": 8,
        "image_stored": 8,
        "generation_failed": 2,
        "pack_completed": 1,
    }
    assert {(event.owner, event.generation_id) for event in told} == {
        (ADA, tape.snapshot.generation.id)
    }
    (packed,) = (event for event in told if event.name == "pack_completed")
    assert packed.detail()["image_count"] == 8
    assert packed.detail()["total_duration_ms"] == 8000
    failures = [event.properties for event in told if event.name == "generation_failed"]
    assert [each["error_type"] for each in failures] == ["content_blocked_output"] * 2


def test_every_event_has_an_id_of_its_own_that_stays_when_it_is_told_again() -> None:
    changes = pack_of_ten_with_two_failures().changes

    ids = [event.event_id for event in events(changes)]

    assert len(set(ids)) == len(ids) == 30
    assert ids == [event.event_id for event in events(changes)]


def test_what_was_deleted_before_anybody_looked_is_told_without_its_owner() -> None:
    orphaned = [
        replace(change, generation=None)
        for change in pack_of_ten_with_two_failures().changes
        if isinstance(change, ItemChange | AttemptChange)
    ]

    told = events(orphaned)

    assert len(told) == 28
    assert {event.owner for event in told} == {None}
    sums = summed(orphaned)
    assert {row.name for row in sums} == {"STORED", spend_row(NOW).name}
    assert sums[spend_row(NOW)]["micro_usd"] == 8 * 39_000, "it was paid for all the same"


def test_the_sums_of_the_pack() -> None:
    sums = summed(pack_of_ten_with_two_failures().changes)

    hour = sums[hour_row(ADA, NOW)]
    assert (hour["images"], hour["failed"]) == (8, 2)
    assert (hour["jobs_completed"], hour["ms_completed"]) == (1, 8000)
    assert hour["code_content_blocked_output"] == 2
    assert hour[f"first_{bucket_of(1000)}"] == 1
    assert sums[cost_row(ADA, CostGroup.MODE, "portrait")] == {
        "count": 1,
        "estimated": 234_000,
        "actual": 8 * 39_000,
    }
    (model,) = (row for row in sums if row.name.startswith("COST#model#"))
    assert (sums[model]["count"], sums[model]["actual"]) == (8, 8 * 39_000)
    assert sums[spend_row(NOW)]["micro_usd"] == 8 * 39_000
    assert sums[Row(ADA, "STORED")]["images"] == 8


def test_changes_told_twice_and_in_pieces_count_once() -> None:
    changes = pack_of_ten_with_two_failures().changes
    rollups = FakeRollups()
    marks = [each for change in changes if (each := counted(change)) is not None]

    for some in (marks[:20], marks[10:30], marks[5:], marks):
        rollups.add(some)

    assert rollups.sums == summed(changes)


def test_a_late_image_takes_its_failure_back() -> None:
    tape = Tape(units=1)
    tape.move(0, e.Claimed())
    tape.move(0, e.ProviderCalled(an_attempt(tape.snapshot.items[0], id="att_0")))
    tape.now += timedelta(minutes=10)
    tape.move(0, e.DeadlinePassed())
    tape.close()
    hour = hour_row(ADA, tape.now)
    before = summed(tape.changes)[hour]
    assert (before["failed"], before["code_timeout"], before["jobs_failed"]) == (1, 1, 1)

    tape.now += timedelta(minutes=5)
    tape.complete_late(0)

    after = summed(tape.changes)
    assert (after[hour]["failed"], after[hour]["code_timeout"], after[hour]["images"]) == (0, 0, 1)
    assert (after[hour]["jobs_failed"], after[hour]["jobs_completed"]) == (0, 1)
    assert after[cost_row(ADA, CostGroup.MODE, "portrait")]["actual"] == 39_000


def test_a_pack_that_only_a_late_image_completes_is_told_once() -> None:
    tape = Tape(units=2)
    for index in range(2):
        tape.move(index, e.Claimed())
        attempt = an_attempt(tape.snapshot.items[index], id=f"att_{index}")
        tape.move(index, e.ProviderCalled(attempt))
    tape.now += timedelta(minutes=10)
    for index in range(2):
        tape.move(index, e.DeadlinePassed())
    tape.close()
    assert "pack_completed" not in {event.name for event in events(tape.changes)}

    tape.now += timedelta(minutes=5)
    for index in range(2):
        tape.complete_late(index)

    (packed,) = (event for event in events(tape.changes) if event.name == "pack_completed")
    assert packed.occurred_at == tape.now
    assert packed.properties["image_count"] == 1
    assert packed.properties["total_duration_ms"] == 15 * 60_000


def test_a_deleted_picture_is_stored_no_more() -> None:
    tape = Tape(units=1)
    tape.draw(0)
    image = tape.snapshot.items[0].image
    assert image is not None
    deleting = image.model_copy(update={"status": ImageStatus.DELETING})
    told = tape.told("", 2) | {"key": f"IMG#{image.id}/META"}
    tape.changes.append(ImageChange(**told, before=image, after=deleting))
    tape.changes.append(ImageChange(**told, before=deleting, after=None))

    assert summed(tape.changes)[Row(ADA, "STORED")] == {"images": 0, "bytes": 0}


def test_a_generation_waits_then_runs_then_is_gone_from_its_lane() -> None:
    tape = Tape(units=2)
    rollups = FakeRollups()

    def lane() -> LaneNow:
        rollups.add([each for change in tape.changes if (each := counted(change)) is not None])
        return rollups.lane(Lane.STANDARD, tape.now)

    generation = tape.snapshot.generation.id
    assert (lane().waiting, lane().running) == ((generation,), ())
    tape.draw(0)
    assert (lane().waiting, lane().running) == ((), (generation,))
    tape.draw(1)
    tape.close()
    assert (lane().waiting, lane().running) == ((), ())
    assert lane().mean_ms == 2000


@pytest.mark.parametrize("milliseconds", [0, 1, 90, 2_345, 61_000, 600_000, 3_300_000])
def test_a_time_is_kept_to_ten_percent(milliseconds: int) -> None:
    kept = time_of(bucket_of(milliseconds))

    assert milliseconds <= kept <= max(1, milliseconds * 1.1)


def test_percentiles_and_rates_of_several_hours() -> None:
    fast, slow = bucket_of(2_000), bucket_of(30_000)
    told = statistics_of(
        [
            {f"first_{fast}": 18, "images": 30, "failed": 9, "code_timeout": 9},
            {f"first_{slow}": 2, "images": 1, "jobs_completed": 2, "ms_completed": 5_000},
        ]
    )

    assert (told.first_image_p50_ms, told.first_image_p95_ms) == (time_of(fast), time_of(slow))
    assert told.success_rate == 31 / 40
    assert told.failure_rates == {"timeout": 9 / 40}
    assert [(jobs.status, jobs.count, jobs.mean_ms) for jobs in told.jobs] == [
        (Status.COMPLETED, 2, 2_500),
        (Status.FAILED, 0, None),
        (Status.CANCELLED, 0, None),
    ]


def test_of_nothing_there_are_no_rates() -> None:
    told = statistics_of([])

    assert (told.success_rate, told.first_image_p50_ms) == (None, None)


def test_a_place_in_the_queue_and_how_long_it_takes() -> None:
    names = tuple(new_id(Kind.GENERATION, NOW + timedelta(seconds=n)) for n in range(12))
    lane = LaneNow(lane=Lane.STANDARD, waiting=names, running=("gen_x",), mean_ms=20_000)

    assert lane.position(names[11]) == 12
    assert lane.position("gen_x") is None
    # One runs and eleven are before it; six are drawn side by side.
    assert lane.eta(12) == timedelta(seconds=60)
    assert lane.eta(1) == timedelta(seconds=20)
    assert lane.oldest_age(NOW + timedelta(seconds=30)) == timedelta(seconds=30)
    assert lane.model_copy(update={"mean_ms": None}).eta(1) is None


def recording(rollups: FakeRollups, bus: FakeBus, threshold: int) -> RecordChanges:
    clock = FakeClock(NOW)
    follow = FollowVariants(FakeVariants(Memory()), clock)
    return RecordChanges(rollups, bus, FakeAnalyses(), follow, bus.measure, clock, threshold)


def test_the_threshold_of_a_day_is_told_once() -> None:
    rollups, bus = FakeRollups(), FakeBus()
    record = recording(rollups, bus, threshold=100_000)
    changes = pack_of_ten_with_two_failures().changes

    for start in range(0, len(changes), 7):
        record(changes=changes[start : start + 7])

    crossed = [one for one in bus.sent if one.name == "spend_threshold_crossed"]
    assert [one.properties["threshold_usd"] for one in crossed] == [0.1]
    assert crossed[0].properties["spent_usd"] >= 0.1
    assert sum(bus.measured["spend_micro_usd"]) == 8 * 39_000


def test_what_is_told_again_is_not_measured_again() -> None:
    rollups, bus = FakeRollups(), FakeBus()
    record, changes = recording(rollups, bus, threshold=0), pack_of_ten_with_two_failures().changes

    record(changes=changes)
    record(changes=changes)

    assert bus.measured["spend_micro_usd"] == [8 * 39_000]


def test_without_a_threshold_nobody_is_told() -> None:
    rollups, bus = FakeRollups(), FakeBus()

    recording(rollups, bus, threshold=0)(changes=pack_of_ten_with_two_failures().changes)

    assert len(bus.sent) == 30


def test_a_bus_out_of_reach_is_asked_again_and_no_sum_counts_twice() -> None:
    rollups, bus = FakeRollups(), FakeBus(out_of_reach=1)
    record, changes = recording(rollups, bus, threshold=0), pack_of_ten_with_two_failures().changes

    with pytest.raises(FakeBus.OUT_OF_REACH):
        record(changes=changes)
    record(changes=changes)

    assert len(bus.sent) == 30
    assert rollups.sums == summed(changes)


def test_a_kit_tells_of_each_slot_and_of_its_end() -> None:
    held = a_kit_snapshot()
    items = tuple(item.model_copy(update={"dispatch": Dispatch.PENDING}) for item in held.items)
    tape = Tape(snapshot=held.model_copy(update={"items": items}))
    tape.draw(0)
    tape.draw(1)
    tape.fail(2)
    tape.close()

    told = [event for change in tape.changes for event in events_of(change)]

    slots = [event.properties for event in told if event.name == "kit_slot_completed"]
    (end,) = (event.properties for event in told if event.name == "kit_completed")
    kit_id = held.generation.kit_id
    assert [(one["kit_id"], one["slot"]) for one in slots] == [
        (kit_id, "anchor_face"),
        (kit_id, "profile"),
    ]
    assert (end["kit_id"], end["image_count"]) == (kit_id, 2)
    assert "pack_completed" not in {event.name for event in told}
