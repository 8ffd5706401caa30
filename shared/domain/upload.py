"""A file on its way in: announced here, posted by its owner straight to the store."""

from datetime import datetime, timedelta

from shared.domain.entity import Entity, Timestamp
from shared.domain.images import ImageFormat

UPLOAD_LIFETIME = timedelta(hours=24)
"""An unused upload dies after this."""
MAX_UPLOAD_BYTES = 20_000_000
MAX_MULTIPART_BYTES = 4 * 1024 * 1024
"""A small file may come in the request itself; the gateway's limit leaves no room for more."""


class Upload(Entity):
    """`key` is its place in the uploads bucket; `consumed_etag` the content that was used."""

    id: str
    owner: str
    key: str
    format: ImageFormat
    size_bytes: int
    created_at: Timestamp
    expires_at: Timestamp
    consumed_etag: str | None = None

    def usable(self, now: datetime) -> bool:
        return self.consumed_etag is None and now < self.expires_at


class UploadForm(Entity):
    """What a browser posts: `fields` first, then the file as `file`."""

    url: str
    fields: dict[str, str]
