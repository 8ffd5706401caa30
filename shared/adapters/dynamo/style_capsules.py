"""Style capsules."""

from dataclasses import dataclass

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.answers import keep_answer
from shared.adapters.dynamo.listing import OwnerList
from shared.adapters.dynamo.records import Record, style_capsule_record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.writes import ABSENT, delete, put
from shared.domain.errors import AlreadyExists, NotFound, StaleWrite
from shared.domain.idempotency import IdempotencyKey
from shared.domain.page import Page, PageRequest
from shared.domain.style_capsule import StyleCapsule


@dataclass(frozen=True, slots=True)
class DynamoStyleCapsules:
    table: Table

    def add(self, capsule: StyleCapsule, idempotency: IdempotencyKey | None) -> None:
        self.table.commit(
            *keep_answer(idempotency, capsule.created_at),
            put(style_capsule_record(capsule), ABSENT, refused=_exists_already),
        )

    def get(self, owner: str, capsule_id: str) -> StyleCapsule:
        record = self.table.get(keys.style_capsule(capsule_id))
        capsule = None if record is None else StyleCapsule.model_validate(record)
        if capsule is None or capsule.owner != owner:
            raise NotFound("There is no such style capsule.")
        return capsule

    def save(self, capsule: StyleCapsule) -> None:
        write = put(
            style_capsule_record(capsule),
            "#version = :seen",
            values={"seen": capsule.version - 1},
            refused=_stale,
        )
        self.table.commit(write)

    def list_owned(self, owner: str, page: PageRequest) -> Page[StyleCapsule]:
        records, cursor = OwnerList(owner, keys.STYLE_CAPSULES).read(self.table, page)
        return Page(data=tuple(map(StyleCapsule.model_validate, records)), next_cursor=cursor)

    def delete(self, capsule: StyleCapsule) -> None:
        self.table.commit(delete(keys.style_capsule(capsule.id)))


def _exists_already(record: Record | None) -> AlreadyExists:
    return AlreadyExists("There is a record of this id already.")


def _stale(record: Record | None) -> StaleWrite:
    winner = None if record is None else StyleCapsule.model_validate(record)
    return StaleWrite("the style capsule has changed", winner=winner)
