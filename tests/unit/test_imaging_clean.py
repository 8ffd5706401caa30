"""Uploads cleaned: the same picture, upright and in true colours, and nothing else of the file."""

import hashlib
import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from shared.adapters import imaging
from shared.domain import ports
from shared.domain.images import ImageFormat

SIZE = (96, 80)
SECRET = b"48.8583N 2.2945E"


def encode(image: Image.Image, image_format: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()


def flag() -> Image.Image:
    """Every pixel tells where it stands: red from left to right, green from top to bottom."""
    pixels = bytes(c for y in range(80) for x in range(96) for c in (x * 2, y * 3, 90))
    return Image.frombytes("RGB", SIZE, pixels)


def cleaned(data: bytes) -> Image.Image:
    encoded, content = imaging.clean(data)
    image = Image.open(BytesIO(encoded))
    assert content == imaging.inspect(encoded)
    assert content.sha256 == hashlib.sha256(encoded).hexdigest()
    assert (content.width, content.height) == image.size
    assert (content.format, image.format) == (ImageFormat.PNG, "PNG")
    assert image.mode in {"RGB", "RGBA"}
    image.load()
    assert image.info == {}
    return image


def near(image: Image.Image, place: tuple[int, int], colour: tuple[int, ...], by: int = 6) -> bool:
    found = image.getpixel(place)
    assert isinstance(found, tuple)
    return all(abs(a - b) <= by for a, b in zip(found, colour, strict=True))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png16(colour_type: int, pixel: bytes, *more: bytes) -> bytes:
    """A 16-bit PNG of one colour, which Pillow itself cannot write in all types."""
    header = struct.pack(">2I5B", *SIZE, 16, colour_type, 0, 0, 0)
    pixels = zlib.compress((b"\0" + pixel * SIZE[0]) * SIZE[1])
    chunks = [chunk(b"IHDR", header), *more, chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_the_module_is_the_imaging_port() -> None:
    port: ports.Imaging = imaging
    assert port.inspect(encode(flag(), "PNG")).width == 96


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
def test_pixels_stay_as_they_were_decoded(image_format: str) -> None:
    data = encode(flag(), image_format)
    decoded = Image.open(BytesIO(data)).convert("RGB")
    assert cleaned(data).tobytes() == decoded.tobytes()


@pytest.mark.parametrize("image_format", ["PNG", "WEBP"])
def test_transparency_stays(image_format: str) -> None:
    picture = flag().convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(SIZE))
    data = encode(picture, image_format, lossless=True, exact=True)
    assert cleaned(data).tobytes() == picture.tobytes()


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("value", range(1, 9))
def test_every_exif_orientation_comes_out_upright(image_format: str, value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    turned_to = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = flag().transpose(turned_to[value]) if value in turned_to else flag()
    data = encode(stored, image_format, exif=exif, quality=95)
    image = cleaned(data)
    assert image.size == SIZE
    assert (imaging.inspect(data).width, imaging.inspect(data).height) == SIZE
    for place in ((4, 4), (90, 4), (4, 74), (90, 74)):
        assert near(image, place, (place[0] * 2, place[1] * 3, 90), by=12)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    assert cleaned(encode(flag(), "PNG", exif=exif)).tobytes() == flag().tobytes()


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
def test_position_text_and_tail_are_gone(image_format: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 29.88)
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Comment", SECRET.decode())
    options: dict[str, Any] = {"PNG": {"pnginfo": text}, "JPEG": {"comment": SECRET}}
    data = encode(flag(), image_format, exif=exif, xmp=SECRET, **options.get(image_format, {}))
    data += b"PK\x03\x04<script>" + SECRET
    assert SECRET in data
    encoded, _ = imaging.clean(data)
    assert SECRET not in encoded
    kinds = {encoded[place : place + 4] for place in _chunk_places(encoded)}
    assert kinds == {b"IHDR", b"IDAT", b"IEND"}


def _chunk_places(data: bytes) -> list[int]:
    places, place = [], 8
    while place < len(data):
        places.append(place + 4)
        place += 12 + struct.unpack_from(">I", data, place)[0]
    assert place == len(data)
    return places


def test_a_phones_picture_of_several_frames_gives_its_first() -> None:
    data = encode(flag(), "MPO", save_all=True, append_images=[Image.new("RGB", SIZE)])
    assert Image.open(BytesIO(data)).format == "MPO"
    assert imaging.inspect(data).format is ImageFormat.JPEG
    encoded, _ = imaging.clean(data, ImageFormat.JPEG)
    assert near(Image.open(BytesIO(encoded)), (90, 74), (180, 222, 90), by=12)


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    for shade in (0, 257, 300, 32_768, 40_000, 65_535):
        image = cleaned(png16(0, struct.pack(">H", shade)))
        assert image.getpixel((5, 5)) == (round(shade / 257),) * 3


def test_a_transparent_shade_of_sixteen_bit_grey_does_no_harm() -> None:
    data = png16(0, struct.pack(">H", 40_000), chunk(b"tRNS", struct.pack(">H", 40_000)))
    assert near(cleaned(data), (5, 5), (156, 156, 156))


@pytest.mark.parametrize(
    ("colour_type", "pixel", "expected"),
    [
        (2, (40_000, 300, 65_535), (156, 1, 255)),
        (4, (40_000, 32_768), (156, 156, 156, 128)),
        (6, (40_000, 300, 65_535, 32_768), (156, 1, 255, 128)),
    ],
    ids=["RGB", "grey with alpha", "RGBA"],
)
def test_sixteen_bit_colours_are_scaled(
    colour_type: int, pixel: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    data = png16(colour_type, struct.pack(f">{len(pixel)}H", *pixel))
    assert near(cleaned(data), (5, 5), expected, by=1)


def test_cmyk_becomes_the_colours_it_prints() -> None:
    data = encode(Image.new("CMYK", SIZE, (0, 255, 255, 0)), "JPEG")
    assert near(cleaned(data), (5, 5), (254, 0, 0))


def test_one_bit_and_grey_become_colour() -> None:
    assert near(cleaned(encode(Image.new("1", SIZE, 1), "PNG")), (5, 5), (255, 255, 255), by=0)
    assert near(cleaned(encode(Image.new("L", SIZE, 77), "JPEG")), (5, 5), (77, 77, 77))
    grey_alpha = Image.new("LA", SIZE, (77, 9))
    assert near(cleaned(encode(grey_alpha, "PNG")), (5, 5), (77, 77, 77, 9), by=0)


def test_a_palette_keeps_its_colours_and_its_transparent_entry() -> None:
    picture = Image.new("P", SIZE, 1)
    picture.putpalette([10, 20, 30, 200, 100, 50])
    picture.putpixel((5, 5), 0)
    image = cleaned(encode(picture, "PNG", transparency=0))
    assert image.getpixel((6, 6)) == (200, 100, 50, 255)
    assert image.getpixel((5, 5)) == (10, 20, 30, 0)
    assert cleaned(encode(picture, "PNG")).getpixel((5, 5)) == (10, 20, 30)


def profile_of_another_rgb(name: str = "swap") -> bytes:
    """sRGB with the primaries of red and green exchanged: one cannot miss it."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = struct.unpack_from(">I", data, 128)[0]
    for number in range(tags):
        place = 132 + 12 * number
        tag = bytes(data[place : place + 4])
        data[place : place + 4] = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}.get(tag, tag)
    return bytes(data).replace("sRGB".encode("utf-16-be"), name.encode("utf-16-be"))


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
def test_colours_of_another_profile_are_converted(image_format: str) -> None:
    red = Image.new("RGB", SIZE, (255, 0, 0))
    data = encode(red, image_format, icc_profile=profile_of_another_rgb(), quality=100)
    assert near(cleaned(data), (5, 5), (0, 255, 0), by=12)


def test_a_profile_leaves_transparency_alone() -> None:
    glass = Image.new("RGBA", SIZE, (255, 0, 0, 33))
    data = encode(glass, "PNG", icc_profile=profile_of_another_rgb())
    assert near(cleaned(data), (5, 5), (0, 255, 0, 33))


def linear_grey_profile() -> bytes:
    """ICC v2, its only curve a straight line: shades are amounts of light."""
    description = b"desc" + struct.pack(">2I", 0, 12) + b"linear grey\0" + bytes(78)
    white = b"XYZ " + struct.pack(">I3i", 0, 0xF6D6, 0x10000, 0xD32D)
    line = b"curv" + struct.pack(">2I", 0, 0)
    tags, body = b"", b""
    for name, data in ((b"desc", description), (b"wtpt", white), (b"kTRC", line)):
        tags += name + struct.pack(">2I", 128 + 4 + 36 + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    content = struct.pack(">I", 3) + tags + body
    header = struct.pack(">I4xI", 128 + len(content), 0x02100000) + b"mntrGRAYXYZ " + bytes(12)
    header += b"acsp" + bytes(28) + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    return header + bytes(128 - len(header)) + content


@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_the_shades_of_a_grey_profile_are_converted(image_format: str) -> None:
    data = encode(Image.new("L", SIZE, 55), image_format, icc_profile=linear_grey_profile())
    assert near(cleaned(data), (5, 5), (128, 128, 128))


def test_a_profile_for_another_kind_of_picture_is_ignored() -> None:
    profile = profile_of_another_rgb()
    for mode, image_format in (("L", "PNG"), ("LA", "PNG"), ("CMYK", "JPEG"), ("1", "PNG")):
        data = encode(Image.new(mode, SIZE), image_format, icc_profile=profile)
        assert cleaned(data).size == SIZE


@pytest.mark.parametrize("profile", [b"\0", b"not a profile" * 50, bytes(200)])
def test_a_damaged_profile_is_ignored(profile: bytes) -> None:
    assert cleaned(encode(flag(), "PNG", icc_profile=profile)).tobytes() == flag().tobytes()


def test_the_usual_profile_changes_no_pixel() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert cleaned(encode(flag(), "PNG", icc_profile=srgb)).tobytes() == flag().tobytes()


def test_a_profile_that_calls_itself_srgb_is_believed() -> None:
    # Its many editions differ by rounding, which would change pixels for nothing.
    data = encode(flag(), "PNG", icc_profile=profile_of_another_rgb("sRGB"))
    assert cleaned(data).tobytes() == flag().tobytes()
