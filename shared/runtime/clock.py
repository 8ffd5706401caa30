"""The real clock: the only place that asks for the time."""

from datetime import UTC, datetime


def clock() -> datetime:
    return datetime.now(UTC)
