"""The main job: a character from a photo, a pack of it, and an image from words."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from infra.local.demo.api import Api, Json
from infra.local.demo.photo import Photo

PACK_SIZE = 6
SCENE = "A quiet harbour town at first light, mist over the water, painted in gouache"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished generation, what to call it, and how long its owner waited for it."""

    title: str
    generation: Json
    seconds: float


def make_images(api: Api, photo: Photo, console: Console) -> list[Made]:
    """Both generations run at the same time, each with a progress bar."""
    character = api.post("/characters", {"name": "Demo", "attributes": {}})
    source = {"upload_id": api.upload(photo)}
    api.post(f"/characters/{character['id']}/source-image", source)
    pack = {
        "mode": "portrait",
        "character_id": character["id"],
        "image_count": PACK_SIZE,
        "aspect_ratio": "3:4",
        "provider": "gemini",
    }
    scene = {"mode": "imagine", "prompt": SCENE, "aspect_ratio": "3:2", "provider": "replicate"}
    requests = {"Pack of portraits (Gemini)": pack, "Scene from words (Replicate)": scene}
    columns = (
        TextColumn("  {task.description:30}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[status]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bars, ThreadPoolExecutor() as side_by_side:
        waiting = [
            side_by_side.submit(_make, api, title, request, bars)
            for title, request in requests.items()
        ]
        return [one.result() for one in waiting]


def _make(api: Api, title: str, request: Json, bars: Progress) -> Made:
    began = time.monotonic()
    bar = bars.add_task(title, total=request.get("image_count", 1), status="submitting")
    generation = api.post("/generations", request)

    def show(seen: Json) -> None:
        progress = seen["progress"]
        ended = progress["completed"] + progress["failed"] + progress["cancelled"]
        bars.update(bar, completed=ended, status=seen["status"])

    generation = api.follow(generation["id"], show)
    return Made(title, generation, time.monotonic() - began)
