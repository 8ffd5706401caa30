"""Draws the pictures of the simulated models: the same brief always gives the same bytes."""

import hashlib
import random
import re
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from infra.local.simulators.drawing.labels import write_caption, write_mark
from infra.local.simulators.drawing.person import draw_person
from infra.local.simulators.drawing.reference import UnreadableReference, open_reference
from infra.local.simulators.drawing.scenery import draw_scenery
from infra.local.simulators.settings import PictureFormat

__all__ = ["Brief", "UnreadableReference", "draw", "open_reference"]

# Above this side a picture is drawn smaller and enlarged: 4K costs no more strokes than 1K.
_DRAWN_SIDE = 1536
_NUMBERED = re.compile(r"attached picture number (\d{1,2})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What to draw: one reference is the person, the others only lend their colours. It is the
    one that the prompt gives by its number, else the first."""

    prompt: str
    seed: int
    width: int
    height: int
    references: tuple[bytes, ...] = ()
    format: PictureFormat = "jpeg"
    quality: int = 88


def draw(brief: Brief) -> bytes:
    """The encoded picture, exactly `width` x `height`. Raises UnreadableReference."""
    chance = random.Random(_fingerprint(brief))  # noqa: S311  # a drawing, no secret
    size = _drawn_size(brief.width, brief.height)
    if brief.references:
        photos = [open_reference(data) for data in _person_first(brief)]
        picture = draw_person(photos, size, brief.prompt, chance)
    else:
        picture = draw_scenery(size, chance)
        write_caption(picture, brief.prompt)
    if size != (brief.width, brief.height):
        picture = picture.resize((brief.width, brief.height), Image.Resampling.BICUBIC)
    write_mark(picture)
    return _encode(picture, brief)


def _person_first(brief: Brief) -> list[bytes]:
    """As a model would read "the person in attached picture number 2"."""
    named = _NUMBERED.search(brief.prompt)
    number = int(named[1]) if named else 1
    if not 1 <= number <= len(brief.references):
        return list(brief.references)
    person = brief.references[number - 1]
    return [person, *(data for data in brief.references if data is not person)]


def _fingerprint(brief: Brief) -> bytes:
    digest = hashlib.sha256(f"{brief.seed}\n{brief.prompt}".encode("utf-8", "surrogatepass"))
    for data in brief.references:
        digest.update(hashlib.sha256(data).digest())
    return digest.digest()


def _drawn_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, _DRAWN_SIDE / max(width, height))
    return round(width * scale), round(height * scale)


def _encode(picture: Image.Image, brief: Brief) -> bytes:
    """Fast rather than small: nobody pays for these bytes."""
    target = BytesIO()
    if brief.format == "png":
        picture.save(target, "PNG", compress_level=1)
    elif brief.format == "webp":
        picture.save(target, "WEBP", quality=brief.quality, method=0)
    else:
        picture.save(target, "JPEG", quality=brief.quality)
    return target.getvalue()
