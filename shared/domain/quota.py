"""The monthly allowance of images: its periods, and the refusal that says what is left."""

from datetime import UTC, datetime

from shared.domain.entity import rfc3339
from shared.domain.errors import QuotaExceeded


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
