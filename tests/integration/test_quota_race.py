"""A hundred wishes at the same moment, and a quota for some of them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.domain.errors import QuotaExceeded
from shared.domain.request import Mode, Owner, Plan
from shared.domain.wish import Wish
from shared.runtime import bootstrap
from tests.aws import Aws
from tests.aws_calls import AwsCalls

ADA = Owner(id="ada", plan=Plan.PAID)
WISH = Wish(mode=Mode.IMAGINE, prompt="a lighthouse at dawn")
QUOTA = 10


@pytest.mark.parametrize("conflicts", [0, 25])
def test_a_hundred_submits_at_the_edge_of_the_quota_are_accepted_exactly_as_often_as_it_allows(
    live: Aws, monkeypatch: pytest.MonkeyPatch, aws_calls: AwsCalls, conflicts: int
) -> None:
    """DynamoDB refuses some of the transactions that meet each other; those are tried again."""
    monkeypatch.setenv("PAID_IN_FLIGHT", "1000")
    monkeypatch.setenv("PAID_REQUESTS_PER_MINUTE", "1000")
    monkeypatch.setenv("PAID_MONTHLY_IMAGES", str(QUOTA))
    request_generation = bootstrap.request_generation()
    if conflicts:
        aws_calls.fail(
            "dynamodb.TransactWriteItems",
            "TransactionCanceledException",
            reasons=["TransactionConflict"],
            times=conflicts,
        )

    def submit(_: int) -> str:
        try:
            request_generation(owner=ADA, wish=WISH)
        except QuotaExceeded as refused:
            return f"{refused.details['left']} left"
        return "accepted"

    with ThreadPoolExecutor(20) as at_once:
        answers = Counter(at_once.map(submit, range(100)))

    assert answers == {"accepted": QUOTA, "0 left": 100 - QUOTA}
    records = live.records()
    (month,) = (one for one in records if one["sk"]["S"].startswith("QUOTA#"))
    holds = [one for one in records if one["sk"]["S"].startswith("LEDGER#")]
    generations = [one for one in records if one["sk"]["S"] == "META"]
    assert int(month["used"]["N"]) == len(holds) == len(generations) == QUOTA
