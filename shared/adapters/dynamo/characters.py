"""Characters and the versions of their source images."""

from dataclasses import dataclass

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.answers import keep_answer
from shared.adapters.dynamo.images import image_write
from shared.adapters.dynamo.listing import OwnerList
from shared.adapters.dynamo.records import Record, character_record, source_record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.uploads import consume
from shared.adapters.dynamo.writes import ABSENT, PRESENT, Write, delete, put
from shared.domain.character import Character, SourceImage
from shared.domain.errors import AlreadyExists, NotFound, StaleWrite
from shared.domain.idempotency import IdempotencyKey
from shared.domain.page import Page, PageRequest
from shared.domain.upload import Upload


@dataclass(frozen=True, slots=True)
class DynamoCharacters:
    table: Table

    def add(self, character: Character, idempotency: IdempotencyKey | None) -> None:
        self.table.commit(
            *keep_answer(idempotency, character.created_at),
            put(character_record(character), ABSENT, refused=_exists_already),
        )

    def get(self, owner: str, character_id: str) -> Character:
        record = self.table.get(keys.character(character_id))
        character = None if record is None else Character.model_validate(record)
        if character is None or character.owner != owner:
            raise NotFound("There is no such character.")
        return character

    def save(self, character: Character) -> None:
        self.table.commit(_successor(character))

    def list_owned(self, owner: str, page: PageRequest) -> Page[Character]:
        records, cursor = OwnerList(owner, keys.CHARACTERS).read(self.table, page)
        return Page(data=tuple(map(Character.model_validate, records)), next_cursor=cursor)

    def replace_source(
        self,
        character: Character,
        source: SourceImage,
        *,
        consumed: Upload | None,
        idempotency: IdempotencyKey | None,
    ) -> None:
        self.table.commit(
            *keep_answer(idempotency, source.created_at),
            _successor(character),
            put(source_record(source), ABSENT, refused=_exists_already),
            image_write(source.image),
            *([consume(consumed, source.created_at)] if consumed else []),
        )

    def source(self, character_id: str, version: int) -> SourceImage | None:
        record = self.table.get(keys.source(character_id, version))
        return None if record is None else SourceImage.model_validate(record)

    def record_analysis(self, source: SourceImage, character: Character | None) -> None:
        version = put(source_record(source), PRESENT, refused=_stale_source)
        self.table.commit(version, *([_successor(character)] if character else []))

    def sources(self, character_id: str) -> tuple[SourceImage, ...]:
        values = {"pk": keys.character(character_id)["pk"], "sources": keys.SOURCES}
        records = self.table.query(
            "#pk = :pk AND begins_with(#sk, :sources)", values, consistent=True, newest_first=True
        )
        return tuple(map(SourceImage.model_validate, records))

    def delete(self, character: Character) -> None:
        """The character last: a crash before leaves one that can be deleted again."""
        versions = self.sources(character.id)
        self.table.delete_many(keys.source(character.id, old.version) for old in versions)
        self.table.commit(
            delete(
                keys.character(character.id),
                "#version = :seen",
                values={"seen": character.version},
                refused=_stale,
            )
        )


def _successor(character: Character) -> Write:
    return put(
        character_record(character),
        "#version = :seen",
        values={"seen": character.version - 1},
        refused=_stale,
    )


def _exists_already(record: Record | None) -> AlreadyExists:
    return AlreadyExists("There is a record of this id already.")


def _stale_source(record: Record | None) -> StaleWrite:
    return StaleWrite("the source image has been deleted")


def _stale(record: Record | None) -> StaleWrite:
    winner = None if record is None else Character.model_validate(record)
    return StaleWrite("the character has changed", winner=winner)
