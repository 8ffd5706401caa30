"""Copies for screens: their sizes, their colours, and the mark of a generated picture."""

import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image, ImageStat

from shared.adapters import imaging
from shared.domain.errors import InvalidImage
from shared.domain.images import Rendition
from shared.domain.request import OutputSize

# Spelled as the IPTC does: https://iptc.org/std/photometadata/documentation/userguide/
DIGITAL_SOURCE_TYPE = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
TRAINED_ALGORITHMIC_MEDIA = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def encode(image: Image.Image, image_format: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()


def picture(size: tuple[int, int]) -> Image.Image:
    """Red left of the middle, green right of it, with some grain."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 200, 30), (size[0] // 2, 0, size[0], size[1]))
    grain = Image.frombytes("L", (64, 64), random.Random(5).randbytes(4096))
    return Image.blend(image, grain.resize(size).convert("RGB"), 0.05)


def colour(image: Image.Image, x: int) -> tuple[int, ...]:
    found = image.convert("RGB").getpixel((x, 1))
    assert isinstance(found, tuple)
    return found


def opened(made: dict[Rendition, bytes]) -> Mapping[Rendition, Image.Image]:
    images = {which: Image.open(BytesIO(data)) for which, data in made.items()}
    for image in images.values():
        image.load()
        assert image.format == "WEBP"
        assert "icc_profile" not in image.info
        assert "exif" not in image.info
    return images


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    ("size", "web", "thumb_512", "thumb_256"),
    [
        ((1024, 1024), (1024, 1024), (512, 512), (256, 256)),
        ((896, 1200), (896, 1200), (382, 512), (191, 256)),
        ((4400, 1100), (2048, 512), (512, 128), (256, 64)),
        ((1100, 4400), (512, 2048), (128, 512), (64, 256)),
        ((300, 200), (300, 200), (300, 200), (256, 171)),
        ((64, 64), (64, 64), (64, 64), (64, 64)),
        ((6000, 64), (2048, 22), (512, 5), (256, 3)),
    ],
)
def test_no_side_is_longer_than_named_and_none_is_enlarged(
    image_format: str,
    size: tuple[int, int],
    web: tuple[int, int],
    thumb_512: tuple[int, int],
    thumb_256: tuple[int, int],
) -> None:
    images = opened(imaging.renditions(encode(picture(size), image_format), generated=False))
    assert images[Rendition.WEB].size == web
    assert images[Rendition.THUMB_512].size == thumb_512
    assert images[Rendition.THUMB_256].size == thumb_256
    for image in images.values():
        red, green, _ = colour(image, 1)
        assert red > 150 > green
        red, green, _ = colour(image, image.width - 2)
        assert green > 150 > red


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
def test_generated_pictures_and_only_they_are_marked(image_format: str) -> None:
    data = encode(picture((400, 300)), image_format)
    marked = imaging.renditions(data, generated=True)
    assert set(marked) == set(Rendition)
    for image in opened(marked).values():
        description = ET.fromstring(image.info["xmp"])[0][0]
        assert description.attrib[DIGITAL_SOURCE_TYPE] == TRAINED_ALGORITHMIC_MEDIA
    for image in opened(imaging.renditions(data, generated=False)).values():
        assert "xmp" not in image.info


def test_a_sideways_phone_picture_is_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = picture((600, 400)).transpose(Image.Transpose.ROTATE_90)
    images = opened(imaging.renditions(encode(stored, "JPEG", exif=exif), generated=False))
    assert images[Rendition.WEB].size == (600, 400)
    assert images[Rendition.THUMB_256].size == (256, 171)


def test_transparency_stays() -> None:
    image = picture((600, 400)).convert("RGBA")
    image.putalpha(100)
    for made in opened(imaging.renditions(encode(image, "PNG"), generated=False)).values():
        assert made.mode == "RGBA"
        assert made.getchannel("A").getextrema() == (100, 100)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16"])
def test_every_kind_of_pixel_gets_copies(mode: str) -> None:
    image = picture((300, 200))
    converted = image.convert("L").convert("I;16") if mode == "I;16" else image.convert(mode)
    data = encode(converted, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(imaging.renditions(data, generated=True)).keys() == set(Rendition)


def test_only_the_copies_asked_for_are_made() -> None:
    data = encode(picture((4096, 2048)), "JPEG")
    images = opened(imaging.renditions(data, generated=True, which=[Rendition.THUMB_256]))
    assert {which: image.size for which, image in images.items()} == {
        Rendition.THUMB_256: (256, 128)
    }


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (1400, 1400), (64, 2000), (1000, 1000)])
@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_an_exact_size_is_met_to_the_pixel_around_the_middle(
    size: tuple[int, int], image_format: str
) -> None:
    data = encode(picture((1024, 1024)), image_format)
    exact = OutputSize(width=size[0], height=size[1])
    images = opened(imaging.renditions(data, generated=True, exact_size=exact))
    assert images[Rendition.WEB].size == size
    assert max(images[Rendition.THUMB_512].size) == min(512, max(size))
    left, right = (colour(images[Rendition.WEB], x) for x in (1, size[0] - 2))
    assert left[0] > 150 > left[1]
    assert right[1] > 150 > right[0]


@pytest.mark.parametrize(
    ("size", "exact"),
    [((2000, 500), None), ((4400, 1100), OutputSize(width=4096, height=1024))],
    ids=["web", "exact size"],
)
def test_a_jpeg_decoded_for_speed_keeps_its_detail(
    size: tuple[int, int], exact: OutputSize | None
) -> None:
    # Lines one pixel wide: decoded at half the size they would be an even grey.
    tiled = Image.frombytes("L", size, b"\0\xff" * (size[0] * size[1] // 2))
    made = imaging.renditions(
        encode(tiled, "JPEG", quality=95),
        generated=True,
        exact_size=exact,
        which=[Rendition.WEB],
    )
    web = opened(made)[Rendition.WEB]
    assert web.size == ((exact.width, exact.height) if exact else size)
    assert ImageStat.Stat(web.convert("L")).stddev[0] > 40


def test_a_copy_loses_no_brightness() -> None:
    checks = Image.effect_noise((1024, 1024), 60).convert("RGB")
    images = opened(imaging.renditions(encode(checks, "PNG"), generated=False))
    for image in images.values():
        histogram = image.convert("L").histogram()
        mean = sum(shade * count for shade, count in enumerate(histogram)) / sum(histogram)
        assert mean == pytest.approx(128, abs=2)


def test_bytes_that_are_no_picture_are_refused_as_everywhere() -> None:
    with pytest.raises(InvalidImage) as refused:
        imaging.renditions(b"not a picture", generated=True)
    assert refused.value.reason == "unknown_format"


def test_a_picture_that_cannot_be_encoded_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("encoder error")

    data = encode(picture((300, 200)), "PNG")
    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(InvalidImage) as refused:
        imaging.renditions(data, generated=True)
    assert refused.value.reason == "not_rendered"


def test_threads_make_the_same_copies() -> None:
    data = encode(picture((800, 600)), "PNG")
    alone = imaging.renditions(data, generated=True)
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda _: imaging.renditions(data, generated=True), range(8)))
    assert together == [alone] * 8
