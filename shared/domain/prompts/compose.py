"""Composing what a model is told, from the data files beside this one.

A caller's words are put into a fixed template as data: markers in them mean nothing.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from shared.domain.character import Attributes, Character
from shared.domain.errors import Unprocessable
from shared.domain.request import GenerationRequest, Mode, Reach


@cache
def _data(name: str) -> Any:
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))


@cache
def poses() -> dict[str, str]:
    """Framing by slug, in the order in which a pack without wishes uses them."""
    return {pose["slug"]: pose["framing"] for pose in _data("poses")}


def check_poses(wished: tuple[str, ...], image_count: int) -> None:
    """Raises Unprocessable for an unknown pose, or for more poses than images."""
    unknown = [pose for pose in wished if pose not in poses()]
    if unknown:
        raise Unprocessable(
            "No such pose.", code="unknown_pose", pointer="/poses", known=list(poses())
        )
    if len(wished) > image_count:
        raise Unprocessable("More poses than images.", code="too_many_poses", pointer="/poses")


def compose(
    request: GenerationRequest, character: Character | None, style_strength: Reach | None
) -> tuple[str, ...]:
    """One prompt per item. The style strength is put into words only where the model has no
    parameter for it; the negative prompt is the provider's to place."""
    words = _style_words(request.style_strength) if style_strength is Reach.PROMPT else ""
    if request.mode is Mode.IMAGINE:
        return (_joined(request.prompt or "", words),) * request.image_count
    assert character is not None, "a portrait shows a character"
    return tuple(
        _portrait(request, character, index, words) for index in range(request.image_count)
    )


def _portrait(request: GenerationRequest, character: Character, index: int, words: str) -> str:
    template = _data("portrait")
    wished = request.poses or tuple(poses())
    person = _person(character.attributes)
    return _joined(
        template["opening"],
        _same_person(character, index),
        template["person"].replace("{attributes}", person) if person else "",
        template["pose"].replace("{pose}", poses()[wished[index % len(wished)]]),
        template["wish"].replace("{prompt}", request.prompt) if request.prompt else "",
        words,
        template["closing"],
    )


def _same_person(character: Character, index: int) -> str:
    """Without a source the first image is drawn alone; the others are shown an earlier one."""
    wording: dict[str, str] = _data("portrait")["same_person"]
    if character.source is not None:
        return wording["source"]
    return wording["earlier_image"] if index else ""


def _person(attributes: Attributes) -> str:
    phrases: dict[str, str] = _data("portrait")["attributes"]
    said = attributes.model_dump()
    return ", ".join(
        phrase.replace("{}", said[name]) for name, phrase in phrases.items() if said[name]
    )


def _style_words(strength: float | None) -> str:
    if strength is None:
        return ""
    bands: list[dict[str, Any]] = _data("style_strength")
    return next(str(band["words"]) for band in bands if strength <= band["up_to"])


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
