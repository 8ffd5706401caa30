"""The main job: a character from a photo, a reference kit and a pack of it, a scene from words."""

import time
from collections.abc import Collection
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from infra.local.demo.api import Api, Json
from infra.local.demo.photo import Photo
from infra.local.demo.spending import drawn_by
from infra.local.layout import BadInput

PACK_SIZE = 6
LOOKED_AT_WITHIN = 60.0
"""Seconds for checks and scores: the first picture waits until the model is loaded."""
KIT_GOAL = "goal: three minutes, $0.20"
SCENE = "A quiet harbour town at first light, mist over the water, painted in gouache"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, and what is said of it apart from how like it is."""

    image: Json
    about: str


@dataclass(slots=True)
class Made:
    """A generation or a reference kit, what to call it, and how long its owner waited for it."""

    title: str
    address: str
    job: Json
    bar: TaskID
    began: float
    read_again_at: float
    goal: str = ""
    seconds: float = 0.0

    @property
    def drawn(self) -> bool:
        return self.job["completed_at"] is not None

    @property
    def done(self) -> bool:
        """Drawn, and compared with the photo; scores that do not come are done without."""
        waited = time.monotonic() - self.began - self.seconds
        pending = any(one.image["similarity"]["status"] == "pending" for one in self.pictures)
        return self.drawn and (not pending or waited > LOOKED_AT_WITHIN)

    @property
    def complete(self) -> bool:
        return bool(self.job["progress"]["completed"] == self.job["progress"]["total"])

    @property
    def pictures(self) -> list[Drawn]:
        parts = self.parts
        return [
            Drawn(part["image"], f"{name}, seed {part['seed']}")
            for name, part in parts.items()
            if part["image"] is not None
        ]

    @property
    def parts(self) -> dict[str, Json]:
        """The items of a generation, or the slots of a kit, by what each is called."""
        if "slots" in self.job:
            return {name.replace("_", " "): slot for name, slot in self.job["slots"].items()}
        return {f"image {item['index'] + 1}": item for item in self.job["items"]}

    @property
    def scores(self) -> list[float]:
        found = (one.image["similarity"]["score"] for one in self.pictures)
        return [score for score in found if score is not None]


@dataclass(frozen=True, slots=True)
class Results:
    """The source image, what was drawn, and a variant as it was drawn and as it was approved."""

    source: Json
    made: list[Made]
    variants: list[Json]


def give_photo(api: Api, photo: Photo) -> Json:
    """A character's source image, once it has been looked at. Raises BadInput when it failed a
    check, with the sentences that say which."""
    character = api.post("/characters", {"name": "Demo", "attributes": {}})
    given = {"upload_id": api.upload(photo)}
    source = api.post(f"/characters/{character['id']}/source-image", given)
    until = time.monotonic() + LOOKED_AT_WITHIN
    while source["qa"]["status"] == "pending" and time.monotonic() < until:
        time.sleep(0.5)
        source = api.get(f"/characters/{character['id']}/source-image")
    if source["qa"]["status"] == "failed":
        failed = [one for one in source["qa"]["checks"] if one["outcome"] == "failed"]
        raise BadInput(" ".join([f"{photo.name}:", *(one["message"] for one in failed)]))
    return source


def make_images(
    api: Api, source: Json, console: Console, *, simulated: Collection[str]
) -> list[Made]:
    """All of them run at the same time, each with a progress bar. `simulated` names the providers
    that are not the real ones."""
    pack = {
        "mode": "portrait",
        "character_id": source["image"]["character_id"],
        "image_count": PACK_SIZE,
        "aspect_ratio": "3:4",
        "provider": "gemini",
    }
    scene = {"mode": "imagine", "prompt": SCENE, "aspect_ratio": "3:2", "provider": "replicate"}
    kit = {"name": "Demo", "character_id": source["image"]["character_id"], "provider": "gemini"}
    wanted = (
        ("Reference kit", "/reference-kits", kit),
        ("Pack of portraits", "/generations", pack),
        ("Scene from words", "/generations", scene),
    )
    columns = (
        TextColumn("  {task.description:40}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[status]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bars:
        made = [
            _request(api, f"{what} ({drawn_by(body['provider'], simulated)})", path, body, bars)
            for what, path, body in wanted
        ]
        while running := [one for one in made if not one.done]:
            next_ = min(running, key=lambda one: one.read_again_at)
            time.sleep(max(0.0, next_.read_again_at - time.monotonic()))
            _read(api, next_, bars)
    return made


def _request(api: Api, title: str, path: str, body: Json, bars: Progress) -> Made:
    began = time.monotonic()
    job = api.post(path, body)
    bar = bars.add_task(title, total=job["progress"]["total"], status=job["status"])
    goal = KIT_GOAL if path == "/reference-kits" else ""
    return Made(title, f"{path}/{job['id']}", job, bar, began, read_again_at=began, goal=goal)


def _read(api: Api, one: Made, bars: Progress) -> None:
    was_drawn = one.drawn
    one.job, wait = api.read(one.address)
    now = time.monotonic()
    one.read_again_at = now + wait
    if not was_drawn:
        one.seconds = now - one.began
    progress = one.job["progress"]
    ended = progress["completed"] + progress["failed"] + progress["cancelled"]
    bars.update(one.bar, completed=ended, status=one.job["status"])
