"""How far the walk over all stored pictures has come."""

from dataclasses import dataclass

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.records import Record, listing_of, listing_record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.writes import put
from shared.domain.collecting import Listing
from shared.domain.errors import StaleWrite


@dataclass(frozen=True, slots=True)
class DynamoListings:
    table: Table

    def current(self) -> Listing | None:
        record = self.table.get(keys.listing())
        return None if record is None else listing_of(record)

    def save(self, listing: Listing) -> None:
        write = put(
            listing_record(listing),
            "attribute_not_exists(#pk) OR #version = :seen",
            values={"seen": listing.version - 1},
            refused=_stale,
        )
        self.table.commit(write)


def _stale(record: Record | None) -> StaleWrite:
    winner = None if record is None else listing_of(record)
    return StaleWrite("another walk came first", winner=winner)
