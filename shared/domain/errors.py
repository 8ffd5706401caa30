"""Every error Likeness raises on purpose, as one tree.

LikenessError                      code, message for the caller, extra details
├── Invalid                        the request cannot be understood (400)
│   ├── InvalidImage               bytes that are not an image we take; `code` tells why in `reason`
│   ├── InvalidCursor
│   └── InvalidSignature           a webhook that does not prove where it comes from (401)
├── Unprocessable                  understood, but not acceptable (422)
│   ├── IdempotencyKeyReused
│   ├── ContentRefused             against the policy; never says which words
│   ├── UnsafeUrl
│   ├── NoFace                     in a picture that should show one
│   └── MultipleFaces              where it must be clear whose face is meant
├── TooLarge                       use an upload instead (413)
├── NotFound                       absent, or somebody else's: the two look alike (404)
├── Forbidden                      plan or policy (403)
├── QuotaExceeded                  what is left and when it resets (402)
├── RateLimited                    too many in this minute (429); carries `retry_after`
├── Conflict                       the state does not allow it (409)
│   ├── AlreadyExists
│   ├── AlreadyAnswered            same idempotency key and body; carries the first answer
│   ├── InFlightLimit              with the running ids
│   ├── AlreadyFinal               with the final status
│   ├── StillRunning               can be retried once it has ended
│   ├── NothingFailed              nothing to retry
│   ├── SourceNotReady
│   ├── InvalidReviewState         a variant whose status forbids it
│   ├── HeroInUse                  needs `force`
│   ├── NotAHero                   a variant that no review has approved
│   ├── KitBusy                    something is drawn for the reference kit
│   ├── KitNotReady                it has no anchor face to go by
│   ├── OfReferenceKit             a generation that only its kit may change
│   ├── UploadExpired
│   ├── AttemptStillLive           a dead letter whose item may still end well
│   └── StaleWrite                 lost a race; carries the winner's record
├── Unavailable                    try again later (503); carries `retry_after`
└── ProviderError                  an image provider, in our words: how an attempt ended
    ├── ProviderUnavailable        TEMPORARY: try again
    │   └── WorkLost               the provider is well, but knows nothing of the work any more
    ├── ProviderRateLimited        RATE_LIMIT: try again after `retry_after`
    ├── ProviderTimedOut           TIMEOUT: sent, no answer; counts as spent
    ├── ProviderAuthFailed         AUTH_ERROR: key or credit; an operator must act
    └── ProviderRefused            PERMANENT: the same call would be refused again
        ├── ContentBlocked         `content_blocked_input` or `content_blocked_output`
        ├── ModelRetired           the model no longer exists
        └── BadOutput              an answer that holds no usable image

Retryable and final are different types, so no caller reads a message to decide.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar


class FailureClass(StrEnum):
    """What kind of trouble ended an attempt or item."""

    AUTH_ERROR = "AUTH_ERROR"
    RATE_LIMIT = "RATE_LIMIT"
    TEMPORARY = "TEMPORARY"
    PERMANENT = "PERMANENT"
    TIMEOUT = "TIMEOUT"


class LikenessError(Exception):
    """Base of the tree. `message` is fit to show to a caller; `details` go into the answer."""

    code: str = "error"

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, Any] = details
        if code is not None:
            self.code = code


class Invalid(LikenessError):
    code = "invalid_request"


class InvalidImage(Invalid):
    """`reason` is a stable word such as `truncated`, `animated`, `too_many_pixels`."""

    code = "invalid_image"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message, reason=reason)
        self.reason = reason


class InvalidCursor(Invalid):
    code = "invalid_cursor"


class InvalidSignature(Invalid):
    code = "invalid_signature"


class Unprocessable(LikenessError):
    code = "validation_failed"


class IdempotencyKeyReused(Unprocessable):
    code = "idempotency_key_reused"


class ContentRefused(Unprocessable):
    code = "content_blocked_input"


class UnsafeUrl(Unprocessable):
    code = "unsafe_url"


class NoFace(Unprocessable):
    code = "no_face"


class MultipleFaces(Unprocessable):
    code = "multiple_faces"


class TooLarge(LikenessError):
    code = "use_upload"


class NotFound(LikenessError):
    code = "not_found"


class Forbidden(LikenessError):
    code = "forbidden"


class QuotaExceeded(LikenessError):
    code = "quota_exceeded"


class RateLimited(LikenessError):
    """`retry_after` is in whole seconds, at least 1."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: int, limit: int) -> None:
        super().__init__(message, limit=limit)
        self.retry_after = retry_after


class Conflict(LikenessError):
    code = "conflict"


class AlreadyExists(Conflict):
    code = "already_exists"


class AlreadyAnswered(Conflict):
    """`answer` is the FirstAnswer kept under the idempotency key: give it again."""

    code = "already_answered"

    def __init__(self, message: str, *, answer: Any) -> None:
        super().__init__(message)
        self.answer = answer


class InFlightLimit(Conflict):
    code = "in_flight_limit"


class AlreadyFinal(Conflict):
    code = "already_final"


class StillRunning(Conflict):
    code = "still_running"


class NothingFailed(Conflict):
    code = "nothing_failed"


class SourceNotReady(Conflict):
    code = "source_not_ready"


class InvalidReviewState(Conflict):
    code = "invalid_review_state"


class HeroInUse(Conflict):
    code = "hero_in_use"


class NotAHero(Conflict):
    code = "not_a_hero"


class KitBusy(Conflict):
    code = "kit_busy"


class KitNotReady(Conflict):
    code = "kit_not_ready"


class OfReferenceKit(Conflict):
    code = "of_reference_kit"


class UploadExpired(Conflict):
    code = "upload_expired"


class AttemptStillLive(Conflict):
    code = "attempt_still_live"


class StaleWrite(Conflict):
    """The stored record is not the one the decision was made on.

    `winner` is the record as it stands now (None when it is gone), so that the loser can
    decide again without another read.
    """

    code = "stale_write"

    def __init__(self, message: str, *, winner: Any = None) -> None:
        super().__init__(message)
        self.winner = winner


class Unavailable(LikenessError):
    code = "unavailable"

    def __init__(self, message: str, *, retry_after: int = 2) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ProviderError(LikenessError):
    """How an attempt at a provider ended. `retry_after` is in seconds, None when not told."""

    code = "provider_error"
    failure_class: ClassVar[FailureClass] = FailureClass.TEMPORARY

    def __init__(
        self, message: str, *, code: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class ProviderUnavailable(ProviderError):
    code = "provider_unavailable"
    failure_class = FailureClass.TEMPORARY


class WorkLost(ProviderUnavailable):
    code = "work_lost"


class ProviderRateLimited(ProviderError):
    code = "provider_rate_limited"
    failure_class = FailureClass.RATE_LIMIT


class ProviderTimedOut(ProviderError):
    code = "provider_timeout"
    failure_class = FailureClass.TIMEOUT


class ProviderAuthFailed(ProviderError):
    code = "provider_auth"
    failure_class = FailureClass.AUTH_ERROR


class ProviderRefused(ProviderError):
    code = "provider_refused"
    failure_class = FailureClass.PERMANENT


class ContentBlocked(ProviderRefused):
    """`code` is `content_blocked_input` or `content_blocked_output`."""

    code = "content_blocked_output"


class ModelRetired(ProviderRefused):
    code = "model_retired"


class BadOutput(ProviderRefused):
    code = "bad_output"
