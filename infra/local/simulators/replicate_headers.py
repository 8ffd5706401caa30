"""The two request headers that shape a prediction: how long to wait, when to give up."""

import re

from infra.local.simulators.replicate_errors import ReplicateRefusal

_LONGEST_WAIT = 60
_SHORTEST_DEADLINE = 5
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def wait_seconds(prefer: str | None) -> int | None:
    """`Prefer: wait` or `wait=1..60`; other preferences are ignored, as HTTP has it."""
    if prefer is None:
        return None
    name, _, seconds = prefer.strip().partition("=")
    if name.strip().lower() != "wait":
        return None
    if not seconds:
        return _LONGEST_WAIT
    if not seconds.strip().isdecimal() or not 1 <= int(seconds) <= _LONGEST_WAIT:
        raise ReplicateRefusal(
            422, "Prefer: wait must be between 1 and 60 seconds.", "Invalid Prefer header"
        )
    return int(seconds)


def cancel_after_seconds(cancel_after: str | None) -> int | None:
    """`Cancel-After: 30s`, `5m`, `1h30m`; five seconds at least."""
    if cancel_after is None:
        return None
    found = _DURATION.fullmatch(cancel_after.strip())
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    total = hours * 3600 + minutes * 60 + seconds
    if total < _SHORTEST_DEADLINE:
        raise ReplicateRefusal(
            422,
            "Cancel-After must be a duration such as 30s, 5m or 1h30m, of at least 5 seconds.",
            "Invalid Cancel-After header",
        )
    return total
