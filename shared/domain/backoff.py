"""How long to wait before the next try."""

from collections.abc import Callable
from datetime import timedelta

from shared.domain.limits import BACKOFF_BASE, BACKOFF_CAP, FIRST_POLL

_LONGEST_DELAY = timedelta(minutes=15)
"""The longest a queue holds a message back (SQS DelaySeconds, 2026)."""


def retry_delay(
    attempts: int, asked: float | None, uniform: Callable[[float, float], float]
) -> timedelta:
    """Full jitter over a doubling ceiling, and never sooner than the provider `asked` (seconds)."""
    ceiling = _doubled(BACKOFF_BASE, attempts, BACKOFF_CAP).total_seconds()
    return timedelta(seconds=max(uniform(0.0, ceiling), asked or 0.0))


def poll_delay(round_: int) -> timedelta:
    """45 s, doubling, at most what a queue can hold back."""
    return _doubled(FIRST_POLL, round_, _LONGEST_DELAY)


def _doubled(base: timedelta, times: int, cap: timedelta) -> timedelta:
    """Sixteen doublings are past every cap, and far from what a timedelta can hold."""
    return min(cap, base * (1 << min(times, 16)))
