"""The order of the time limits is checked when the stack is synthesized."""

from dataclasses import replace

import pytest

from infra.limits import Limits, LimitsOutOfOrder


def test_the_limits_in_force_are_in_order() -> None:
    limits = Limits.load()
    assert limits.provider_call_seconds == 100
    assert limits.worker_timeout_seconds < limits.lease_seconds < limits.visibility_seconds


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"provider_call_seconds": 116}, "a provider call"),
        ({"requeue_margin_seconds": 31}, "the worker's requeue"),
        ({"worker_timeout_seconds": 135}, "the worker"),
        ({"lease_seconds": 140}, "the lease"),
        ({"visibility_seconds": 130}, "the visibility timeout"),
        ({"max_receive_count": 4}, "a dead letter's way"),
        ({"deadline_seconds": 480}, "the deadline"),
        ({"slot_timeout_seconds": 15_360}, "the wait for a slot"),
    ],
)
def test_a_limit_out_of_order_stops_the_synthesis(change: dict[str, int], complaint: str) -> None:
    with pytest.raises(LimitsOutOfOrder, match=complaint):
        replace(Limits.load(), **change).check()
