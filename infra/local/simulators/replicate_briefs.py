"""From a prediction's input to what is to be drawn: size, format, how many."""

import math
from collections.abc import Mapping
from typing import Any

from infra.local.simulators.drawing import Brief, open_reference
from infra.local.simulators.replicate_models import ModelSpec
from infra.local.simulators.settings import PictureFormat

_FORMATS: Mapping[str, PictureFormat] = {"jpg": "jpeg", "png": "png", "webp": "webp"}
# Widths and heights come in steps of a diffusion model's patches.
_STEP = 16
_MEGAPIXEL = 1024 * 1024
_AREA = {"0.25": 0.25, "0.5 MP": 0.5, "2 MP": 2, "2K": 4, "4 MP": 4, "4K": 16}


def briefs_for(
    spec: ModelSpec, given: Mapping[str, Any], images: tuple[bytes, ...], seed: int
) -> list[Brief]:
    """One brief for each picture asked for. Raises UnreadableReference."""
    chosen = {name: field.default for name, field in spec.fields.items()} | dict(given)
    width, height = _size(chosen, images)
    return [
        Brief(
            prompt=str(chosen.get("prompt") or ""),
            seed=seed + number,
            width=width,
            height=height,
            references=images,
            format=_FORMATS[str(chosen.get("output_format", "png"))],
            quality=int(chosen.get("output_quality") or 80),
        )
        for number in range(int(chosen.get("num_outputs") or 1))
    ]


def extension(picture_format: PictureFormat) -> str:
    return "jpg" if picture_format == "jpeg" else picture_format


def _size(chosen: Mapping[str, Any], images: tuple[bytes, ...]) -> tuple[int, int]:
    ratio = str(chosen.get("aspect_ratio", "match_input_image"))
    wide, high = chosen.get("width"), chosen.get("height")
    if (ratio == "custom" or "aspect_ratio" not in chosen) and wide and high:
        return _stepped(wide), _stepped(high)
    shape = 1.0
    if ":" in ratio:
        left, _, right = ratio.partition(":")
        shape = int(left) / int(right)
    elif images:
        photo = open_reference(images[0])
        shape = max(1 / 3, min(3.0, photo.width / photo.height))
    size = str(chosen.get("resolution") or chosen.get("megapixels") or "1")
    area = _AREA.get(size, 1) * _MEGAPIXEL
    return _stepped(math.sqrt(area * shape)), _stepped(math.sqrt(area / shape))


def _stepped(length: float) -> int:
    return max(_STEP, round(length / _STEP) * _STEP)
