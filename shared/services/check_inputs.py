"""Check the input pictures of a request by what is known without reading them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.domain.errors import InvalidImage, UploadExpired
from shared.domain.ids import IdFactory, Kind
from shared.domain.image_input import CheckedInputs, ImageInput, InputSource
from shared.domain.image_keys import upload_key
from shared.domain.images import ImageFormat
from shared.domain.ports import Clock, Images, Uploads, UploadStore
from shared.domain.upload import UPLOAD_LIFETIME, Upload


@dataclass(frozen=True, slots=True)
class CheckInputs:
    """Decodes nothing and connects to nobody: the worker does both, away from the caller."""

    uploads: Uploads
    upload_store: UploadStore
    images: Images
    check_url: Callable[[str], object]
    sniff: Callable[[bytes], ImageFormat | None]
    clock: Clock
    new_id: IdFactory

    def __call__(self, *, owner: str, given: Sequence[ImageInput]) -> CheckedInputs:
        """Raises UnsafeUrl, InvalidImage, NotFound, UploadExpired; writes nothing."""
        consumed: dict[str, Upload] = {}
        brought: list[tuple[Upload, bytes]] = []
        sources: list[InputSource] = []
        for one in given:
            if one.data is not None:
                upload = self._brought(owner, one, one.data)
                brought.append((upload, one.data))
                sources.append(InputSource(upload=upload))
            elif one.upload_id is not None:
                used = consumed.get(one.upload_id) or self._used(owner, one.upload_id)
                consumed[one.upload_id] = used
                sources.append(InputSource(upload=used))
            elif one.image_id is not None:
                sources.append(InputSource(image=self.images.get(owner, one.image_id)))
            else:
                assert one.url is not None, "an image input names one source"
                self.check_url(one.url)
                sources.append(InputSource(url=one.url))
        return CheckedInputs(
            sources=tuple(sources), consumed=tuple(consumed.values()), brought=tuple(brought)
        )

    def _used(self, owner: str, upload_id: str) -> Upload:
        upload = self.uploads.get(owner, upload_id)
        if not upload.usable(self.clock()):
            raise UploadExpired("The upload has been used or has expired.")
        return upload.model_copy(update={"consumed_etag": self.upload_store.etag(upload)})

    def _brought(self, owner: str, given: ImageInput, data: bytes) -> Upload:
        found = self.sniff(data)
        if found is None:
            raise InvalidImage("The file is no PNG, JPEG or WebP.", reason="unknown_format")
        if given.declared not in (None, found):
            raise InvalidImage(
                f"The file is {found}, not {given.declared} as declared.", reason="format_mismatch"
            )
        now = self.clock()
        upload_id = self.new_id(Kind.UPLOAD, now)
        return Upload(
            id=upload_id,
            owner=owner,
            key=upload_key(owner, upload_id),
            format=found,
            size_bytes=len(data),
            created_at=now,
            expires_at=now + UPLOAD_LIFETIME,
        )
