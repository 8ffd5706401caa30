"""Gates of the fake and of the table: changed only on what was read."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.adapters.dynamo.gates import DynamoGates
from shared.adapters.dynamo.table import Table
from shared.domain.errors import StaleWrite
from shared.domain.gate import Gate, Rate
from shared.domain.generation import Lane
from shared.domain.ports import Gates
from shared.domain.request import ProviderName
from shared.services.admit_calls import AdmitCalls
from tests.aws import TABLE, fresh_aws
from tests.builders import NOW
from tests.fake_outside import FakeClock, FakeCounter, FakeGates

GEMINI, REPLICATE = ProviderName.GEMINI, ProviderName.REPLICATE


@pytest.fixture(params=["fake", "dynamo"])
def gates(request: pytest.FixtureRequest) -> Iterator[Gates]:
    if request.param == "fake":
        yield FakeGates()
        return
    with fresh_aws() as aws:
        yield DynamoGates(Table(aws.dynamodb, TABLE))


def test_a_provider_nobody_has_called_is_open(gates: Gates) -> None:
    assert gates.get(GEMINI) == Gate(provider=GEMINI)


def test_a_gate_is_found_as_it_was_left(gates: Gates) -> None:
    left = Gate(provider=GEMINI, version=1, due=NOW, failures=2, open_until=NOW)

    gates.save(left)

    assert gates.get(GEMINI) == left
    assert gates.get(REPLICATE) == Gate(provider=REPLICATE)


def test_the_second_of_two_changes_of_the_same_gate_loses(gates: Gates) -> None:
    gates.save(Gate(provider=GEMINI, version=1))

    with pytest.raises(StaleWrite) as lost:
        gates.save(Gate(provider=GEMINI, version=1, failures=3))

    assert lost.value.winner == Gate(provider=GEMINI, version=1)


def test_workers_that_race_are_let_through_exactly_as_often_as_the_burst_allows(
    gates: Gates,
) -> None:
    rates = {GEMINI: Rate(per_minute=1, burst=7)}
    calls = AdmitCalls(gates, rates, FakeClock(NOW), lambda low, _: low, FakeCounter())

    def ask(_: int) -> int:
        return calls(provider=GEMINI, lane=Lane.PRIORITY, wanted=2).granted

    with ThreadPoolExecutor(4) as pool:
        granted = sum(pool.map(ask, range(20)))

    assert granted == 7
