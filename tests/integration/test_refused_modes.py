"""Requests for a mode without what the mode needs."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.domain.ids import Kind
from tests.builders import an_id
from tests.integration.http_client import call
from tests.integration.refusals import GRACE, Shop, send_form, shop_open
from tests.integration.test_modes_http import a_form
from tests.workshop import png

URL = {"url": "https://pictures.example/room.png"}
ROOM = {"mode": "redesign", "input_image": URL, "room_type": "bedroom", "style": "coastal"}
COMPOSE = {"mode": "compose", "prompt": "both", "input_images": [URL, URL]}
LORA = {"type": "lora", "weights": "ada/me"}
SWAP = {"mode": "face_swap", "input_image": URL, "identity": LORA}


@pytest.fixture(scope="module")
def open_shop() -> Iterator[Shop]:
    with shop_open() as shop:
        yield shop


@pytest.fixture
def shop(open_shop: Shop) -> Iterator[Shop]:
    with open_shop.untouched():
        yield open_shop


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


PLACE = {"mode": "asset", "prompt": "a car", "project_id": "film", "branch_id": "main"}
MASTER = PLACE | {"job_type": "master_asset"}
FRAME = PLACE | {"job_type": "end_frame", "scene_id": "s1", "shot_id": "02"}
INPAINT = PLACE | {"job_type": "inpaint", "input_image": URL, "mask": URL}

FIELDS: list[tuple[dict[str, Any], str, str]] = [
    *((without(ROOM, name), f"/{name}", "required") for name in ("input_image", "room_type")),
    (without(ROOM | {"mode": "staging"}, "style"), "/style", "required"),
    *((without(COMPOSE, name), f"/{name}", "required") for name in ("input_images", "prompt")),
    *((without(SWAP, name), f"/{name}", "required") for name in ("input_image", "identity")),
    (COMPOSE | {"input_images": [URL]}, "/input_images", "too_short"),
    (COMPOSE | {"input_images": [URL] * 9}, "/input_images", "too_long"),
    (COMPOSE | {"input_images": [URL, {}]}, "/input_images/1", "one_image_input"),
    (ROOM | {"room_type": "The Attic"}, "/room_type", "malformed"),
    (ROOM | {"input_image": None}, "/input_image", "wrong_type"),
    (ROOM | {"input_image": {}}, "/input_image", "one_image_input"),
    (ROOM | {"input_image": URL | {"file": "a"}}, "/input_image", "one_image_input"),
    (ROOM | {"input_image": {"file": "a"}}, "/input_image", "missing_part"),
    (ROOM | {"input_image": {"path": "/etc/passwd"}}, "/input_image/path", "unknown_field"),
    (ROOM | {"poses": ["front"]}, "/poses", "unknown_field"),
    (ROOM | {"accept": {"min_score": 0}}, "/accept/min_score", "out_of_range"),
    (ROOM | {"accept": {"min_score": 101}}, "/accept/min_score", "out_of_range"),
    (ROOM | {"accept": {"max_attempts": 6}}, "/accept/max_attempts", "out_of_range"),
    (ROOM | {"accept": {"bar": 85}}, "/accept/bar", "unknown_field"),
    *((without(MASTER, name), f"/{name}", "required") for name in ("prompt", "project_id")),
    *((without(MASTER, name), f"/{name}", "required") for name in ("branch_id", "job_type")),
    *((without(FRAME, name), f"/{name}", "required") for name in ("scene_id", "shot_id")),
    *((without(INPAINT, name), f"/{name}", "required") for name in ("input_image", "mask")),
    (MASTER | {"job_type": "storyboard"}, "/job_type", "unknown_value"),
    (MASTER | {"project_id": "../other"}, "/project_id", "malformed"),
    (MASTER | {"branch_id": "Main"}, "/branch_id", "malformed"),
    (MASTER | {"asset_id": "a" * 41}, "/asset_id", "malformed"),
    (MASTER | {"mask": URL}, "/mask", "unknown_field"),
    (MASTER | {"scene_id": "s1"}, "/scene_id", "unknown_field"),
    (INPAINT | {"mask": {}}, "/mask", "one_image_input"),
    (INPAINT | {"mask": {"file": "m"}}, "/mask", "missing_part"),
    (SWAP | {"identity": {}}, "/identity/type", "required"),
    (SWAP | {"identity": {"type": "twin"}}, "/identity/type", "unknown_value"),
    (SWAP | {"identity": {"type": "character"}}, "/identity/id", "required"),
    (SWAP | {"identity": LORA | {"scale": 3.1}}, "/identity/scale", "out_of_range"),
    (
        SWAP | {"identity": LORA | {"weights": "http://10.1.1.1"}},
        "/identity/weights",
        "malformed",
    ),
    (SWAP | {"identity": LORA | {"id": "x"}}, "/identity/id", "unknown_field"),
]


@pytest.mark.parametrize(("body", "pointer", "code"), FIELDS)
def test_a_mode_without_what_it_needs_is_refused(
    shop: Shop, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = call("POST", "/v1/generations", body)

    assert (answer.status, answer.code) == (422, "validation_failed")
    assert {"pointer": pointer, "code": code} in [
        {"pointer": one["pointer"], "code": one["code"]} for one in answer.json["errors"]
    ]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (ROOM | {"room_type": "dungeon"}, 422, "unknown_room_type"),
        (ROOM | {"style": "vaporwave"}, 422, "unknown_style"),
        (ROOM | {"input_image": {"url": "http://pictures.example/"}}, 422, "unsafe_url"),
        (ROOM | {"input_image": {"url": "https://169.254.169.254/"}}, 422, "unsafe_url"),
        (ROOM | {"input_image": {"url": "https://localhost/a"}}, 422, "unsafe_url"),
        (ROOM | {"input_image": {"image_id": an_id(Kind.IMAGE, 404)}}, 404, "not_found"),
        (ROOM | {"input_image": {"image_id": "../../x"}}, 404, "not_found"),
        (ROOM | {"input_image": {"upload_id": an_id(Kind.UPLOAD, 404)}}, 404, "not_found"),
        (COMPOSE | {"model": "black-forest-labs/flux-kontext-pro"}, 422, "too_many_references"),
        (ROOM | {"model": "black-forest-labs/flux-schnell"}, 422, "model_without_references"),
        (SWAP | {"provider": "gemini"}, 422, "model_without_lora"),
        (INPAINT | {"model": "black-forest-labs/flux-kontext-pro"}, 422, "too_many_references"),
        (INPAINT | {"mask": {"url": "https://10.0.0.1/m.png"}}, 422, "unsafe_url"),
        (SWAP | {"visibility": "public"}, 403, "public_identity"),
        (SWAP | {"identity": LORA | {"weights": "https://127.0.0.1/w"}}, 422, "unsafe_url"),
        (
            SWAP | {"identity": {"type": "character", "id": an_id(Kind.CHARACTER, 404)}},
            *(404, "not_found"),
        ),
    ],
)
def test_a_mode_that_cannot_be_served_says_why(
    shop: Shop, body: dict[str, Any], status: int, code: str
) -> None:
    answer = call("POST", "/v1/generations", body)

    assert (answer.status, answer.code) == (status, code)
    if code.startswith(("unknown_", "too_many_", "model_without")):
        assert answer.json["known"]


def test_anothers_pictures_and_characters_are_not_there(shop: Shop) -> None:
    for theirs in (
        ROOM | {"input_image": {"image_id": shop.image}},
        ROOM | {"input_image": {"upload_id": shop.upload}},
        SWAP | {"identity": {"type": "character", "id": shop.character}},
    ):
        assert call("POST", "/v1/generations", theirs, owner=GRACE).code == "not_found"


def test_an_announced_upload_that_nobody_posted_is_not_there(shop: Shop) -> None:
    body = ROOM | {"input_image": {"upload_id": shop.upload}}

    assert call("POST", "/v1/generations", body).code == "not_found"


def test_a_portrait_of_one_shows_no_other(shop: Shop) -> None:
    other = {"type": "character", "id": an_id(Kind.CHARACTER, 5)}
    body = {"mode": "portrait", "character_id": shop.character, "identity": other}

    answer = call("POST", "/v1/generations", body)

    assert (answer.status, answer.json["errors"][0]["code"]) == (422, "two_persons")


@pytest.mark.parametrize(
    ("files", "status", "code"),
    [
        ({"room": b"GIF89a"}, 400, "invalid_image"),
        ({"room": b""}, 400, "invalid_image"),
        ({"room": b"\xff\xd8\xff not a png"}, 400, "invalid_image"),
        ({"room": png(), "stray": png()}, 422, "validation_failed"),
        ({"hall": png()}, 422, "validation_failed"),
        ({"room": b"x" * (4 * 1024 * 1024)}, 413, "use_upload"),
    ],
)
def test_a_file_that_is_no_use_is_refused(
    shop: Shop, files: dict[str, bytes], status: int, code: str
) -> None:
    form = a_form(ROOM | {"input_image": {"file": "room"}}, **files)

    answer = send_form("/v1/generations", form)

    assert (answer.status, answer.code) == (status, code)
