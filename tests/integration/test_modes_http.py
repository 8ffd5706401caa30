"""Asking for each mode over HTTP: what is recorded for the worker."""

import json
from typing import Any

import pytest

from shared.runtime import aws as aws_module
from shared.runtime import bootstrap
from tests.aws import UPLOADS_BUCKET, Aws
from tests.integration.deployed import event
from tests.integration.http_client import ADA, Answer, call, send
from tests.integration.refusals import file_part, form_request, send_form
from tests.workshop import png

URL = {"url": "https://pictures.example/room.png"}
ROOM = {"mode": "redesign", "input_image": URL, "room_type": "bedroom", "style": "coastal"}


def brief_of(answer: Answer) -> Any:
    assert answer.status == 202, answer.text
    generations = aws_module.generations(bootstrap.settings().table_name)
    return generations.load(answer.json["id"])[1]


def a_form(request: dict[str, Any], **files: bytes) -> bytes:
    parts = [file_part(json.dumps(request).encode(), "application/json", "request")]
    parts += [file_part(data, name=name) for name, data in files.items()]
    return b"".join(part.removesuffix(b"--edge--\r\n") for part in parts) + b"--edge--\r\n"


def upload(live: Aws) -> str:
    made = call("POST", "/v1/uploads", {"content_type": "image/png", "size_bytes": 4000}).json
    live.s3.put_object(Bucket=UPLOADS_BUCKET, Key=made["fields"]["key"], Body=png())
    return str(made["id"])


@pytest.fixture
def character(live: Aws) -> str:
    made = call("POST", "/v1/characters", {"name": "Mira"}).json["id"]
    send_form(f"/v1/characters/{made}/source-image", file_part(png()))
    return str(made)


@pytest.mark.parametrize("mode", ["redesign", "staging"])
def test_a_room_is_asked_for_by_the_address_of_its_picture(live: Aws, mode: str) -> None:
    answer = call("POST", "/v1/generations", ROOM | {"mode": mode, "image_count": 3})

    brief = brief_of(answer)
    assert answer.json["mode"] == mode
    assert [source.url for source in brief.inputs] == [URL["url"]]
    assert "bedroom" in brief.prompts[0]


def test_pictures_of_all_kinds_are_composed_in_their_order(live: Aws, character: str) -> None:
    source = call("GET", f"/v1/characters/{character}").json["source_image"]["image"]["id"]
    inputs = [URL, {"upload_id": upload(live)}, {"image_id": source}]

    answer = call(
        "POST", "/v1/generations", {"mode": "compose", "prompt": "all", "input_images": inputs}
    )

    by_url, by_upload, by_image = brief_of(answer).inputs
    assert by_url.url
    assert by_upload.upload.consumed_etag
    assert by_image.image.id == source


def test_a_face_is_swapped_for_that_of_a_character(live: Aws, character: str) -> None:
    identity = {"type": "character", "id": character}
    answer = call(
        "POST", "/v1/generations", {"mode": "face_swap", "input_image": URL, "identity": identity}
    )

    brief = brief_of(answer)
    assert answer.json["character_id"] == character
    assert (len(brief.inputs), len(brief.references)) == (1, 1)


def test_weights_are_an_identity_in_every_mode(live: Aws) -> None:
    identity = {"type": "lora", "weights": "ada/me-lora", "scale": 0.9}
    for body in (
        {"mode": "face_swap", "input_image": URL},
        {"mode": "imagine", "prompt": "at sea"},
        ROOM,
    ):
        brief = brief_of(call("POST", "/v1/generations", body | {"identity": identity}))
        assert brief.request.model == "black-forest-labs/flux-dev-lora"
        assert (brief.request.lora.weights, brief.request.lora.scale) == ("ada/me-lora", 0.9)


@pytest.mark.parametrize("job", ["master_asset", "start_frame", "end_frame", "inpaint"])
def test_an_asset_is_placed_in_its_project(live: Aws, job: str) -> None:
    body: dict[str, Any] = {"mode": "asset", "job_type": job, "prompt": "a car"}
    body |= {"project_id": "film", "branch_id": "main"}
    if job.endswith("frame"):
        body |= {"scene_id": "s1", "shot_id": "02"}
    if job == "inpaint":
        body |= {"input_image": URL, "mask": URL}

    brief = brief_of(call("POST", "/v1/generations", body))

    assert brief.request.asset.job_type == job
    assert brief.request.aspect_ratio == ("16:9" if job.endswith("frame") else "1:1")
    assert brief.request.follows_input == (job == "inpaint")


def test_files_come_beside_the_request_that_names_them(live: Aws) -> None:
    wish = {
        "mode": "compose",
        "prompt": "the first in the second",
        "input_images": [{"file": "dog"}, {"file": "garden"}],
    }

    answer = send_form("/v1/generations", a_form(wish, garden=png(2), dog=png(1)))

    stored = [
        live.s3.get_object(Bucket=UPLOADS_BUCKET, Key=source.upload.key)["Body"].read()
        for source in brief_of(answer).inputs
    ]
    assert stored == [png(1), png(2)]


def test_a_form_with_a_file_is_one_of_the_event_files(live: Aws) -> None:
    answer = send(event("http_create_generation_with_file"))

    assert brief_of(answer).inputs[0].upload.owner == ADA


def test_the_same_form_under_the_same_key_is_one_generation(live: Aws) -> None:
    wish = {**ROOM, "input_image": {"file": "room"}}
    request = form_request("/v1/generations", a_form(wish, room=png()))
    request["headers"]["idempotency-key"] = "only-once"

    first, again = send(request), send(request)

    assert (again.status, again.json) == (202, first.json)
    assert again.headers["idempotent-replayed"] == "true"
    assert len(live.objects(UPLOADS_BUCKET)) == 1


def test_deleting_a_generation_names_its_inputs_too(
    live: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted: list[str] = []
    store = type(aws_module.image_store(bootstrap.settings().images_bucket))
    monkeypatch.setattr(store, "delete", lambda _, keys: deleted.extend(keys))
    made = call("POST", "/v1/generations", ROOM).json["id"]

    assert call("DELETE", f"/v1/generations/{made}").status == 204
    assert sum("/inputs/00." in key for key in deleted) == 2
