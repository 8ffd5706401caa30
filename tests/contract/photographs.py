"""Photographs of real faces, and what may happen to them.

Those of two public persons come with the source distribution of face_recognition 1.3.0. They are
fetched from the package index once per machine and stay outside of the repository: White House
photographs may be looked at by tests, but never be manipulated for publication.
"""

import hashlib
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from tests.contract.simulator_clients import astronaut

_PACKAGE: Final = "face_recognition==1.3.0"
_FILE: Final = "face_recognition-1.3.0.tar.gz"
_SHA256: Final = "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec"

SAME_PERSON: Final = ("obama", "obama2", "obama3")
EVERYBODY: Final = (*SAME_PERSON, "biden", "astronaut")

type Change = Callable[[Image.Image], Image.Image]


@cache
def photograph(name: str) -> bytes:
    """One of EVERYBODY, or `obama_partial_face`, whose face the left border cuts."""
    if name == "astronaut":
        return astronaut()
    with tarfile.open(fileobj=BytesIO(_distribution())) as archive:
        member = archive.extractfile(f"face_recognition-1.3.0/tests/test_images/{name}.jpg")
        assert member is not None
        return member.read()


def changed(name: str, change: Change) -> bytes:
    """Of a copy of at most 800 pixels; as a JPEG, which costs the tests least."""
    return encoded(change(_small(name)))


@cache
def _small(name: str) -> Image.Image:
    picture = Image.open(BytesIO(photograph(name))).convert("RGB")
    picture.thumbnail((800, 800), Image.Resampling.LANCZOS)
    return picture


def encoded(picture: Image.Image, image_format: str = "JPEG", quality: int = 95) -> bytes:
    out = BytesIO()
    picture.save(out, image_format, quality=quality)
    return out.getvalue()


def re_encoded(image_format: str) -> Change:
    """At half of the quality."""
    return lambda picture: Image.open(BytesIO(encoded(picture, image_format, quality=50)))


def brightened(factor: float) -> Change:
    return lambda picture: ImageEnhance.Brightness(picture).enhance(factor)


def blurred(radius: float) -> Change:
    return lambda picture: picture.filter(ImageFilter.GaussianBlur(radius))


def rotated(degrees: float) -> Change:
    """Counter-clockwise, corners filled with black."""
    return lambda picture: picture.rotate(degrees, Image.Resampling.BICUBIC)


def to_width(width: int) -> Change:
    return lambda picture: picture.resize((width, round(picture.height * width / picture.width)))


def flipped(picture: Image.Image) -> Image.Image:
    return ImageOps.mirror(picture)


def grey(picture: Image.Image) -> Image.Image:
    return ImageOps.grayscale(picture).convert("RGB")


def side_by_side(left: str, right: str) -> bytes:
    pictures = [Image.open(BytesIO(photograph(name))).convert("RGB") for name in (left, right)]
    height = min(picture.height for picture in pictures)
    scaled = [to_width(round(each.width * height / each.height))(each) for each in pictures]
    both = Image.new("RGB", (sum(each.width for each in scaled), height))
    both.paste(scaled[0], (0, 0))
    both.paste(scaled[1], (scaled[0].width, 0))
    return encoded(both)


@cache
def _distribution() -> bytes:
    kept = Path(tempfile.gettempdir()) / f"likeness-photographs-{_SHA256[:16]}.tar.gz"
    if not kept.is_file() or not _is_the_one(kept.read_bytes()):
        _fetch(kept)
    return kept.read_bytes()


def _fetch(kept: Path) -> None:
    """In a process of its own: this one may open no connection but to itself. Test processes
    that fetch side by side replace equal content by equal content."""
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        pip = (os.environ.get("UV") or "uv", "run", "--quiet", "--no-project")
        with_tools = ("--with", "pip", "--with", "setuptools", "python", "-m", "pip")
        wanted = ("--no-deps", "--no-build-isolation", "--no-binary", "face_recognition", _PACKAGE)
        done = subprocess.run(
            [*pip, *with_tools, "download", "--quiet", "--dest", folder, *wanted],
            capture_output=True,
            text=True,
            check=False,
        )
        file = Path(folder) / _FILE
        if done.returncode != 0 or not file.is_file():
            raise RuntimeError(
                f"{_PACKAGE}, which holds the photographs these tests look at, could not be"
                f" fetched from the package index:\n{done.stderr}"
            )
        if not _is_the_one(file.read_bytes()):
            raise RuntimeError(f"{_FILE} is not the file these tests were written for.")
        file.replace(kept)


def _is_the_one(content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == _SHA256
