"""What a plan allows: its periods and its refusals."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.domain.quota import period_of, quota_exceeded, rate_limited, resets_at


@pytest.mark.parametrize(
    ("period", "reset"),
    [
        ("2026-03", datetime(2026, 4, 1, tzinfo=UTC)),
        ("2026-12", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-01", datetime(2026, 2, 1, tzinfo=UTC)),
    ],
)
def test_a_period_resets_on_the_first_of_the_next_month(period: str, reset: datetime) -> None:
    assert resets_at(period) == reset


def test_the_period_is_the_month_in_utc() -> None:
    new_year_in_sydney = datetime(2027, 1, 1, 8, tzinfo=timezone(timedelta(hours=11)))

    assert period_of(new_year_in_sydney) == "2026-12"


def test_after_an_overdraft_nothing_is_left_rather_than_less() -> None:
    refusal = quota_exceeded(period="2026-03", limit=50, used=52, requested=1)

    assert refusal.details["left"] == 0
    assert refusal.code == "quota_exceeded"


@pytest.mark.parametrize(
    ("now", "seconds"),
    [("15:09:00", 60), ("15:09:26.535", 34), ("15:09:59", 1), ("15:09:59.999999", 1)],
)
def test_one_may_ask_again_when_the_next_clock_minute_begins(now: str, seconds: int) -> None:
    moment = datetime.fromisoformat(f"2026-03-14T{now}+00:00")

    refusal = rate_limited(now=moment, limit=60)

    assert refusal.retry_after == seconds
    assert (moment + timedelta(seconds=refusal.retry_after)).minute == 10
