"""The photo a demo starts from."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from infra.local.layout import BadInput

DEFAULT_PHOTO = Path(__file__).with_name("astronaut.png")
DEFAULT_PHOTO_CREDIT = "a portrait of astronaut Eileen Collins (NASA, public domain)"
LARGEST_PHOTO = 20_000_000
SHORTEST_SIDE = 64
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "WEBP": "image/webp"}


@dataclass(frozen=True, slots=True)
class Photo:
    name: str
    data: bytes
    media_type: str


def read_photo(path: Path) -> Photo:
    """Raises BadInput, in one line, for what is not a photo the API would take."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as exc:
        raise BadInput(f"{path}: there is no such file.") from exc
    except OSError as exc:
        raise BadInput(f"{path}: cannot be read ({exc.strerror}).") from exc
    if len(data) > LARGEST_PHOTO:
        raise BadInput(f"{path}: is larger than 20 MB.")
    return Photo(path.name, data, _media_type(path, data))


def _media_type(path: Path, data: bytes) -> str:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            found, shortest = picture.format or "", min(picture.size)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as exc:
        raise BadInput(f"{path}: is not an image; give a PNG, JPEG or WebP photo.") from exc
    if found not in MEDIA_TYPES:
        raise BadInput(f"{path}: is {found}; give a PNG, JPEG or WebP photo.")
    if shortest < SHORTEST_SIDE:
        raise BadInput(f"{path}: has a side shorter than {SHORTEST_SIDE} pixels.")
    return MEDIA_TYPES[found]
