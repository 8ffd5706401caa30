"""Durations and bounds that the code and the deployed stack must agree on, from limits.json."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Final

_LIMITS: Final[dict[str, int]] = json.loads(
    Path(__file__).with_name("limits.json").read_text(encoding="utf-8")
)


def _seconds(name: str) -> timedelta:
    return timedelta(seconds=_LIMITS[name])


PROVIDER_CALL: Final = _seconds("provider_call_seconds")
"""A provider call is given up after this."""
LEASE: Final = _seconds("lease_seconds")
"""How long a claim protects an item; longer than a worker can live."""
DEADLINE: Final = _seconds("deadline_seconds")
"""From an item's first claim to its failure by timeout."""
TIMEOUT_GRACE: Final = _seconds("timeout_grace_seconds")
"""How long past its deadline an item waits for a provider that cannot be asked."""
QUEUE_TIMEOUT: Final = _seconds("queue_timeout_seconds")
"""An item that nobody claims for this long has failed."""
REQUEUE_MARGIN: Final = _seconds("requeue_margin_seconds")
"""What a worker keeps back at its end to requeue what still runs."""
ITEMS_PER_MESSAGE: Final = _LIMITS["items_per_message"]
LANE_CONCURRENCY: Final = {
    lane: _LIMITS[f"{lane}_concurrency"] for lane in ("priority", "standard")
}
"""Messages of a lane, and so generations, that are worked on side by side."""

LATE_WINDOW: Final = timedelta(minutes=55)
"""From the provider call; Replicate deletes outputs after 60 minutes (data retention, 2026-11)."""
MAX_ATTEMPTS: Final = 3
"""Provider calls per draw."""
FIRST_RESEND: Final = timedelta(seconds=60)
"""An unclaimed item is sent again after this, then after twice as long, and so on."""
FIRST_POLL: Final = timedelta(seconds=45)
"""A pending prediction is asked after this, then after twice as long, and so on."""
SCORES_WITHIN: Final = timedelta(minutes=10)
"""After its closing a generation waits so long for the scores of its images: whatever keeps one
away for longer is an operator's to mend, and nobody's to poll for."""
LOOKED_AT_WITHIN: Final = timedelta(minutes=1)
"""A kit is drawn after a photo that nobody has looked at for this long."""
BACKOFF_BASE: Final = timedelta(seconds=2)
BACKOFF_CAP: Final = timedelta(seconds=120)
"""Full jitter: a uniform draw from 0 to min(cap, base · 2^attempt)
(AWS Architecture Blog, "Exponential Backoff And Jitter", 2015)."""
