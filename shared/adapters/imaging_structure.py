"""Reads the skeleton of an image file before a decoder does: its format, its end, its parts.

Decoders bound memory by the size in the header, but not time: 20 MB of empty PNG chunks keep
Pillow busy for 20 seconds, and 20 MB of repeated JPEG scans for hours. Parts are counted here.
"""

import re
from struct import unpack_from
from typing import Final

from shared.domain.errors import InvalidImage
from shared.domain.images import ImageFormat

# Usual encoders write pixel chunks of 8 kB or more: 2,500 for the largest upload.
_MOST_CHUNKS: Final = 20_000
# A large colour profile takes some 250 segments; progressive files have about ten scans.
_MOST_SEGMENTS: Final = 5_000
_MOST_SCANS: Final = 32

_JPEG_MARKER: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_START_OF_SCAN: Final = 0xDA
_END_OF_IMAGE: Final = 0xD9
_WITHOUT_LENGTH: Final = frozenset({0x01, 0xD8})


def sniff(data: bytes) -> ImageFormat | None:
    """The format by its first bytes, whatever anybody calls it."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageFormat.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return ImageFormat.JPEG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return ImageFormat.WEBP
    return None


def check_structure(data: bytes, image_format: ImageFormat) -> None:
    """Raises InvalidImage: `truncated`, `too_complex`. What follows the image's end is ignored."""
    match image_format:
        case ImageFormat.PNG:
            _check_chunks(data)
        case ImageFormat.JPEG:
            _check_segments(data)
        case ImageFormat.WEBP:
            if len(data) < unpack_from("<I", data, 4)[0] + 8:
                raise truncated()


def truncated() -> InvalidImage:
    return InvalidImage("The image is cut short.", reason="truncated")


def _check_chunks(data: bytes) -> None:
    place = 8
    for _ in range(_MOST_CHUNKS):
        if place + 12 > len(data):
            raise truncated()
        length, kind = unpack_from(">I4s", data, place)
        place += 12 + length
        if kind == b"IEND":
            return
    raise _too_complex()


def _check_segments(data: bytes) -> None:
    place, scans = 2, 0
    for _ in range(_MOST_SEGMENTS):
        # From the end of a scan's header this skips the pixels too: there FF is always stuffed.
        found = _JPEG_MARKER.search(data, place)
        if not found or found.end() + 2 > len(data):
            return  # without an end marker; whether all pixels are there the decoder knows
        place, marker = found.end(), data[found.end() - 1]
        if marker == _END_OF_IMAGE:
            return
        if marker not in _WITHOUT_LENGTH:
            place += unpack_from(">H", data, place)[0]
        scans += marker == _START_OF_SCAN
        if scans > _MOST_SCANS:
            break
    raise _too_complex()


def _too_complex() -> InvalidImage:
    return InvalidImage("The image is made of too many parts.", reason="too_complex")
