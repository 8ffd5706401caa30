"""The gates of the providers, each a record that is changed on the version that was read."""

from dataclasses import dataclass

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.records import Record, gate_of, gate_record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.writes import put
from shared.domain.errors import StaleWrite
from shared.domain.gate import Gate
from shared.domain.request import ProviderName


@dataclass(frozen=True, slots=True)
class DynamoGates:
    table: Table

    def get(self, provider: ProviderName) -> Gate:
        record = self.table.get(keys.gate(provider))
        return Gate(provider=provider) if record is None else gate_of(record)

    def save(self, gate: Gate) -> None:
        write = put(
            gate_record(gate),
            "attribute_not_exists(#version) OR #version = :seen",
            values={"seen": gate.version - 1},
            refused=_stale,
        )
        self.table.commit(write)


def _stale(record: Record | None) -> StaleWrite:
    return StaleWrite("another worker came first", winner=record and gate_of(record))
