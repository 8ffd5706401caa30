"""A story told through the API, from a photo to its style: the worked requests of docs/api.md.

`{name}` in a path or a body stands for what an earlier step was answered under that name.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """One request. `keep` names the id of its answer; `finish` names a generation whose images
    a worker draws before; `tell` records what has happened before in the sums."""

    title: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    keep: str | None = None
    finish: str | None = None
    tell: bool = False


@dataclass(frozen=True)
class Chapter:
    title: str
    text: str
    steps: tuple[Step, ...]


def _ask(title: str, keep: str | None = None, **body: Any) -> Step:
    return Step(title, "POST", "/v1/generations", body, keep)


_ROOM = {"url": "https://pictures.example/living-room.jpg"}
_SOURCE = {"image_id": "{source}"}
_ASSET = {"mode": "asset", "project_id": "lighthouse", "branch_id": "main"}

CHARACTERS = Chapter(
    "A character and its photo",
    "A photo is announced, posted to the store with the form that comes back, and given to a "
    "character. Small files may come in the request itself, as `multipart/form-data`. A character "
    "without a photo is drawn from its words: the first image of its pack alone, which the model "
    "is then shown for the others. Checks, embedding and similarities are `pending` until the "
    "pictures have been looked at, a few seconds later; portraits and face swaps do not wait for "
    "that, and refuse only a photo whose checks have failed.",
    (
        Step(
            "Announce a photo",
            "POST",
            "/v1/uploads",
            {"content_type": "image/png", "size_bytes": 4000},
            keep="upload",
        ),
        Step(
            "Create a character",
            "POST",
            "/v1/characters",
            {
                "name": "Mira",
                "attributes": {"age_range": "thirties", "hair_color": "auburn"},
                "consistency": {"seed": 1177129827, "style_strength": 0.4},
            },
            keep="character",
        ),
        Step(
            "Give it the photo",
            "POST",
            "/v1/characters/{character}/source-image",
            {"upload_id": "{upload}"},
            keep="source",
        ),
        Step(
            "Change what is said of it",
            "PATCH",
            "/v1/characters/{character}",
            {"name": "Mira K.", "attributes": {"outfit_style": "smart casual"}},
        ),
    ),
)
_VARIANT = "/v1/characters/{character}/variants/{variant}"
VARIANTS = Chapter(
    "Variants to review",
    "A variant is an image of a character that somebody reviews: drawn here, or brought from "
    "elsewhere. Of each type one is approved, its hero, which generations can go by in place of "
    "the photo. It can be exported, edited elsewhere and taken back: the next version of its "
    "chain, to be reviewed anew. Drawing waits until the photo has passed its checks; of several "
    "characters each has a result of its own, such as this one, whose photo has not been looked at "
    "yet.",
    (
        Step(
            "Bring a picture from elsewhere",
            "POST",
            "/v1/characters/{character}/variants",
            {"variant_type": "headshot", **_SOURCE},
            keep="variant",
        ),
        Step("Approve it", "POST", f"{_VARIANT}/approve"),
        Step("Export it", "POST", f"{_VARIANT}/export"),
        Step("Take the edited version back", "POST", f"{_VARIANT}/reimport", _SOURCE),
        Step("List its versions", "GET", f"{_VARIANT}/history?limit=1"),
        Step("List the heroes", "GET", "/v1/characters/{character}/heroes"),
        _ask(
            "Draw after a hero",
            mode="imagine",
            prompt="at the sea",
            identity={"type": "character", "id": "{character}", "variant_type": "headshot"},
        ),
        Step(
            "Draw variants of several characters",
            "POST",
            "/v1/variants/generate",
            {"character_ids": ["{character}"], "variant_type": "headshot", "count": 2},
        ),
    ),
)
_KIT = "/v1/reference-kits/{kit}"
KITS = Chapter(
    "A reference kit",
    "A kit is a person from all sides: the anchor face first, then the other slots after it and "
    "the photo. It can stand in for the photo in every generation that shows somebody.",
    (
        Step(
            "Create a kit of a character",
            "POST",
            "/v1/reference-kits",
            {
                "name": "Mira, studio",
                "character_id": "{character}",
                "slots": ["profile"],
                "expressions": ["smile"],
                "max_cost_usd": 0.5,
            },
            keep="kit",
        ),
        Step("Rename it", "PATCH", _KIT, {"name": "Mira, for the summer issue"}),
        Step("Read what the model is told", "GET", f"{_KIT}?expand=prompts"),
    ),
)
STYLES = Chapter(
    "A style",
    "A style capsule is a visual style under a name, in words and in pictures you have here.",
    (
        Step(
            "Create a style capsule",
            "POST",
            "/v1/style-capsules",
            {
                "name": "Rainy noir",
                "prompt": "black-and-white film noir, hard side light, wet asphalt",
                "negative_prompt": "bright colours",
                "reference_images": [_SOURCE],
            },
            keep="style",
        ),
        Step(
            "Take its pictures away",
            "PATCH",
            "/v1/style-capsules/{style}",
            {"reference_images": []},
        ),
    ),
)
ESTIMATES = Chapter(
    "What it would cost",
    "An estimate takes the body of a generation, and leaves nothing behind.",
    (
        Step(
            "Estimate a pack of two",
            "POST",
            "/v1/estimates",
            {
                "mode": "portrait",
                "character_id": "{character}",
                "image_count": 2,
                "poses": ["front", "smile"],
                "style_capsule_id": "{style}",
            },
        ),
    ),
)
MODES = Chapter(
    "The modes",
    "Every image is asked for by `POST /v1/generations`; `mode` decides what else it takes.",
    (
        _ask(
            "`imagine`: an image from words",
            mode="imagine",
            prompt="a lighthouse at dawn, long exposure",
            width=1200,
            height=800,
            style_capsule_id="{style}",
        ),
        _ask(
            "`portrait`: images of one character",
            keep="generation",
            mode="portrait",
            character_id="{character}",
            image_count=2,
            poses=["front", "smile"],
            prompt="in a bookshop on a rainy afternoon",
            max_cost_usd=0.5,
        ),
        _ask(
            "`redesign`: a room in another style",
            mode="redesign",
            input_image=_ROOM,
            room_type="bedroom",
            style="coastal",
        ),
        _ask(
            "`staging`: an empty room, furnished",
            mode="staging",
            input_image=_ROOM,
            room_type="bedroom",
            style="coastal",
        ),
        _ask(
            "`compose`: one image from several",
            mode="compose",
            input_images=[_SOURCE, _ROOM],
            prompt="the person of the first picture reads in the room of the second",
        ),
        _ask(
            "`face_swap`: a character's face on a picture",
            mode="face_swap",
            input_image={"url": "https://pictures.example/portrait.jpg"},
            identity={"type": "character", "id": "{character}"},
        ),
        _ask(
            "`asset`: a subject of a project",
            **_ASSET,
            job_type="master_asset",
            prompt="a lighthouse keeper's cottage",
        ),
        _ask(
            "`asset`: a part of a picture drawn anew",
            **_ASSET,
            job_type="inpaint",
            prompt="a red door",
            input_image={"url": "https://pictures.example/cottage.png"},
            mask={"url": "https://pictures.example/cottage-door.png"},
        ),
    ),
)
RESULTS = Chapter(
    "What became of it",
    "A generation is read until it is `final`; `Retry-After` says when to ask again.",
    (
        Step("Read a generation", "GET", "/v1/generations/{generation}", finish="generation"),
        Step("List images", "GET", "/v1/images?generation_id={generation}&limit=1"),
        _ask("Ask for three more", keep="more", mode="imagine", prompt="waves", image_count=3),
        Step("Cancel them", "POST", "/v1/generations/{more}/cancel"),
        Step("Delete a generation", "DELETE", "/v1/generations/{more}"),
    ),
)
NUMBERS = Chapter(
    "Numbers",
    "What the month has used, what it cost, how it went, and what waits. Sums follow what "
    "happens by a few seconds.",
    (
        Step("Read the month's usage", "GET", "/v1/usage", tell=True),
        Step("Add up costs by mode", "GET", "/v1/costs?group_by=mode"),
        Step("See how the last day went", "GET", "/v1/stats?hours=24"),
        Step("See what waits", "GET", "/v1/queue"),
    ),
)
STORY = (CHARACTERS, VARIANTS, KITS, STYLES, ESTIMATES, MODES, RESULTS, NUMBERS)
