"""Small print on a picture: the prompt it was drawn from, and that no model drew it."""

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

_MARK = "simulated"
_CAPTION_LENGTH = 90
_WHITE = (255, 255, 255)


@lru_cache(maxsize=16)
def _font(pixels: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=pixels)


def write_mark(picture: Image.Image) -> None:
    """Bottom right, about two hundredths of the picture high: readable, never over a face."""
    pixels = max(9, min(picture.size) // 64)
    left, top, right, bottom = _font(pixels).getbbox(_MARK)
    margin = pixels
    place = (
        picture.width - margin - (right - left),
        picture.height - margin - (bottom - top),
    )
    _write(picture, place, _MARK, pixels, strength=150)


def write_caption(picture: Image.Image, prompt: str) -> None:
    """Bottom left, the beginning of the prompt on one line, as wide as three quarters."""
    text = " ".join(prompt.split())
    text = text if len(text) <= _CAPTION_LENGTH else text[:_CAPTION_LENGTH].rstrip() + "…"
    # Lone surrogates reach a model as data, but no font can draw them.
    text = text.encode("utf-8", "replace").decode("utf-8")
    pixels = max(9, min(picture.size) // 48)
    font = _font(pixels)
    while text and font.getlength(text) > picture.width * 0.74:
        text = text.rstrip("…")[:-2].rstrip() + "…" if len(text) > 3 else ""
    if text:
        _write(picture, (pixels, picture.height - 2.4 * pixels), text, pixels, strength=225)


def _write(
    picture: Image.Image, place: tuple[float, float], text: str, pixels: int, *, strength: int
) -> None:
    """White letters on a dark breath of shadow, both partly transparent."""
    x, y = round(place[0]), round(place[1])
    _, _, right, bottom = (round(edge) for edge in _font(pixels).getbbox(text))
    letters = Image.new("L", (right + 3, bottom + 3))
    ImageDraw.Draw(letters).text((0, 0), text, fill=strength, font=_font(pixels))
    picture.paste((0, 0, 0), (x + 1, y + 1), letters.point(lambda value: value * 0.6))
    picture.paste(_WHITE, (x, y), letters)
