"""A paid owner at the public API: makes packs, and times them."""

import time
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from infra.local.demo.api import Api
from infra.local.demo.photo import DEFAULT_PHOTO, read_photo
from infra.local.stack_runner import LocalStack

PACK = 10
ASPECT_RATIO = "3:4"
_LOOK_AGAIN_SECONDS = 0.25
_GIVE_UP_SECONDS = 120

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds from the request: until the record says that all was done, until a client that
    looks four times a second could see it."""

    began: float
    recorded: float
    seen: float


class PaidOwner:
    """Has one character with a source image."""

    def __init__(self, stack: LocalStack) -> None:
        self._api = Api(stack.base_url, stack.token("performance", "paid"))
        character = self._api.post("/characters", {"name": "Mira", "attributes": {}})
        self._character = str(character["id"])
        source = self._api.post(
            f"/characters/{self._character}/source-image",
            {"upload_id": self._api.upload(read_photo(DEFAULT_PHOTO))},
        )
        self.reference = self._api.download(source["image"]["url"])
        """The picture that every portrait is drawn from."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._api.__exit__(kind, error, trace)

    def portraits(self) -> Waited:
        """Ten portraits by a provider that answers within the call."""
        wish = {"mode": "portrait", "character_id": self._character, "provider": "gemini"}
        return self._wait_for(wish | {"aspect_ratio": ASPECT_RATIO})

    def scenes(self) -> Waited:
        """Ten images by a provider that calls back."""
        wish = {"mode": "imagine", "prompt": "A quiet harbour town", "provider": "replicate"}
        return self._wait_for(wish)

    def _wait_for(self, wish: Json) -> Waited:
        began = time.time()
        generation = self._api.post("/generations", {**wish, "image_count": PACK})
        while generation["completed_at"] is None:
            if time.time() - began > _GIVE_UP_SECONDS:
                raise TimeoutError(f"{generation['id']} is still {generation['status']}")
            time.sleep(_LOOK_AGAIN_SECONDS)
            generation, _ = self._api.read(f"/generations/{generation['id']}")
        seen = time.time()
        if generation["progress"]["completed"] != PACK:
            raise RuntimeError(f"{generation['id']} ended with {generation['progress']}")
        closed = datetime.fromisoformat(generation["completed_at"]).timestamp()
        return Waited(began, recorded=closed - began, seen=seen - began)
