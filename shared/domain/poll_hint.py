"""When it is worth asking again for work that is not finished."""

from datetime import datetime, timedelta

_HINTS = ((timedelta(minutes=1), 2), (timedelta(minutes=5), 5), (timedelta(minutes=15), 15))
_PATIENT = 60


def poll_hint(since: datetime, now: datetime) -> int:
    """Seconds, for work begun then: a minute's worth of close watching, then ever more patience."""
    age = now - since
    return next((seconds for until, seconds in _HINTS if age < until), _PATIENT)
