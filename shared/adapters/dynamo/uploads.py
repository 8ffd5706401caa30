"""Upload records: announced, used once, forgotten a week after they expired."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.answers import keep_answer
from shared.adapters.dynamo.records import Record, upload_record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.writes import ABSENT, Write, put
from shared.domain.entity import rfc3339
from shared.domain.errors import AlreadyExists, NotFound, UploadExpired
from shared.domain.idempotency import IdempotencyKey
from shared.domain.upload import Upload

_REMEMBERED = timedelta(days=7)
"""So that an expired upload is told from one that never was."""


def consume(upload: Upload, now: datetime) -> Write:
    """`upload` carries the ETag of what was used; it can be used once and in time."""
    return put(
        upload_record(upload, upload.expires_at + _REMEMBERED),
        "attribute_exists(#pk) AND attribute_not_exists(#consumed_etag) AND #expires_at > :now",
        values={"now": rfc3339(now)},
        refused=_expired,
    )


def brought(upload: Upload) -> Write:
    """An upload that came in the request which uses it."""
    record = upload_record(upload, upload.expires_at + _REMEMBERED)
    return put(record, ABSENT, refused=_exists_already)


@dataclass(frozen=True, slots=True)
class DynamoUploads:
    table: Table

    def add(self, upload: Upload, idempotency: IdempotencyKey | None) -> None:
        record = upload_record(upload, upload.expires_at + _REMEMBERED)
        self.table.commit(
            *keep_answer(idempotency, upload.created_at),
            put(record, ABSENT, refused=_exists_already),
        )

    def get(self, owner: str, upload_id: str) -> Upload:
        record = self.table.get(keys.upload(upload_id))
        upload = None if record is None else Upload.model_validate(record)
        if upload is None or upload.owner != owner:
            raise NotFound("There is no such upload.")
        return upload


def _expired(record: Record | None) -> UploadExpired:
    return UploadExpired("The upload has been used or has expired.")


def _exists_already(record: Record | None) -> AlreadyExists:
    return AlreadyExists("There is an upload of this id already.")
