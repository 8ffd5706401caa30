"""The monthly allowance: its periods and its refusal."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.domain.quota import period_of, quota_exceeded, resets_at


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
