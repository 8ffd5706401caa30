"""Estimates: the truth about a generation that is not asked for."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.domain.ids import Kind
from tests.builders import an_id
from tests.integration.deployed import event
from tests.integration.http_client import call, send
from tests.integration.refusals import Shop, shop_open

IMAGINE: dict[str, Any] = {"mode": "imagine", "prompt": "a lighthouse"}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with shop_open() as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_written(shop: Shop) -> Iterator[None]:
    with shop.untouched():
        yield


def test_an_estimate_tells_prompts_price_and_model(shop: Shop) -> None:
    capsule = {"style_capsule_id": shop.capsule, "negative_prompt": "people"}

    view = call("POST", "/v1/estimates", IMAGINE | capsule | {"image_count": 2}).json

    told = "a lighthouse Draw it in this visual style: film noir"
    assert [image["prompt"] for image in view["images"]] == [told, told]
    assert view["negative_prompt"] == "people"
    assert sum(image["estimated_usd"] for image in view["images"]) == pytest.approx(
        view["cost"]["estimated_usd"]
    )
    assert (view["provider"], view["aspect_ratio"]) == ("gemini", "1:1")
    assert view["style_capsule"]["name"] == "Noir"
    assert view["moderation"] == {"verdict": "accepted", "code": None}


def test_an_estimate_tells_what_it_comes_to_if_all_is_drawn_again(shop: Shop) -> None:
    pack = {"mode": "portrait", "character_id": shop.character, "image_count": 2}

    once = call("POST", "/v1/estimates", pack).json["cost"]
    often = call("POST", "/v1/estimates", pack | {"accept": {}}).json["cost"]

    assert once["at_most_usd"] == once["estimated_usd"] == often["estimated_usd"]
    assert often["at_most_usd"] == pytest.approx(3 * often["estimated_usd"])


def test_the_event_of_the_gateway_is_understood(shop: Shop) -> None:
    request = event("http_estimate_generation")

    assert send(request).json["provider"] == "replicate"


def test_what_would_be_refused_for_its_words_is_told_and_not_refused(shop: Shop) -> None:
    answer = call("POST", "/v1/estimates", IMAGINE | {"prompt": "h3ntai"})

    assert answer.status == 200
    assert answer.json["moderation"] == {"verdict": "refused", "code": "content_blocked_input"}


@pytest.mark.parametrize(
    "body",
    [
        IMAGINE | {"image_count": 11},
        IMAGINE | {"width": 512},
        IMAGINE | {"model": "flux-900"},
        IMAGINE | {"aspect_ratio": "99:1"},
        IMAGINE | {"max_cost_usd": 0.000001},
        IMAGINE | {"provider": "replicate", "model": "ideogram-ai/ideogram-character"},
        IMAGINE | {"style_capsule_id": an_id(Kind.STYLE_CAPSULE, 404)},
        {"mode": "portrait", "character_id": an_id(Kind.CHARACTER, 404)},
        {"mode": "portrait", "character_id": "{character}", "poses": ["moonwalk"]},
        {"mode": "portrait", "character_id": "{character}", "visibility": "public"},
        {"mode": "staging", "input_image": {"url": "https://e.com/a.png"}, "room_type": "cave"}
        | {"style": "modern"},
        {"mode": "hologram"},
    ],
)
def test_an_estimate_refuses_as_the_request_would(shop: Shop, body: dict[str, Any]) -> None:
    if body.get("character_id") == "{character}":
        body = body | {"character_id": shop.character}

    estimate, request = (call("POST", f"/v1/{path}", body) for path in ("estimates", "generations"))

    assert estimate.status >= 400
    assert (estimate.status, estimate.code) == (request.status, request.code)
    assert estimate.json["errors"] == request.json["errors"]


def test_input_pictures_are_counted_and_not_looked_at(shop: Shop) -> None:
    body = {
        "mode": "compose",
        "prompt": "the dog of the first picture in the room of the second",
        "input_images": [{"upload_id": an_id(Kind.UPLOAD, 404)}, {"url": "https://e.com/a.png"}],
    }

    assert call("POST", "/v1/estimates", body).status == 200


def test_neither_slot_nor_quota_stands_in_the_way(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = call("POST", "/v1/estimates", IMAGINE | {"image_count": 10}, groups="[]")

    assert answer.status == 200
    assert answer.json["quota_left"] == 50 - 2, "two images of Ada's are running"
