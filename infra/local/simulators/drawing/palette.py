"""Colour sets that go well together, and gradients made of them."""

import random
from typing import NamedTuple

from PIL import Image

Colour = tuple[int, int, int]


class Palette(NamedTuple):
    """From the top of the sky down to the nearest ground; `light` is the sun or the moon."""

    sky: Colour
    horizon: Colour
    light: Colour
    far: Colour
    near: Colour


PALETTES = (
    Palette((38, 70, 131), (246, 189, 148), (255, 236, 200), (122, 104, 142), (44, 42, 74)),
    Palette((92, 163, 214), (226, 240, 240), (255, 250, 224), (120, 160, 150), (46, 88, 76)),
    Palette((24, 28, 62), (120, 96, 150), (240, 236, 220), (66, 60, 108), (22, 22, 46)),
    Palette((244, 178, 120), (252, 226, 184), (255, 246, 226), (206, 128, 98), (112, 62, 66)),
    Palette((120, 190, 190), (250, 232, 206), (255, 252, 236), (92, 150, 150), (30, 84, 96)),
    Palette((196, 168, 206), (250, 216, 214), (255, 244, 238), (150, 118, 160), (84, 66, 110)),
    Palette((86, 108, 124), (206, 212, 210), (248, 246, 236), (112, 126, 128), (50, 60, 64)),
    Palette((58, 120, 110), (224, 226, 170), (255, 248, 208), (96, 146, 96), (32, 70, 52)),
)


def pick_palette(chance: random.Random) -> Palette:
    """A palette with every colour nudged a little, so that few pictures share theirs."""
    palette = chance.choice(PALETTES)
    return Palette(*(_nudged(colour, chance) for colour in palette))


def blend(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def vertical_gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    """Smooth from top to bottom; computed on one column, then widened."""
    steps = 64
    column = Image.new("RGB", (1, steps))
    for row in range(steps):
        column.putpixel((0, row), blend(top, bottom, row / (steps - 1)))
    return column.resize(size, Image.Resampling.BILINEAR)


def corner_gradient(size: tuple[int, int], colours: tuple[Colour, ...]) -> Image.Image:
    """Smooth between the four corners: top left, top right, bottom left, bottom right."""
    corners = Image.new("RGB", (2, 2))
    for index, colour in enumerate(colours):
        corners.putpixel((index % 2, index // 2), colour)
    # Through a middle size: bicubic from four pixels alone leaves flat bands at the edges.
    middle = corners.resize((48, 48), Image.Resampling.BICUBIC)
    return middle.resize(size, Image.Resampling.BILINEAR)


def _nudged(colour: Colour, chance: random.Random) -> Colour:
    red, green, blue = (max(0, min(255, part + chance.randint(-14, 14))) for part in colour)
    return red, green, blue
