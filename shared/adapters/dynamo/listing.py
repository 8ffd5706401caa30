"""An owner's lists, newest first, a bounded number of index pages at a time."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.keys import Key
from shared.adapters.dynamo.records import Record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.writes import expressions, to_wire
from shared.domain.cursors import Cursor, binding_of, read_cursor
from shared.domain.errors import InvalidCursor
from shared.domain.ids import Kind, is_id
from shared.domain.page import PageRequest

FILTERED_PAGE: Final = 100
MAX_PAGES: Final = 10
"""A rare match may leave a page short or empty; its cursor goes on from there."""

_MEMBERS: Final[Mapping[str, tuple[Kind, Callable[[str], Key]]]] = {
    keys.GENERATIONS: (Kind.GENERATION, keys.generation),
    keys.CHARACTERS: (Kind.CHARACTER, keys.character),
    keys.STYLE_CAPSULES: (Kind.STYLE_CAPSULE, keys.style_capsule),
    keys.IMAGES: (Kind.IMAGE, keys.image),
}


@dataclass(frozen=True, slots=True)
class OwnerList:
    """`conditions` are filter expressions that must all hold, on `values`."""

    owner: str
    name: str
    conditions: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def read(self, table: Table, page: PageRequest) -> tuple[list[Record], str | None]:
        """At most `page.limit` records and the cursor of the next page. Raises InvalidCursor."""
        request = self._request(page)
        found: list[Record] = []
        last = ""
        for _ in range(MAX_PAGES):
            records, next_key = table.query_page(request)
            found += records
            if len(found) > page.limit:
                shown = found[: page.limit]
                return shown, self._cursor(shown[-1]["listed_at"])
            if next_key is None:
                return found, None
            request["ExclusiveStartKey"] = next_key
            last = next_key["listed_at"]["S"]
        return found, self._cursor(last)

    def _request(self, page: PageRequest) -> dict[str, Any]:
        values = {"list": keys.owner_list(self.owner, self.name), **self.values}
        request = expressions(
            values,
            KeyConditionExpression="#owner_list = :list",
            FilterExpression=" AND ".join(self.conditions),
        )
        # One more than is shown tells whether there is a next page.
        limit = FILTERED_PAGE if self.conditions else page.limit + 1
        request |= {"IndexName": keys.BY_OWNER, "ScanIndexForward": False, "Limit": limit}
        if page.cursor is not None:
            request["ExclusiveStartKey"] = to_wire(self._start(page.cursor))
        return request

    def _start(self, cursor: str) -> Key:
        after = read_cursor(cursor, self._binding())
        created_at, _, id_ = after.partition("#")
        kind, key_of = _MEMBERS[self.name]
        if not re.fullmatch(r"[0-9TZ:.-]{24}", created_at) or not is_id(kind, id_):
            raise InvalidCursor("The cursor is not one of this list.")
        in_list = {"owner_list": keys.owner_list(self.owner, self.name), "listed_at": after}
        return key_of(id_) | in_list

    def _cursor(self, listed_at: str) -> str:
        return str(Cursor(after=listed_at, binding=self._binding()))

    def _binding(self) -> str:
        return binding_of(self.owner, self.name, self.conditions, dict(self.values))
