"""The main job: a character from a photo, a pack of it, and an image from words."""

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
SCENE = "A quiet harbour town at first light, mist over the water, painted in gouache"


@dataclass(slots=True)
class Made:
    """A generation, what to call it, and how long its owner waited for it."""

    title: str
    generation: Json
    bar: TaskID
    began: float
    read_again_at: float
    seconds: float = 0.0

    @property
    def drawn(self) -> bool:
        return self.generation["completed_at"] is not None

    @property
    def done(self) -> bool:
        """Drawn, and compared with the photo; scores that do not come are done without."""
        waited = time.monotonic() - self.began - self.seconds
        compared = not self.generation["likeness"]["pending"]
        return self.drawn and (compared or waited > LOOKED_AT_WITHIN)


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
    """Both generations run at the same time, each with a progress bar. `simulated` names the
    providers that are not the real ones."""
    pack = {
        "mode": "portrait",
        "character_id": source["image"]["character_id"],
        "image_count": PACK_SIZE,
        "aspect_ratio": "3:4",
        "provider": "gemini",
    }
    scene = {"mode": "imagine", "prompt": SCENE, "aspect_ratio": "3:2", "provider": "replicate"}
    requests = {
        f"{what} ({drawn_by(request['provider'], simulated)})": request
        for what, request in (("Pack of portraits", pack), ("Scene from words", scene))
    }
    columns = (
        TextColumn("  {task.description:40}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[status]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bars:
        made = [_request(api, title, request, bars) for title, request in requests.items()]
        while running := [one for one in made if not one.done]:
            next_ = min(running, key=lambda one: one.read_again_at)
            time.sleep(max(0.0, next_.read_again_at - time.monotonic()))
            _read(api, next_, bars)
    return made


def _request(api: Api, title: str, request: Json, bars: Progress) -> Made:
    began = time.monotonic()
    generation = api.post("/generations", request)
    total = generation["progress"]["total"]
    bar = bars.add_task(title, total=total, status=generation["status"])
    return Made(title, generation, bar, began, read_again_at=began)


def _read(api: Api, one: Made, bars: Progress) -> None:
    was_drawn = one.drawn
    one.generation, wait = api.read(one.generation["id"])
    now = time.monotonic()
    one.read_again_at = now + wait
    if not was_drawn:
        one.seconds = now - one.began
    progress = one.generation["progress"]
    ended = progress["completed"] + progress["failed"] + progress["cancelled"]
    bars.update(one.bar, completed=ended, status=one.generation["status"])
