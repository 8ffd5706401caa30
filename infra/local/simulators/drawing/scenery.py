"""Pictures from words alone: a quiet landscape whose shapes and colours follow the seed."""

import math
import random

from PIL import Image, ImageDraw, ImageFilter

from infra.local.simulators.drawing.palette import (
    Colour,
    Palette,
    blend,
    pick_palette,
    vertical_gradient,
)

# Hills are cut out at twice the size and halved: that is what smooths their edges.
_OVERSAMPLING = 2


def draw_scenery(size: tuple[int, int], chance: random.Random) -> Image.Image:
    """A sky with sun or moon over layered hills, sometimes with stars or a lake."""
    palette = pick_palette(chance)
    picture = vertical_gradient(size, palette.sky, palette.horizon)
    horizon = round(size[1] * chance.uniform(0.46, 0.66))
    _draw_stars(picture, palette, horizon, chance)
    _draw_light(picture, palette, horizon, chance)
    layers = chance.randint(3, 5)
    for layer in range(layers):
        share = layer / (layers - 1)
        depth = horizon + (size[1] - horizon) * (share**1.4) * 0.82
        colour = blend(blend(palette.far, palette.horizon, 0.25), palette.near, share)
        _draw_hills(picture, colour, depth, size[1] * (0.05 + 0.05 * share), chance)
        if layer == 0 and chance.random() < 0.4:
            _draw_lake(picture, palette, horizon, chance)
    return picture


def _draw_stars(
    picture: Image.Image, palette: Palette, horizon: int, chance: random.Random
) -> None:
    if sum(palette.sky) > 240:
        return
    pen = ImageDraw.Draw(picture)
    for _ in range(90):
        x, y = chance.randrange(picture.width), chance.randrange(max(1, int(horizon * 0.8)))
        colour = blend(palette.sky, palette.light, chance.uniform(0.4, 1.0))
        pen.rectangle((x, y, x + chance.randint(0, 1), y + chance.randint(0, 1)), fill=colour)


def _draw_light(
    picture: Image.Image, palette: Palette, horizon: int, chance: random.Random
) -> None:
    """A disc with a glow; both are made in a small patch, the glow blurred smaller still."""
    radius = min(picture.size) * chance.uniform(0.05, 0.1)
    x = picture.width * chance.uniform(0.2, 0.8)
    y = horizon * chance.uniform(0.35, 0.85)
    patch = Image.new("L", (96, 96))
    ImageDraw.Draw(patch).ellipse((28, 28, 67, 67), fill=150)
    side = max(2, round(radius * 8))
    glow = patch.filter(ImageFilter.GaussianBlur(9)).resize((side, side))
    picture.paste(palette.light, (round(x - side / 2), round(y - side / 2)), glow)
    disc_side = max(2, round(radius * 2))
    disc = Image.new("L", (disc_side * 2, disc_side * 2))
    ImageDraw.Draw(disc).ellipse((2, 2, disc_side * 2 - 3, disc_side * 2 - 3), fill=255)
    picture.paste(palette.light, (round(x - radius), round(y - radius)), disc.reduce(2))


def _draw_hills(
    picture: Image.Image,
    colour: Colour,
    depth: float,
    height: float,
    chance: random.Random,
) -> None:
    """One ridge of three waves, and the ground below it down to the lower edge."""
    waves = [
        (chance.uniform(0.6, 1.6) * turn, chance.uniform(0, math.tau), height / turn)
        for turn in (1, 2, 3)
    ]
    width = picture.width
    step = max(2, width // 256)
    ridge = [
        (
            x * _OVERSAMPLING,
            sum(tall * math.sin(rate * x / width * math.tau + shift) for rate, shift, tall in waves)
            * _OVERSAMPLING,
        )
        for x in range(0, width + step, step)
    ]
    highest, lowest = min(y for _, y in ridge), max(y for _, y in ridge)
    band = Image.new("L", (width * _OVERSAMPLING, round(lowest - highest) + 2 * _OVERSAMPLING))
    outline = [(x, y - highest) for x, y in ridge]
    ImageDraw.Draw(band).polygon([(0, band.height), *outline, (outline[-1][0], band.height)], 255)
    cut = band.reduce(_OVERSAMPLING)
    top = round(depth + highest / _OVERSAMPLING)
    picture.paste(colour, (0, top), cut)
    picture.paste(colour, (0, top + cut.height, width, max(picture.height, top + cut.height)))


def _draw_lake(picture: Image.Image, palette: Palette, horizon: int, chance: random.Random) -> None:
    top = round(horizon + picture.height * 0.06)
    shore = blend(palette.horizon, palette.sky, 0.3)
    picture.paste(
        vertical_gradient((picture.width, picture.height - top), shore, palette.sky), (0, top)
    )
    pen = ImageDraw.Draw(picture)
    for _ in range(40):
        y = chance.randint(top, picture.height)
        x = chance.randrange(picture.width)
        length = chance.uniform(0.03, 0.12) * picture.width
        pen.line((x, y, x + length, y), fill=blend(palette.sky, palette.light, 0.45), width=2)
