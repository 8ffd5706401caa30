"""The variants of a character, newest first: straight from its partition, and so consistent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.listing import read_pages
from shared.adapters.dynamo.records import Record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.writes import expressions, to_wire
from shared.domain.cursors import Cursor, binding_of, read_cursor
from shared.domain.errors import InvalidCursor
from shared.domain.ids import Kind, is_id
from shared.domain.page import PageRequest


@dataclass(frozen=True, slots=True)
class VariantList:
    """`wanted` are fields and the value that each must have."""

    character_id: str
    wanted: Mapping[str, str]

    def read(self, table: Table, page: PageRequest) -> tuple[list[Record], str | None]:
        """At most `page.limit` records and the cursor of the next page. Raises InvalidCursor."""
        found, last = read_pages(table, self._request(page), limit=page.limit, order="sk")
        if last is None:
            return found, None
        after = last.removeprefix(keys.VARIANTS)
        return found, str(Cursor(after=after, binding=self._binding()))

    def _request(self, page: PageRequest) -> dict[str, Any]:
        values = {"pk": keys.character(self.character_id)["pk"], "variants": keys.VARIANTS}
        request = expressions(
            values | dict(self.wanted),
            KeyConditionExpression="#pk = :pk AND begins_with(#sk, :variants)",
            FilterExpression=" AND ".join(f"#{name} = :{name}" for name in self.wanted),
        )
        request["ConsistentRead"] = True
        if page.cursor is not None:
            request["ExclusiveStartKey"] = to_wire(self._start(page.cursor))
        return request

    def _start(self, cursor: str) -> keys.Key:
        variant_id = read_cursor(cursor, self._binding())
        if not is_id(Kind.VARIANT, variant_id):
            raise InvalidCursor("The cursor is not one of this list.")
        return keys.variant(self.character_id, variant_id)

    def _binding(self) -> str:
        return binding_of(self.character_id, "variants", dict(self.wanted))
