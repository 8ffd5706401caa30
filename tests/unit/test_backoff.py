"""How long to wait before the next try."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.backoff import poll_delay, retry_delay
from shared.domain.limits import BACKOFF_CAP


def highest(low: float, high: float) -> float:
    return high


def lowest(low: float, high: float) -> float:
    return low


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 2), (1, 4), (2, 8), (5, 64), (6, 120), (60, 120)]
)
def test_the_ceiling_doubles_up_to_two_minutes(attempts: int, seconds: int) -> None:
    assert retry_delay(attempts, None, highest) == timedelta(seconds=seconds)


def test_full_jitter_starts_from_nothing() -> None:
    assert retry_delay(3, None, lowest) == timedelta(0)


@given(st.integers(0, 100), st.floats(0, 900), st.integers())
def test_a_provider_is_never_asked_again_sooner_than_it_said(
    attempts: int, asked: float, seed: int
) -> None:
    delay = retry_delay(attempts, asked, Random(seed).uniform)

    assert delay >= timedelta(seconds=asked)
    assert delay <= max(BACKOFF_CAP, timedelta(seconds=asked))


def test_polls_double_from_45_seconds_up_to_what_a_queue_can_hold_back() -> None:
    seconds = [poll_delay(round_).total_seconds() for round_ in (0, 1, 2, 3, 4, 5, 500)]

    assert seconds == [45, 90, 180, 360, 720, 900, 900]
