"""Sums of the fake and of the table: added to, each change once."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared.adapters.dynamo.rollups import DynamoRollups
from shared.adapters.dynamo.table import Table
from shared.domain.analytics.statistics import CostSum, Stored
from shared.domain.analytics.tallies import (
    STORED,
    CostGroup,
    Counted,
    DaySpend,
    LaneMove,
    LaneState,
    Row,
    cost_row,
    hour_row,
    lane_row,
    spend_row,
)
from shared.domain.generation import Lane
from shared.domain.ports import Rollups
from tests.aws import TABLE, fresh_aws
from tests.builders import ADA, GRACE, NOW
from tests.fake_rollups import FakeRollups


def dynamo_rollups() -> Iterator[Rollups]:
    with fresh_aws() as aws:
        yield DynamoRollups(Table(aws.dynamodb, TABLE), lambda: NOW)


@pytest.fixture(params=["fake", "dynamo"])
def rollups(request: pytest.FixtureRequest) -> Iterator[Rollups]:
    if request.param == "fake":
        yield FakeRollups()
    else:
        yield from dynamo_rollups()


def a_count(number: int, row: Row, move: LaneMove | None = None, **amounts: int) -> Counted:
    tallies = {row: Counter(amounts)} if amounts else {}
    return Counted(f"change-{number}", tallies, move)


def test_amounts_of_one_row_add_up_also_within_a_batch(rollups: Rollups) -> None:
    row = Row(ADA, STORED)

    rollups.add([a_count(1, row, bytes=900, images=2), a_count(2, row, bytes=-400, images=-1)])
    rollups.add([a_count(3, row, bytes=50, images=1)])

    assert rollups.stored(ADA) == Stored(images=2, bytes=550)
    assert rollups.stored(GRACE) == Stored()


def test_what_is_told_again_in_another_company_counts_once(rollups: Rollups) -> None:
    first, second, third = (a_count(n, Row(ADA, STORED), images=1) for n in range(3))

    rollups.add([first, second])
    rollups.add([second, third])
    rollups.add([first, second, third])

    assert rollups.stored(ADA).images == 3


def test_what_one_batch_tells_twice_counts_once(rollups: Rollups) -> None:
    first, second = (a_count(n, Row(ADA, STORED), images=1) for n in range(2))

    rollups.add([first, second, first])

    assert rollups.stored(ADA).images == 2


def test_more_changes_than_a_transaction_takes(rollups: Rollups) -> None:
    """With rows of their own too: what counts are the records that are written."""
    rollups.add([a_count(n, Row(ADA, STORED), images=1) for n in range(250)])
    rollups.add(
        [a_count(1000 + n, cost_row(ADA, CostGroup.CHARACTER, f"{n}"), count=1) for n in range(99)]
    )

    assert rollups.stored(ADA).images == 250
    assert sum(row.count for row in rollups.costs(ADA, CostGroup.CHARACTER)) == 99


def test_costs_are_of_one_group_and_one_owner(rollups: Rollups) -> None:
    def cost(number: int, group: CostGroup, key: str, owner: str = ADA) -> Counted:
        row = cost_row(owner, group, key)
        return a_count(number, row, count=1, estimated=40, actual=39)

    rollups.add(
        [
            cost(3, CostGroup.MODEL, "flux"),
            cost(4, CostGroup.MODE, "imagine"),
            cost(5, CostGroup.MODE, "imagine"),
            cost(6, CostGroup.MODE, "imagine", owner=GRACE),
        ]
    )

    assert list(rollups.costs(ADA, CostGroup.MODE)) == [
        CostSum(key="imagine", count=2, estimated=80, actual=78)
    ]
    assert list(rollups.costs(ADA, CostGroup.CHARACTER)) == []


def test_days_are_added_up_from_their_hours_and_come_newest_first(rollups: Rollups) -> None:
    hours = [NOW, NOW - timedelta(hours=1), NOW - timedelta(days=1)]
    rollups.add(
        [
            a_count(n, hour_row(ADA, at), count=1, estimated=40, actual=39)
            for n, at in enumerate(hours)
        ]
    )
    rollups.add([a_count(9, hour_row(ADA, NOW - timedelta(days=2)), images=1)])

    assert list(rollups.costs(ADA, CostGroup.DAY)) == [
        CostSum(key="2026-03-14", count=2, estimated=80, actual=78),
        CostSum(key="2026-03-13", count=1, estimated=40, actual=39),
    ]


def test_hours_before_those_asked_about_are_left_out(rollups: Rollups) -> None:
    hours = [hour_row(ADA, NOW - timedelta(hours=ago)) for ago in range(3)]
    rollups.add([a_count(n, row, images=n + 1) for n, row in enumerate(hours)])

    told = rollups.hours(ADA, NOW - timedelta(hours=1))

    assert sorted(hour["images"] for hour in told) == [1, 2]


def test_a_day_remembers_that_its_threshold_has_been_told(rollups: Rollups) -> None:
    rollups.add([a_count(1, spend_row(NOW), micro_usd=70)])
    assert rollups.spent(spend_row(NOW)) == DaySpend(70, crossed=False)

    rollups.mark_crossed(spend_row(NOW), NOW)
    rollups.add([a_count(2, spend_row(NOW), micro_usd=5)])

    assert rollups.spent(spend_row(NOW)) == DaySpend(75, crossed=True)
    assert rollups.spent(spend_row(NOW + timedelta(days=1))) == DaySpend(0, crossed=False)


def moved(
    number: int, generation: str, to: LaneState | None, lane: Lane = Lane.PRIORITY
) -> Counted:
    return Counted(f"move-{number}", {}, LaneMove(lane, generation, to))


def test_a_lane_knows_who_waits_and_who_runs(rollups: Rollups) -> None:
    rollups.add(
        [
            moved(1, "gen_1", LaneState.WAITING),
            moved(2, "gen_2", LaneState.WAITING),
            moved(3, "gen_3", LaneState.WAITING, Lane.STANDARD),
            a_count(4, lane_row(Lane.PRIORITY, NOW), jobs=2, ms=9_000),
        ]
    )
    rollups.add([moved(5, "gen_1", LaneState.RUNNING)])

    lane = rollups.lane(Lane.PRIORITY, NOW)
    assert (lane.waiting, lane.running, lane.mean_ms) == (("gen_2",), ("gen_1",), 4_500)
    rollups.add([moved(6, "gen_1", None), moved(7, "gen_2", LaneState.RUNNING)])
    assert rollups.lane(Lane.PRIORITY, NOW).running == ("gen_2",)
    assert rollups.lane(Lane.STANDARD, NOW).waiting == ("gen_3",)


def test_a_generation_that_comes_and_goes_within_a_batch_leaves_nothing(rollups: Rollups) -> None:
    rollups.add(
        [
            moved(1, "gen_1", LaneState.WAITING),
            moved(2, "gen_1", LaneState.RUNNING),
            moved(3, "gen_1", None),
        ]
    )

    lane = rollups.lane(Lane.PRIORITY, NOW)
    assert (lane.waiting, lane.running) == ((), ())


def test_what_was_forgotten_in_a_lane_is_not_shown_for_ever() -> None:
    for rollups in dynamo_rollups():
        rollups.add([moved(1, "gen_1", LaneState.WAITING)])

        assert rollups.lane(Lane.PRIORITY, NOW + timedelta(hours=2)).waiting == ("gen_1",)
        assert rollups.lane(Lane.PRIORITY, NOW + timedelta(hours=4)).waiting == ()
