"""Reference kits."""

from dataclasses import dataclass

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.images import image_write
from shared.adapters.dynamo.listing import OwnerList
from shared.adapters.dynamo.records import Record, kit_of, kit_record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.writes import ABSENT, Write, delete, put
from shared.domain.errors import AlreadyExists, NotFound, StaleWrite
from shared.domain.page import Page, PageRequest
from shared.domain.reference_kit import ReferenceKit


def drawn_kit(kit: ReferenceKit) -> list[Write]:
    """What commits with the generation that draws it: a new kit and its photo, or the kit as it
    is from now on."""
    if kit.version > 1:
        return [_successor(kit)]
    return [
        put(kit_record(kit), ABSENT, refused=_exists_already),
        image_write(kit.source.image),
    ]


@dataclass(frozen=True, slots=True)
class DynamoReferenceKits:
    table: Table

    def get(self, owner: str, kit_id: str) -> ReferenceKit:
        record = self.table.get(keys.reference_kit(kit_id))
        kit = None if record is None else kit_of(record)
        if kit is None or kit.owner != owner:
            raise NotFound("There is no such reference kit.")
        return kit

    def save(self, kit: ReferenceKit) -> None:
        self.table.commit(_successor(kit))

    def list_owned(self, owner: str, page: PageRequest) -> Page[ReferenceKit]:
        records, cursor = OwnerList(owner, keys.REFERENCE_KITS).read(self.table, page)
        return Page(data=tuple(map(kit_of, records)), next_cursor=cursor)

    def delete(self, kit: ReferenceKit) -> None:
        self.table.commit(
            delete(
                keys.reference_kit(kit.id),
                "#version = :seen",
                values={"seen": kit.version},
                refused=_stale,
            )
        )


def _successor(kit: ReferenceKit) -> Write:
    return put(
        kit_record(kit), "#version = :seen", values={"seen": kit.version - 1}, refused=_stale
    )


def _exists_already(record: Record | None) -> AlreadyExists:
    return AlreadyExists("There is a reference kit of this id already.")


def _stale(record: Record | None) -> StaleWrite:
    winner = None if record is None else kit_of(record)
    return StaleWrite("the reference kit has changed", winner=winner)
