"""A picture that comes with a request: as it is named, and as a worker finds it."""

from shared.domain.entity import Entity
from shared.domain.images import ImageFormat, StoredImage
from shared.domain.upload import Upload


class ImageInput(Entity):
    """Exactly one of the four; `declared` is the format that was claimed for `data`."""

    upload_id: str | None = None
    image_id: str | None = None
    url: str | None = None
    data: bytes | None = None
    declared: ImageFormat | None = None


class InputSource(Entity):
    """Exactly one of the three, once owner and life have been checked. `upload` carries the
    ETag of the content that was there when it was used."""

    upload: Upload | None = None
    image: StoredImage | None = None
    url: str | None = None


class CheckedInputs(Entity):
    """`sources` in the order of the request. `consumed` are the uploads that they use up;
    `brought` are the pictures that came in the request itself, still to be stored, as uploads
    that nobody else can write to."""

    sources: tuple[InputSource, ...] = ()
    consumed: tuple[Upload, ...] = ()
    brought: tuple[tuple[Upload, bytes], ...] = ()
