"""Lists, newest first, a bounded number of the table's pages at a time."""

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


def read_pages(
    table: Table, request: dict[str, Any], *, limit: int, order: str
) -> tuple[list[Record], str | None]:
    """At most `limit` records of a query, and from which value of its sort key, `order`, the
    next page goes on; None after the last."""
    # One more than is shown tells whether there is a next page.
    per_page = FILTERED_PAGE if "FilterExpression" in request else limit + 1
    request = request | {"ScanIndexForward": False, "Limit": per_page}
    found: list[Record] = []
    last = ""
    for _ in range(MAX_PAGES):
        records, next_key = table.query_page(request)
        found += records
        if len(found) > limit:
            shown = found[:limit]
            return shown, shown[-1][order]
        if next_key is None:
            return found, None
        request["ExclusiveStartKey"] = next_key
        last = next_key[order]["S"]
    return found, last


@dataclass(frozen=True, slots=True)
class OwnerList:
    """`conditions` are filter expressions that must all hold, on `values`."""

    owner: str
    name: str
    conditions: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def read(self, table: Table, page: PageRequest) -> tuple[list[Record], str | None]:
        """At most `page.limit` records and the cursor of the next page. Raises InvalidCursor."""
        found, last = read_pages(table, self._request(page), limit=page.limit, order="listed_at")
        return found, last and str(Cursor(after=last, binding=self._binding()))

    def _request(self, page: PageRequest) -> dict[str, Any]:
        values = {"list": keys.owner_list(self.owner, self.name), **self.values}
        request = expressions(
            values,
            KeyConditionExpression="#owner_list = :list",
            FilterExpression=" AND ".join(self.conditions),
        )
        request |= {"IndexName": keys.BY_OWNER}
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

    def _binding(self) -> str:
        return binding_of(self.owner, self.name, self.conditions, dict(self.values))
