"""How well a face was kept, read over HTTP."""

import pytest

from shared.domain.images import ImageStatus, StoredImage
from shared.domain.likeness import Similarity
from shared.runtime import bootstrap
from tests.aws import Aws
from tests.builders import a_snapshot, an_image
from tests.integration.http_client import ADA, call

FLUX, BANANA = "black-forest-labs/flux-2-pro", "gemini-nano-banana-2.1"


def a_score(score: float) -> Similarity:
    return Similarity.measured(score, provider="dlib", model_version="resnet-v1", source_version=1)


@pytest.fixture
def mira(live: Aws) -> str:
    character: str = call("POST", "/v1/characters", {"name": "Mira"}).json["id"]
    return character


def an_image_of(character: str, number: int, model: str, similarity: Similarity) -> StoredImage:
    """Live, and looked at."""
    generation = a_snapshot(character_id=character, owner=ADA).generation
    intent = an_image(generation, number - 1, number, model=model, owner=ADA)
    bootstrap.images().add(intent)
    live = intent.model_copy(update={"status": ImageStatus.LIVE, "similarity": similarity})
    bootstrap.images().table.commit(_going_live(live))  # type: ignore[attr-defined]  # the store
    return live


def _going_live(image: StoredImage) -> object:
    from shared.adapters.dynamo.images import image_write

    return image_write(image)


def test_scores_are_told_over_time_and_by_model(mira: str) -> None:
    images = [
        an_image_of(mira, 1, BANANA, a_score(97.0)),
        an_image_of(mira, 2, FLUX, a_score(71.2)),
        an_image_of(mira, 3, BANANA, a_score(85.0)),
        an_image_of(mira, 4, FLUX, Similarity.not_measured("no_face")),
    ]

    view = call("GET", f"/v1/characters/{mira}/consistency").json

    assert [one["image_id"] for one in view["data"]] == [one.id for one in reversed(images)]
    assert [one["similarity"]["score"] for one in view["data"]] == [None, 85.0, 71.2, 97.0]
    told = {one["model"]: one for one in view["models"]}
    banana, flux = told[BANANA], told[FLUX]
    assert (banana["measured"], banana["consistent"]) == (2, 2)
    assert (banana["mean"], banana["worst"]) == (91.0, 85.0)
    assert (flux["measured"], flux["consistent"], flux["worst"]) == (1, 0, 71.2)
    assert flux["provider"] == "dlib"


def test_pages_follow_each_other(mira: str) -> None:
    for number in (1, 2, 3):
        an_image_of(mira, number, BANANA, a_score(90.0))

    first = call("GET", f"/v1/characters/{mira}/consistency", query={"limit": "2"}).json
    rest = call(
        "GET",
        f"/v1/characters/{mira}/consistency",
        query={"limit": "2", "cursor": first["next_cursor"]},
    ).json

    assert (len(first["data"]), len(rest["data"]), rest["next_cursor"]) == (2, 1, None)


def test_anothers_character_is_not_found(mira: str) -> None:
    answer = call("GET", f"/v1/characters/{mira}/consistency", owner="somebody-else")

    assert (answer.status, answer.json["code"]) == (404, "not_found")
