"""Pictures of the person in a reference: their own pixels, newly framed, toned and set.

Nothing is drawn over the person and nothing bends their face: a face detector finds the same
face again and an embedder recognises it, which is what the simulator is for.
"""

import math
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

from infra.local.simulators.drawing.backdrop import draw_backdrop

Size = tuple[int, int]

# How much of the frame the person may take, by words that a prompt uses for poses.
_SHARE_BY_POSE = {
    "full body": (0.72, 0.82),
    "full-body": (0.72, 0.82),
    "full length": (0.72, 0.82),
    "half body": (0.82, 0.92),
    "half-body": (0.82, 0.92),
    "close-up": (0.96, 1.0),
    "close up": (0.96, 1.0),
    "headshot": (0.96, 1.0),
}
_ANY_SHARE = (0.82, 1.0)
# In a tall frame the photo may reach over both sides by this much.
_OVERHANG = 1.16
_LARGEST_TURN = 6.0
_FAST = Image.Resampling.BILINEAR


@dataclass(frozen=True, slots=True)
class Staging:
    """How the person stands in the frame; shares are of the frame, the turn is in degrees."""

    share: float
    sideways: float
    turn: float
    framed: bool


def draw_person(
    photos: list[Image.Image], size: Size, prompt: str, chance: random.Random
) -> Image.Image:
    """The first photo's person before a new background; the others lend it their colours."""
    photo = _crop(photos[0], chance)
    staging = _stage(prompt, chance)
    picture = draw_backdrop(size, photos[-1], chance)
    fitted = _fit(photo.size, size, staging)
    card = _tone(photo.resize(fitted, Image.Resampling.BICUBIC, reducing_gap=2.0), chance)
    mask = _frame_mask(fitted) if staging.framed else _soft_mask(fitted)
    if staging.framed:
        card = _bordered(card)
    if abs(staging.turn) > 0.4:
        card = card.rotate(staging.turn, _FAST, expand=True)
        # Turned at half the size: an edge needs no more, and it takes a quarter of the time.
        mask = mask.reduce(2).rotate(staging.turn, _FAST, expand=True).resize(card.size, _FAST)
    place = _place(card.size, size, staging)
    if staging.framed:
        _cast_shadow(picture, mask, place)
    picture.paste(card, place, mask)
    return picture


def _stage(prompt: str, chance: random.Random) -> Staging:
    words = prompt.lower()
    low, high = next((span for pose, span in _SHARE_BY_POSE.items() if pose in words), _ANY_SHARE)
    return Staging(
        share=chance.uniform(low, high),
        sideways=chance.uniform(-1.0, 1.0),
        turn=chance.choice((0.0, chance.uniform(-_LARGEST_TURN, _LARGEST_TURN))),
        framed=chance.random() < 0.35,
    )


def _crop(photo: Image.Image, chance: random.Random) -> Image.Image:
    """Little from the sides, next to nothing from the top where heads are, more from below."""
    width, height = photo.size
    return photo.crop(
        (
            round(width * chance.uniform(0.0, 0.06)),
            round(height * chance.uniform(0.0, 0.015)),
            round(width * (1 - chance.uniform(0.0, 0.06))),
            round(height * (1 - chance.uniform(0.0, 0.2))),
        )
    )


def _fit(photo: Size, frame: Size, staging: Staging) -> Size:
    """As large as the share allows; only a tall frame cuts a little from the sides."""
    wide, high = (0.9, 0.9) if staging.framed else (_OVERHANG, 1.0)
    scale = staging.share * min(wide * frame[0] / photo[0], high * frame[1] / photo[1])
    return max(1, round(photo[0] * scale)), max(1, round(photo[1] * scale))


def _place(card: Size, frame: Size, staging: Staging) -> tuple[int, int]:
    free_x, free_y = frame[0] - card[0], frame[1] - card[1]
    x = round(free_x * (0.5 + 0.5 * staging.sideways)) if free_x > 0 else free_x // 2
    if staging.framed:
        return x, round(free_y * 0.45)
    # Standing on the lower edge; a turned person sinks so far that no corner hangs in the air.
    sink = math.sin(math.radians(abs(staging.turn))) * card[0]
    return x, round(free_y + sink)


def _tone(card: Image.Image, chance: random.Random) -> Image.Image:
    """Mild brightness, contrast and warmth, one table per channel."""
    brightness = chance.uniform(0.94, 1.07)
    contrast = chance.uniform(0.94, 1.08)
    warmth = chance.uniform(-0.045, 0.055)
    table: list[int] = []
    for gain in (1 + warmth, 1.0, 1 - warmth):
        for value in range(256):
            toned = ((value - 128) * contrast + 128) * brightness * gain
            table.append(max(0, min(255, round(toned))))
    return card.point(table)


def _soft_mask(size: Size) -> Image.Image:
    """Opaque but for the sides and the top, which melt into the background."""
    small = Image.new("L", (128, 128))
    ImageDraw.Draw(small).rounded_rectangle((9, 7, 118, 150), radius=12, fill=255)
    return small.filter(ImageFilter.GaussianBlur(2.5)).resize(size, _FAST)


def _frame_mask(size: Size) -> Image.Image:
    mask = Image.new("L", size)
    radius = max(2, min(size) // 28)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius, fill=255)
    return mask


def _bordered(card: Image.Image) -> Image.Image:
    line = max(2, min(card.size) // 60)
    ImageDraw.Draw(card).rounded_rectangle(
        (0, 0, card.width - 1, card.height - 1),
        radius=max(2, min(card.size) // 28),
        outline=(250, 248, 244),
        width=line,
    )
    return card


def _cast_shadow(picture: Image.Image, mask: Image.Image, place: tuple[int, int]) -> None:
    """Blurred at an eighth of the size: soft, and cheap."""
    small = Image.new("L", (max(1, picture.width // 8), max(1, picture.height // 8)))
    shape = mask.resize((max(1, mask.width // 8), max(1, mask.height // 8)))
    drop = picture.height // 80
    small.paste(shape.point(lambda value: value * 0.5), (place[0] // 8, (place[1] + drop) // 8))
    shadow = small.filter(ImageFilter.GaussianBlur(3)).resize(picture.size, _FAST)
    picture.paste((12, 10, 16), (0, 0), shadow)
