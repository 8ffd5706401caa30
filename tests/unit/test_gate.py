"""The gate of a provider: its rate, the free lane's share, its breaker."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import (
    ContentBlocked,
    ModelRetired,
    ProviderAuthFailed,
    ProviderError,
    ProviderRateLimited,
    ProviderTimedOut,
    ProviderUnavailable,
)
from shared.domain.gate import (
    FAILURES_TO_OPEN,
    OPEN_FOR,
    THROTTLED_FOR,
    Gate,
    Heard,
    Outcome,
    Rate,
    Reason,
    admit,
    after_calls,
    heard,
)
from shared.domain.generation import Lane
from shared.domain.limits import PROVIDER_CALL
from shared.domain.request import ProviderName
from tests.builders import NOW

PAID, FREE = Lane.PRIORITY, Lane.STANDARD
RATE = Rate(per_minute=60, burst=10)
NEW = Gate(provider=ProviderName.GEMINI)
SECOND = timedelta(seconds=1)
GOOD, BAD = Heard(outcome=Outcome.ANSWERED), Heard(outcome=Outcome.FAILED)


def opened() -> Gate:
    return after_calls(NEW, [BAD] * FAILURES_TO_OPEN, NOW)


def test_a_burst_is_let_through_at_once_and_then_one_call_an_interval() -> None:
    first, gate = admit(NEW, RATE, PAID, 12, NOW)
    assert (first.granted, first.wait, first.reason) == (10, SECOND, Reason.RATE)

    soon, gate = admit(gate, RATE, PAID, 2, NOW + SECOND / 2)
    assert (soon.granted, soon.wait) == (0, SECOND / 2)

    later, gate = admit(gate, RATE, PAID, 2, NOW + SECOND)
    assert (later.granted, later.wait) == (1, SECOND)
    assert admit(gate, RATE, PAID, 10, NOW + 11 * SECOND)[0].granted == 10


def test_nothing_is_written_where_nothing_is_granted() -> None:
    _, full = admit(NEW, RATE, PAID, 10, NOW)

    assert admit(full, RATE, PAID, 1, NOW)[1] == full


def test_the_free_lane_leaves_four_of_ten_calls_to_the_paid_one() -> None:
    free, gate = admit(NEW, RATE, FREE, 10, NOW)
    paid, _ = admit(gate, RATE, PAID, 10, NOW)

    assert (free.granted, paid.granted) == (6, 4)


def test_who_waits_in_the_free_lane_comes_back_once_for_all_that_is_left() -> None:
    admission, _ = admit(NEW, RATE, FREE, 10, NOW)

    # Four more at 36 in a minute.
    assert admission.wait / (timedelta(minutes=1) / 36) == pytest.approx(4)


asks = st.lists(
    st.tuples(st.sampled_from(Lane), st.integers(1, 10), st.integers(0, 20_000)), max_size=60
)


@given(asks=asks, per_minute=st.integers(1, 600), burst=st.integers(1, 100))
def test_in_no_window_are_there_more_calls_than_burst_and_rate_allow(
    asks: list[tuple[Lane, int, int]], per_minute: int, burst: int
) -> None:
    rate = Rate(per_minute=per_minute, burst=burst)
    gate, now, calls = NEW, NOW, list[tuple[datetime, Lane]]()
    for lane, wanted, pause in asks:
        now += timedelta(milliseconds=pause)
        admission, gate = admit(gate, rate, lane, wanted, now)
        calls += [(now, lane)] * admission.granted

    for lanes, held_to in (({PAID, FREE}, rate), ({FREE}, rate.shared())):
        times = [at for at, lane in calls if lane in lanes]
        for first, start in enumerate(times):
            for number, end in enumerate(times[first:], start=1):
                allowed = held_to.burst + (end - start) / held_to.interval
                assert number <= allowed + 1e-6


@given(asks=asks, wanted=st.integers(1, 10), lane=st.sampled_from(Lane))
def test_who_comes_back_when_told_is_let_through(
    asks: list[tuple[Lane, int, int]], wanted: int, lane: Lane
) -> None:
    gate, now = NEW, NOW
    for other, calls, pause in asks:
        now += timedelta(milliseconds=pause)
        gate = admit(gate, RATE, other, calls, now)[1]
    first, gate = admit(gate, RATE, lane, wanted, now)

    back = now + first.wait + timedelta(microseconds=1)

    left = wanted - first.granted
    assert not left or admit(gate, RATE, lane, left, back)[0].granted >= 1


def test_a_provider_that_throttles_is_believed_to_the_second() -> None:
    told = Heard(outcome=Outcome.THROTTLED, retry_after=17)
    gate = after_calls(NEW, [told, Heard(outcome=Outcome.THROTTLED, retry_after=3)], NOW)

    early = admit(gate, RATE, PAID, 1, NOW + 16 * SECOND)[0]
    assert (early.granted, early.wait, early.reason) == (0, SECOND, Reason.THROTTLED)
    assert admit(gate, RATE, PAID, 1, NOW + 17 * SECOND)[0].granted == 1


def test_a_provider_that_does_not_say_for_how_long_is_left_alone_for_a_while() -> None:
    gate = after_calls(NEW, [Heard(outcome=Outcome.THROTTLED)], NOW)

    assert gate.blocked_until == NOW + THROTTLED_FOR
    assert not gate.is_open


def test_failures_in_a_row_open_the_breaker_and_an_answer_in_between_does_not() -> None:
    assert opened().is_open
    mixed = [*[BAD] * (FAILURES_TO_OPEN - 1), GOOD, BAD]
    assert not after_calls(NEW, mixed, NOW).is_open


def test_an_open_breaker_lets_exactly_one_probe_through_when_it_is_time() -> None:
    gate = opened()
    waits = admit(gate, RATE, PAID, 10, NOW + SECOND)[0]
    assert (waits.granted, waits.wait, waits.reason) == (0, OPEN_FOR - SECOND, Reason.BREAKER)

    probe, gate = admit(gate, RATE, FREE, 10, NOW + OPEN_FOR)
    second, _ = admit(gate, RATE, PAID, 10, NOW + OPEN_FOR + SECOND)

    assert (probe.granted, second.granted) == (1, 0)


def test_an_answered_probe_closes_it_and_a_failed_one_keeps_it_open() -> None:
    _, probing = admit(opened(), RATE, PAID, 1, NOW + OPEN_FOR)
    at = NOW + OPEN_FOR + SECOND

    assert admit(after_calls(probing, [GOOD], at), RATE, PAID, 10, at)[0].granted == 10
    again = after_calls(probing, [BAD], at)
    assert again.open_until == at + OPEN_FOR
    assert admit(again, RATE, PAID, 1, at)[0].granted == 0


def test_a_probe_whose_worker_died_is_followed_by_another() -> None:
    _, probing = admit(opened(), RATE, PAID, 1, NOW + OPEN_FOR)

    assert admit(probing, RATE, PAID, 1, NOW + OPEN_FOR + PROVIDER_CALL)[0].granted == 1


def test_good_news_of_a_gate_without_bad_ones_changes_nothing() -> None:
    assert after_calls(NEW, [GOOD] * 10, NOW) == NEW


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, Outcome.ANSWERED),
        (ContentBlocked("no"), Outcome.ANSWERED),
        (ModelRetired("gone"), Outcome.ANSWERED),
        (ProviderAuthFailed("key"), Outcome.ANSWERED),
        (ProviderUnavailable("down"), Outcome.FAILED),
        (ProviderTimedOut("late"), Outcome.FAILED),
        (ProviderRateLimited("busy", retry_after=9), Outcome.THROTTLED),
    ],
)
def test_a_refusal_is_an_answer(error: ProviderError | None, outcome: Outcome) -> None:
    assert heard(error).outcome is outcome
