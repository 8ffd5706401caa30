"""Trying again what the table could not do now: conflicts, throttles, its own errors.

Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015), a bounded number of
tries, then Unavailable. A failed condition is an answer and is never tried again.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from shared.adapters.dynamo.records import Record
from shared.adapters.dynamo.writes import Write, from_wire
from shared.domain.errors import Unavailable

TRIES: Final = 6
_BASE_SECONDS = 0.025
_CAP_SECONDS = 0.4

_TRANSIENT = {
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
}
_TRANSIENT_REASONS = {"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}
_REFUSED = "ConditionalCheckFailed"


@dataclass(frozen=True, slots=True)
class Patience:
    """How to wait between tries; both are replaced in tests."""

    sleep: Callable[[float], None] = time.sleep
    uniform: Callable[[float, float], float] = random.uniform

    def retry[T](self, call: Callable[[], T]) -> T:
        """Raises Unavailable when `call` met trouble that passes as often as it may."""
        for tries in range(TRIES):
            if tries:
                self.pause(tries)
            try:
                return call()
            except ClientError as exc:
                if not _passes(exc):
                    raise
                trouble = exc
        raise Unavailable("The store is busy; please try again.") from trouble

    def pause(self, tries: int) -> None:
        """Before the next try, after `tries` of them."""
        self.sleep(self.uniform(0.0, min(_CAP_SECONDS, _BASE_SECONDS * 2**tries)))


def refusal(exc: ClientError, writes: Sequence[Write]) -> Exception:
    """What the first failed condition means, in the order of the writes; `exc` itself when no
    condition failed."""
    if exc.response["Error"]["Code"] == "ConditionalCheckFailedException":
        return writes[0].refused(_winner(exc.response))
    for write, reason in zip(writes, _reasons(exc), strict=False):
        if reason.get("Code") == _REFUSED:
            return write.refused(_winner(reason))
    return exc


def _passes(exc: ClientError) -> bool:
    """A cancelled transaction is tried again if any of its records was merely busy: a condition
    behind a busy record may have failed only because of who was busy with it."""
    if exc.response["Error"]["Code"] in _TRANSIENT:
        return True
    return any(reason.get("Code") in _TRANSIENT_REASONS for reason in _reasons(exc))


def _reasons(exc: ClientError) -> Sequence[Any]:
    reasons: Sequence[Any] = exc.response.get("CancellationReasons", [])
    return reasons


def _winner(reason: Any) -> Record | None:
    return from_wire(item) if (item := reason.get("Item")) else None
