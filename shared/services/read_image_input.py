"""Get hold of the picture that a request speaks of."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.errors import (
    InvalidImage,
    NotFound,
    TooLarge,
    Unavailable,
    Unprocessable,
    UploadExpired,
)
from shared.domain.image_input import ImageInput
from shared.domain.images import ImageFormat
from shared.domain.ports import Clock, Images, ImageStore, Uploads, UploadStore
from shared.domain.upload import Upload


@dataclass(frozen=True, slots=True)
class InputPicture:
    """Bytes as they came, still to be proven an image. `consumed` is the upload they came from,
    with the ETag of exactly these bytes."""

    data: bytes
    declared: ImageFormat | None = None
    consumed: Upload | None = None


@dataclass(frozen=True, slots=True)
class ReadImageInput:
    uploads: Uploads
    upload_store: UploadStore
    images: Images
    store: ImageStore
    fetch: Callable[[str], bytes]
    clock: Clock

    def __call__(self, *, owner: str, given: ImageInput) -> InputPicture:
        """Raises NotFound, UploadExpired, UnsafeUrl, Unprocessable, InvalidImage."""
        if given.data is not None:
            return InputPicture(given.data, declared=given.declared)
        if given.upload_id is not None:
            return self._uploaded(owner, given.upload_id)
        if given.image_id is not None:
            return InputPicture(self.store.get(self.images.get(owner, given.image_id).key))
        assert given.url is not None, "an image input names one source"
        return InputPicture(self._fetched(given.url))

    def _uploaded(self, owner: str, upload_id: str) -> InputPicture:
        upload = self.uploads.get(owner, upload_id)
        if not upload.usable(self.clock()):
            raise UploadExpired("The upload has been used or has expired.")
        data, etag = self.upload_store.read(upload)
        consumed = upload.model_copy(update={"consumed_etag": etag})
        return InputPicture(data, declared=upload.format, consumed=consumed)

    def _fetched(self, url: str) -> bytes:
        try:
            return self.fetch(url)
        except (NotFound, Unavailable) as exc:
            raise Unprocessable(
                "There is no picture to be had at this address.",
                code="url_unreachable",
                pointer="/url",
            ) from exc
        except TooLarge as exc:
            raise InvalidImage("The picture is too large.", reason="too_many_bytes") from exc
