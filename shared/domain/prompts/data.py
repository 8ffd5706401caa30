"""Reads the data files beside it: templates, wordings, and what a caller may name."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from shared.domain.errors import Unprocessable
from shared.domain.wish import Wish


@cache
def read(name: str) -> Any:
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))


@cache
def poses() -> dict[str, str]:
    """Framing by slug, in the order in which a pack without wishes uses them."""
    return {pose["slug"]: pose["framing"] for pose in read("poses")}


@cache
def room_types() -> dict[str, str]:
    """What the room is called, by slug."""
    return {room["slug"]: room["words"] for room in read("rooms")["room_types"]}


@cache
def room_styles() -> dict[str, str]:
    """What makes the style, by slug."""
    return {style["slug"]: style["words"] for style in read("rooms")["styles"]}


def locale() -> str:
    """The place that rooms are drawn in."""
    return str(read("boosters")["default"])


def booster(mode: str) -> str:
    """What the place adds that the pictures are made for; empty where it adds nothing."""
    return str(read("boosters")["locales"][locale()].get(mode, ""))


def negative(mode: str) -> str | None:
    """What is never wanted in this mode."""
    words: str | None = read("negatives").get(mode)
    return words


def check_names(wish: Wish) -> None:
    """Raises Unprocessable, with the known ones, for a name that is none of ours, or for more
    poses than images."""
    for pose in wish.poses:
        _check("pose", pose, poses(), "/poses")
    if len(wish.poses) > wish.image_count:
        raise Unprocessable("More poses than images.", code="too_many_poses", pointer="/poses")
    if wish.room_type is not None:
        _check("room_type", wish.room_type, room_types(), "/room_type")
    if wish.style is not None:
        _check("style", wish.style, room_styles(), "/style")


def _check(kind: str, name: str, known: dict[str, str], pointer: str) -> None:
    if name not in known:
        raise Unprocessable(
            f"No such {kind.replace('_', ' ')}.",
            code=f"unknown_{kind}",
            pointer=pointer,
            known=list(known),
        )
