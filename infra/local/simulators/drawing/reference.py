"""Opens reference pictures: upright, RGB, no larger than a drawing can use."""

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageOps

_LARGEST_SIDE = 1600
_READABLE = ("PNG", "JPEG", "WEBP")


class UnreadableReference(ValueError):
    """The bytes are not a picture that a model could read."""


@lru_cache(maxsize=8)
def open_reference(data: bytes) -> Image.Image:
    """The decoded picture, to be read only: a pack of ten shares one decode of its source."""
    try:
        with Image.open(BytesIO(data), formats=_READABLE) as opened:
            opened.draft("RGB", (_LARGEST_SIDE, _LARGEST_SIDE))
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as exc:
        raise UnreadableReference("cannot identify image file") from exc
    picture.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
    return picture
