"""What is not taken as a picture, each with its reason, and at what cost."""

import os
import random
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shared.adapters import imaging
from shared.adapters.imaging_decode import ImageLimits
from shared.domain.errors import InvalidImage
from shared.domain.images import ImageFormat


def encode(image: Image.Image, image_format: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()


def noise(mode: str = "RGB", size: tuple[int, int] = (96, 80)) -> Image.Image:
    pixels = random.Random(7).randbytes(size[0] * size[1] * len(mode))
    return Image.frombytes(mode, size, pixels)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_with_header(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    header = struct.pack(">2I5B", width, height, depth, colour, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return PNG[:8] + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg_with_size(width: int, height: int) -> bytes:
    place = JPEG.index(b"\xff\xc0") + 5
    return JPEG[:place] + struct.pack(">2H", height, width) + JPEG[place + 4 :]


def webp_with_canvas(width: int, height: int) -> bytes:
    canvas = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBP" + b"VP8X" + struct.pack("<2I", 10, 0) + canvas + WEBP[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_with_frame(width: int, height: int) -> bytes:
    return WEBP[:26] + struct.pack("<2H", width, height) + WEBP[30:]


def after_header(*chunks: bytes) -> bytes:
    return PNG[:33] + b"".join(chunks) + PNG[33:]


PNG = encode(noise(), "PNG")
JPEG = encode(noise(), "JPEG")
WEBP = encode(noise(), "WEBP")
GREY = Image.new("L", (96, 80))
FRAMES = {"save_all": True, "append_images": [Image.new("RGB", (96, 80), "red")]}


def progressive_with_scans(count: int) -> bytes:
    data = encode(Image.new("L", (640, 640)), "JPEG", progressive=True)
    return data[:-2] + data[data.rindex(b"\xff\xda") : -2] * count + data[-2:]


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("empty", lambda: b""),
    "text": ("unknown_format", lambda: b"not a picture"),
    "html": ("unknown_format", lambda: b"<!doctype html><script>alert(1)</script>"),
    "svg": ("unknown_format", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "gif": ("unknown_format", lambda: encode(GREY, "GIF")),
    "animated gif": ("unknown_format", lambda: encode(noise(), "GIF", **FRAMES)),
    "tiff": ("unknown_format", lambda: encode(noise(), "TIFF")),
    "bmp": ("unknown_format", lambda: encode(noise(), "BMP")),
    "ico": ("unknown_format", lambda: encode(noise(), "ICO")),
    "pdf": ("unknown_format", lambda: encode(noise(), "PDF")),
    "eps": ("unknown_format", lambda: encode(noise(), "EPS")),
    "jpeg 2000": ("unknown_format", lambda: encode(noise(), "JPEG2000")),
    "a wave file": ("unknown_format", lambda: b"RIFF\x24\0\0\0WAVEfmt "),
    "a blank before a png": ("unknown_format", lambda: b" " + PNG),
    "png signature alone": ("truncated", lambda: PNG[:8]),
    "jpeg signature alone": ("corrupted", lambda: JPEG[:3]),
    "webp signature alone": ("truncated", lambda: WEBP[:12]),
    "png header of 65,000 squared": ("too_many_pixels", lambda: png_with_header(65_000, 65_000)),
    "png header of 20,000 squared": ("too_many_pixels", lambda: png_with_header(20_000, 20_000)),
    "png header of 7,000 squared": ("too_many_pixels", lambda: png_with_header(7_000, 7_000)),
    "png header of 2³¹ squared": ("too_many_pixels", lambda: png_with_header(2**31 - 1, 2**31 - 1)),
    "jpeg header of 65,000 squared": ("too_many_pixels", lambda: jpeg_with_size(65_000, 65_000)),
    "webp header of 16,383 squared": ("too_many_pixels", lambda: webp_with_canvas(16383, 16383)),
    "webp canvas of 9,000 squared": ("corrupted", lambda: webp_with_canvas(9_000, 9_000)),
    "webp frame of 9,000 squared": ("too_many_pixels", lambda: webp_with_frame(9_000, 9_000)),
    "real 15,000 squared": (
        "too_many_pixels",
        lambda: encode(Image.new("1", (15_000, 15_000)), "PNG"),
    ),
    "17,000 pixels wide": (
        "too_large_side",
        lambda: encode(Image.new("1", (17_000, 64)), "PNG"),
    ),
    "1 by 60,000": ("too_large_side", lambda: encode(Image.new("1", (1, 60_000)), "PNG")),
    "1 by 1": ("too_small", lambda: encode(Image.new("L", (1, 1)), "PNG")),
    "63 high": ("too_small", lambda: encode(Image.new("L", (500, 63)), "JPEG")),
    "no width": ("corrupted", lambda: png_with_header(0, 80)),
    "no height": ("corrupted", lambda: jpeg_with_size(96, 0)),
    "png cut in its pixels": ("truncated", lambda: PNG[: len(PNG) // 2]),
    "png without its end": ("truncated", lambda: PNG[:-12]),
    "png without its last byte": ("truncated", lambda: PNG[:-1]),
    "png chunk longer than the file": (
        "truncated",
        lambda: after_header(b"\x7f\xff\xff\xfftEXt"),
    ),
    "jpeg cut in its pixels": ("truncated", lambda: JPEG[: len(JPEG) // 2]),
    "jpeg cut in its header": ("corrupted", lambda: JPEG[:100]),
    "webp cut in its pixels": ("truncated", lambda: WEBP[: len(WEBP) // 2]),
    "webp without its last byte": ("truncated", lambda: WEBP[:-1]),
    "png with a bad header checksum": ("corrupted", lambda: PNG[:29] + b"\0\0\0\0" + PNG[33:]),
    "png with a bad pixel checksum": ("corrupted", lambda: PNG[:-16] + b"\0\0\0\0" + PNG[-12:]),
    "png with pixels that are no zlib": (
        "corrupted",
        lambda: PNG[:33] + chunk(b"IDAT", b"\xff" * 900) + PNG[-12:],
    ),
    "png with too few pixels": ("truncated", lambda: png_with_header(96, 80)),
    "png without pixels": ("corrupted", lambda: PNG[:33] + PNG[-12:]),
    "png without a header": ("corrupted", lambda: PNG[:8] + PNG[33:]),
    "png of an unknown colour type": ("corrupted", lambda: png_with_header(96, 80, colour=7)),
    "jpeg without a frame": ("corrupted", lambda: JPEG[:2] + JPEG[-2:]),
    "webp of zeros": ("corrupted", lambda: WEBP[:20] + bytes(len(WEBP) - 20)),
    "animated png": ("animated", lambda: encode(noise(), "PNG", **FRAMES)),
    "animated webp": ("animated", lambda: encode(noise(), "WEBP", **FRAMES)),
    "text chunk that grows": (
        "corrupted",
        lambda: after_header(chunk(b"zTXt", b"bomb\0\0" + zlib.compress(bytes(30_000_000)))),
    ),
    "international text chunk that grows": (
        "corrupted",
        lambda: after_header(chunk(b"iTXt", b"bomb\0\1\0\0\0" + zlib.compress(bytes(30_000_000)))),
    ),
    "many text chunks": (
        "corrupted",
        lambda: after_header(
            *[chunk(b"zTXt", b"bomb\0\0" + zlib.compress(bytes(1_000_000)))] * 100
        ),
    ),
    "endless empty chunks": ("too_complex", lambda: after_header(chunk(b"prVt", b"") * 1_500_000)),
    "endless empty pixel chunks": (
        "too_complex",
        lambda: after_header(chunk(b"IDAT", b"") * 1_500_000),
    ),
    "more jpeg scans than any encoder writes": (
        "too_complex",
        lambda: progressive_with_scans(32),
    ),
    "endless jpeg scans": ("too_complex", lambda: progressive_with_scans(100_000)),
    "endless jpeg comments": (
        "too_complex",
        lambda: JPEG[:2] + b"\xff\xfe\0\2" * 4_000_000 + JPEG[2:],
    ),
    "more bytes than allowed": ("too_many_bytes", lambda: PNG + bytes(20_000_001)),
}


@pytest.mark.parametrize(("reason", "build"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_bytes_are_refused_quickly_and_with_their_reason(
    reason: str, build: Callable[[], bytes]
) -> None:
    data = build()
    started = time.process_time()
    with pytest.raises(InvalidImage) as refused:
        imaging.clean(data)
    assert refused.value.reason == reason
    assert refused.value.code == "invalid_image"
    assert time.process_time() - started < 1
    if reason != "too_many_bytes":  # outputs may be larger than uploads
        with pytest.raises(InvalidImage):
            imaging.inspect(data)


MEASURE = """
import resource, sys
from pathlib import Path
from shared.adapters import imaging
from shared.domain.errors import InvalidImage

files = [Path(name).read_bytes() for name in sys.argv[1:]]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for data in files:
    try:
        imaging.clean(data)
    except InvalidImage:
        continue
    sys.exit("accepted")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_bombs_take_little_memory(tmp_path: Path) -> None:
    bombs = [name for name in REFUSED if "squared" in name or "grows" in name or "many" in name]
    paths = []
    for number, name in enumerate(bombs):
        paths.append(tmp_path / str(number))
        paths[-1].write_bytes(REFUSED[name][1]())
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, paths)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(bombs) >= 9
    assert int(measured.stdout) < 30_000  # kB; the smallest bomb would take 150,000


@pytest.mark.parametrize("declared", [ImageFormat.JPEG, ImageFormat.WEBP])
def test_a_file_of_another_format_than_declared_is_refused(declared: ImageFormat) -> None:
    with pytest.raises(InvalidImage) as refused:
        imaging.clean(PNG, declared)
    assert refused.value.reason == "format_mismatch"
    assert imaging.clean(PNG, ImageFormat.PNG)


def test_a_usual_progressive_jpeg_is_taken() -> None:
    assert imaging.inspect(progressive_with_scans(20)).width == 640


def test_limits_are_the_callers_to_set() -> None:
    assert imaging.inspect(PNG, ImageLimits(max_bytes=len(PNG), max_pixels=96 * 80)).width == 96
    for limits in (ImageLimits(max_bytes=len(PNG) - 1), ImageLimits(max_pixels=96 * 80 - 1)):
        with pytest.raises(InvalidImage):
            imaging.inspect(PNG, limits)


SEEDS = [
    PNG,
    JPEG,
    WEBP,
    encode(noise(), "JPEG", progressive=True),
    encode(noise("RGBA"), "WEBP", lossless=True),
    encode(noise().quantize(16), "PNG", transparency=3),
    encode(noise("CMYK"), "JPEG"),
]


# Pillow warns of damaged EXIF and MPO data, then goes on; so does production.
@pytest.mark.filterwarnings("ignore")
@given(data=st.data())
def test_damaged_pictures_are_accepted_or_refused_and_nothing_else(data: st.DataObject) -> None:
    picture = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(picture) - 1))
        picture[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.just(len(picture)), st.integers(0, len(picture))))
    damaged = bytes(picture[:cut])
    try:
        cleaned, content = imaging.clean(damaged)
    except InvalidImage:
        return
    assert imaging.inspect(cleaned) == content
