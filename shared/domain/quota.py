"""What a plan allows its owners, and the refusals that say what is left and when there is more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.domain.entity import rfc3339
from shared.domain.errors import InFlightLimit, QuotaExceeded, RateLimited

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Of one owner: open generations at the same time, images drawn in a calendar month (UTC),
    and accepted requests for images in a clock minute."""

    in_flight: int
    monthly_images: int
    requests_per_minute: int


def period_of(moment: datetime) -> str:
    """`yyyy-mm` in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m")


def resets_at(period: str) -> datetime:
    """The first moment of the month after `period`."""
    year, month = (int(part) for part in period.split("-"))
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def quota_exceeded(*, period: str, limit: int, used: int, requested: int) -> QuotaExceeded:
    """What is left and when it resets; nothing is left after an overdraft by late images."""
    left = max(0, limit - used)
    return QuotaExceeded(
        f"{requested} images were asked for; {left} of {limit} are left this month.",
        limit=limit,
        used=used,
        left=left,
        requested=requested,
        resets_at=rfc3339(resets_at(period)),
    )


def in_flight_limit(running: Sequence[str], cap: int) -> InFlightLimit:
    return InFlightLimit(
        f"{len(running)} of {cap} generations are running already.",
        generation_ids=sorted(running),
    )


def minute_of(moment: datetime) -> datetime:
    """The clock minute (UTC) that `moment` lies in, as its first instant."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def rate_limited(*, now: datetime, limit: int) -> RateLimited:
    """There is room again when the next clock minute begins."""
    left = minute_of(now) + MINUTE - now
    return RateLimited(
        f"{limit} requests for images in a minute are accepted; please try again shortly.",
        retry_after=max(1, -(-left // timedelta(seconds=1))),
        limit=limit,
    )
