"""Backgrounds to set a person before: gradients, studio light, haze and blurred scenery."""

import random

from PIL import Image, ImageDraw, ImageFilter

from infra.local.simulators.drawing.palette import (
    blend,
    corner_gradient,
    pick_palette,
    vertical_gradient,
)
from infra.local.simulators.drawing.scenery import draw_scenery

Size = tuple[int, int]


def draw_backdrop(size: Size, photo: Image.Image, chance: random.Random) -> Image.Image:
    """One of four kinds. `photo` only lends colours: no face survives in it."""
    kind = chance.randrange(4)
    if kind == 0:
        return _gradient(size, chance)
    if kind == 1:
        return _studio(size, chance)
    if kind == 2:
        return _haze(size, photo, chance)
    return _distant_scenery(size, chance)


def _gradient(size: Size, chance: random.Random) -> Image.Image:
    palette = pick_palette(chance)
    corners = [palette.sky, palette.horizon, palette.far, blend(palette.near, palette.far, 0.5)]
    chance.shuffle(corners)
    return corner_gradient(size, tuple(corners))


def _studio(size: Size, chance: random.Random) -> Image.Image:
    """A plain wall, lit behind the person."""
    palette = pick_palette(chance)
    wall = vertical_gradient(size, palette.far, palette.near)
    light = Image.new("L", (64, 64))
    x = chance.uniform(20, 44)
    ImageDraw.Draw(light).ellipse((x - 22, 2, x + 22, 48), fill=210)
    glow = light.filter(ImageFilter.GaussianBlur(9)).resize(size, Image.Resampling.BILINEAR)
    wall.paste(palette.horizon, (0, 0), glow)
    return wall


def _haze(size: Size, photo: Image.Image, chance: random.Random) -> Image.Image:
    """The photo's own colours, blurred beyond recognition and tinted."""
    tiny = photo.resize((9, 9), Image.Resampling.BOX)
    soft = tiny.resize((60, 60), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(4))
    tint = Image.new("RGB", soft.size, pick_palette(chance).sky)
    return Image.blend(soft, tint, chance.uniform(0.25, 0.5)).resize(
        size, Image.Resampling.BILINEAR
    )


def _distant_scenery(size: Size, chance: random.Random) -> Image.Image:
    small = draw_scenery((max(1, size[0] // 8), max(1, size[1] // 8)), chance)
    return small.filter(ImageFilter.GaussianBlur(2)).resize(size, Image.Resampling.BILINEAR)
