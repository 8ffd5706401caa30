"""When it is worth asking again for work that is not finished."""

from datetime import datetime, timedelta

from shared.domain.generation import Generation

_HINTS = ((timedelta(minutes=1), 2), (timedelta(minutes=5), 5), (timedelta(minutes=15), 15))
_PATIENT = 60


def poll_hint(generation: Generation, now: datetime) -> int:
    """Seconds: a minute's worth of close watching, then ever more patience."""
    age = now - generation.created_at
    return next((seconds for until, seconds in _HINTS if age < until), _PATIENT)
