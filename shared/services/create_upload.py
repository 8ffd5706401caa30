"""Announce a file, and hand out the form it is posted with."""

from dataclasses import dataclass

from shared.domain.errors import AlreadyAnswered
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import IdFactory, Kind
from shared.domain.image_keys import upload_key
from shared.domain.images import ImageFormat
from shared.domain.ports import Clock, Uploads, UploadStore
from shared.domain.upload import UPLOAD_LIFETIME, Upload, UploadForm
from shared.services.answering import Answer, again, keeping


@dataclass(frozen=True, slots=True)
class CreateUpload:
    """The form lets in exactly one object: this key, this type, at most this many bytes."""

    uploads: Uploads
    store: UploadStore
    clock: Clock
    new_id: IdFactory

    def __call__(
        self,
        *,
        owner: str,
        format_: ImageFormat,
        size_bytes: int,
        idempotency: IdempotencyKey | None = None,
    ) -> Answer[tuple[Upload, UploadForm]]:
        now = self.clock()
        upload_id = self.new_id(Kind.UPLOAD, now)
        upload = Upload(
            id=upload_id,
            owner=owner,
            key=upload_key(owner, upload_id),
            format=format_,
            size_bytes=size_bytes,
            created_at=now,
            expires_at=now + UPLOAD_LIFETIME,
        )
        try:
            self.uploads.add(upload, keeping(idempotency, upload.model_dump_json()))
        except AlreadyAnswered as earlier:
            first = again(earlier.answer, Upload).value
            return Answer((first, self.store.form(first)), replayed=True)
        return Answer((upload, self.store.form(upload)))
