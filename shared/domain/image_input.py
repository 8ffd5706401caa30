"""A picture that comes with a request: where it is, or the bytes themselves."""

from shared.domain.entity import Entity
from shared.domain.images import ImageFormat


class ImageInput(Entity):
    """Exactly one of the four; `declared` is the format that was claimed for `data`."""

    upload_id: str | None = None
    image_id: str | None = None
    url: str | None = None
    data: bytes | None = None
    declared: ImageFormat | None = None
