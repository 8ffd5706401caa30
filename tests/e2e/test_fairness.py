"""Fifty free owners with full packs do not keep a paid owner waiting."""

import time
from collections.abc import Iterator

import httpx
import pytest

from infra.local.stack_runner import LocalStack
from tests.e2e.studio import Json, Studio

CROWD = 50
RATES = {"gemini_requests_per_minute": "20"}
"""So that the five hundred images of the crowd would take forty minutes."""


@pytest.fixture(scope="module")
def narrow_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with LocalStack.start(
        state_dir=tmp_path_factory.mktemp("narrow-stack"),
        environment={},
        simulator_latency=0.5,
        context=RATES,
    ) as stack:
        yield stack


def drawn(stack: LocalStack) -> list[str]:
    """The prompts of all calls to the provider, in their order."""
    calls: list[Json] = httpx.get(f"{stack.gemini_url}/_calls").json()["calls"]
    return [one.get("prompt") or "" for one in calls]


def test_a_paid_owner_waits_for_two_calls_of_the_crowd_at_most(narrow_stack: LocalStack) -> None:
    crowd = [Studio(narrow_stack, plan="free") for _ in range(CROWD)]
    asked = [(one, one.imagine("one of the crowd", image_count=10)) for one in crowd]
    while len(drawn(narrow_stack)) < 8:  # the free lane's burst is spent; it goes by its rate now
        time.sleep(0.2)

    paid = Studio(narrow_stack, plan="paid")
    before = len(drawn(narrow_stack))
    paid.imagine("the paid picture", image_count=1)
    until = time.monotonic() + 30
    while not (mine := [n for n, said in enumerate(drawn(narrow_stack)) if "paid picture" in said]):
        assert time.monotonic() < until, drawn(narrow_stack)
        time.sleep(0.1)

    assert mine[0] - before <= 2
    until = time.monotonic() + 30
    # Sums follow by a few seconds; on a slow machine the first pack is drawn by now.
    while crowd_in_queue(paid) != sum(is_open(*one) for one in asked):
        assert time.monotonic() < until, paid.call("GET", "/queue").json()
        time.sleep(0.5)


def is_open(studio: Studio, generation: str) -> bool:
    return studio.read(generation)["completed_at"] is None


def crowd_in_queue(studio: Studio) -> int:
    lanes = studio.call("GET", "/queue").json()["lanes"]
    (standard,) = (lane for lane in lanes if lane["lane"] == "standard")
    return int(standard["waiting"]) + int(standard["in_flight"])
