"""The time limits the functions and the stack share, and the order they must keep.

The functions read the same file. A limit out of order is not an error anyone would see: with a
visibility timeout below the lease, a second worker gets a message whose item the first still holds.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

LIMITS_FILE = Path(__file__).resolve().parent.parent / "shared/domain/limits.json"

# The gateway gives up on a function after 30 s; the sweeper must be done before it is next due.
API_TIMEOUT_SECONDS = 29
SWEEP_SECONDS = 60
SWEEPER_TIMEOUT_SECONDS = 55
DEAD_LETTER_VISIBILITY_SECONDS = 60


class LimitsOutOfOrder(ValueError):
    """Two limits contradict each other; the message names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds, unless the name says otherwise."""

    provider_call_seconds: int
    worker_timeout_seconds: int
    lease_seconds: int
    visibility_seconds: int
    max_receive_count: int
    queue_timeout_seconds: int
    deadline_seconds: int
    timeout_grace_seconds: int
    slot_timeout_seconds: int
    requeue_margin_seconds: int
    items_per_message: int
    priority_concurrency: int
    standard_concurrency: int

    @classmethod
    def load(cls) -> Self:
        limits = cls(**json.loads(LIMITS_FILE.read_text()))
        limits.check()
        return limits

    def check(self) -> None:
        """Raise LimitsOutOfOrder unless every limit leaves room for the one inside it."""
        exhausted = self.visibility_seconds * self.max_receive_count
        given_up = exhausted + DEAD_LETTER_VISIBILITY_SECONDS
        # It is looked for at doubling distances, and so found after twice the time at worst.
        unclaimed = 2 * self.queue_timeout_seconds
        item_life = unclaimed + self.deadline_seconds + self.timeout_grace_seconds + SWEEP_SECONDS
        last_moment = self.worker_timeout_seconds - self.requeue_margin_seconds
        orders = (
            ("a provider call", self.provider_call_seconds, "the worker's requeue", last_moment),
            ("the worker", self.worker_timeout_seconds, "the lease", self.lease_seconds),
            ("the lease", self.lease_seconds, "the visibility timeout", self.visibility_seconds),
            ("a dead letter's way", given_up, "the deadline", self.deadline_seconds),
            ("an item's life", item_life, "the wait for a slot", self.slot_timeout_seconds),
        )
        for inner, less, outer, more in orders:
            if not less < more:
                raise LimitsOutOfOrder(f"{inner} ({less}) must stay below {outer} ({more})")
