"""docs/costs.md says what the counts and the price files make of it."""

from decimal import Decimal

from shared.domain.request import ProviderName
from tests.performance.costs import (
    NAIVE,
    PATH,
    by_webhook,
    in_the_call,
    priced,
    provider_usd,
    the_workflow,
    usd_per_1000,
)
from tests.performance.costs_page import text
from tests.performance.counting import count_callbacks, count_portraits
from tests.performance.counting_kits import count_workflow


def test_the_page_is_the_one_the_counts_make() -> None:
    written = PATH.read_text(encoding="utf-8")
    assert written == text(), "run python -m tests.performance.costs_page"


def test_aws_takes_a_five_hundredth_of_what_the_provider_takes() -> None:
    aws = usd_per_1000(in_the_call(count_portraits())) / 1000

    assert aws / provider_usd(ProviderName.GEMINI, references=1) <= Decimal("0.002")


def test_a_webhook_costs_less_than_a_quarter_of_the_naive_design() -> None:
    assert usd_per_1000(by_webhook(count_callbacks())) / NAIVE <= Decimal("0.25")


def test_amounts_are_those_of_a_hundred_packs() -> None:
    amounts = {name: amount for name, amount, _ in priced(in_the_call(count_portraits()))}

    assert amounts["s3_put"] == 4000
    # Work: sent, received, deleted. Events: 32 delivered, and four batches received and deleted.
    assert amounts["sqs_request"] == 300 + 3200 + 800 + 100
    assert amounts["event"] == 3200
    assert amounts["http_api_request"] == 1000  # one submit, nine reads


def test_the_workflow_of_a_kit_costs_a_five_hundredth_of_its_pictures_too() -> None:
    workflow = usd_per_1000(the_workflow(count_workflow())) / 1000

    assert workflow / provider_usd(ProviderName.GEMINI, references=1) <= Decimal("0.002")
