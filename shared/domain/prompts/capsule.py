"""Putting a style capsule into what a model is told."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from shared.domain.style_capsule import AppliedStyle


def styled(prompts: tuple[str, ...], style: AppliedStyle) -> tuple[str, ...]:
    """Last, so that the style is of the picture and not of one of the things in it."""
    wording = _wording()
    told = [wording["style"].replace("{prompt}", style.prompt)]
    if count := style.images_shown:
        images = wording["images"]
        told.append(images.get(str(count), images["more"]).replace("{count}", str(count)))
    return tuple(" ".join([prompt, *told]) for prompt in prompts)


def also_avoided(negative_prompt: str | None, style: AppliedStyle) -> str | None:
    """The caller's words first."""
    return ", ".join(filter(None, [negative_prompt, style.negative_prompt])) or None


@cache
def _wording() -> Any:
    return json.loads(Path(__file__).with_name("capsule.json").read_text(encoding="utf-8"))
