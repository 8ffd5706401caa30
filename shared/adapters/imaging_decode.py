"""Decodes bytes that strangers sent: proves that they are one picture of a bounded size."""

import hashlib
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageFile

from shared.adapters.imaging_structure import check_structure, sniff, truncated
from shared.domain.errors import InvalidImage
from shared.domain.images import Decoded, ImageFormat

# Nearly always OSError; the others are what parsing of broken chunks and tags can come to.
_DECODER_ERRORS: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    EOFError,
    ArithmeticError,
    MemoryError,
    struct.error,
    zlib.error,
)
_ORIENTATION: Final = 0x0112
_SIDEWAYS: Final = frozenset({5, 6, 7, 8})

type Size = tuple[int, int]
"""Width, height."""


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What is refused; sides in pixels. No WebP, hence no full-size copy, has a longer side."""

    max_bytes: int = 20_000_000
    max_pixels: int = 40_000_000
    max_side: int = 16_383
    min_side: int = 64


def decode(
    data: bytes, limits: ImageLimits, *, longest: int | None = None
) -> tuple[Image.Image, ImageFormat, Size]:
    """The pixels as stored, their format, and their size once upright. Raises InvalidImage.

    With `longest` a JPEG may come out smaller, its longest side at least that; all of the file
    is still read.
    """
    image_format = _recognise(data, limits)
    check_structure(data, image_format)
    try:
        image = _open(data, image_format, limits)
        width, height = image.size
        if longest is not None:
            scale = min(1.0, longest / max(width, height))
            image.draft(None, (max(1, int(width * scale)), max(1, int(height * scale))))
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(limits) from error
    except _DECODER_ERRORS as error:
        if "truncated" in str(error):
            raise truncated() from error
        raise InvalidImage("The image is damaged.", reason="corrupted") from error
    if orientation(image) in _SIDEWAYS:
        width, height = height, width
    return image, image_format, (width, height)


def describe(data: bytes, image_format: ImageFormat, size: Size) -> Decoded:
    return Decoded(
        format=image_format,
        width=size[0],
        height=size[1],
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def orientation(image: Image.Image) -> int:
    """EXIF orientation, 1 to 8; 1 where there is none that can be read."""
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except _DECODER_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _recognise(data: bytes, limits: ImageLimits) -> ImageFormat:
    if not data:
        raise InvalidImage("The image is empty.", reason="empty")
    if len(data) > limits.max_bytes:
        raise InvalidImage(
            f"The image is larger than {limits.max_bytes} bytes.", reason="too_many_bytes"
        )
    image_format = sniff(data)
    if image_format is None:
        raise InvalidImage("The file is not a PNG, JPEG or WebP image.", reason="unknown_format")
    return image_format


def _open(data: bytes, image_format: ImageFormat, limits: ImageLimits) -> ImageFile.ImageFile:
    """Reads the header and judges it while no pixel is decoded."""
    image = Image.open(BytesIO(data), formats=(image_format,))
    _judge_header(image, limits)
    if image_format is ImageFormat.PNG:
        # The decoder takes no heed of checksums, and verifying uses the opened file up.
        image.verify()
        image = Image.open(BytesIO(data), formats=(image_format,))
    return image


def _judge_header(image: ImageFile.ImageFile, limits: ImageLimits) -> None:
    width, height = image.size
    if width * height > limits.max_pixels:
        raise _too_many_pixels(limits)
    if max(width, height) > limits.max_side:
        raise InvalidImage(
            f"The image has a side longer than {limits.max_side} pixels.", reason="too_large_side"
        )
    if min(width, height) < limits.min_side:
        raise InvalidImage(
            f"The image has a side shorter than {limits.min_side} pixels.", reason="too_small"
        )
    # A phone's MPO is a JPEG followed by more pictures; the first is the photograph.
    if getattr(image, "is_animated", False) and image.format != "MPO":
        raise InvalidImage("The image is animated.", reason="animated")


def _too_many_pixels(limits: ImageLimits) -> InvalidImage:
    return InvalidImage(
        f"The image has more than {limits.max_pixels} pixels.", reason="too_many_pixels"
    )
