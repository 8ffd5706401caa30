"""The function `characters`, called as the gateway calls it."""

import base64
import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from shared.domain.ids import Kind, is_id
from shared.runtime import bootstrap_characters
from shared.runtime.clock import clock
from tests.aws import IMAGES_BUCKET, UPLOADS_BUCKET, Aws
from tests.integration.deployed import event
from tests.integration.http_client import Answer, call, request_of, send
from tests.workshop import png


def created(body: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    answer = call("POST", "/v1/characters", body or {"name": "Mira"}, **changes)
    assert answer.status == 201, answer.text
    view: dict[str, Any] = answer.json
    return view


def give(character_id: str, data: bytes, media_type: str = "image/png", **headers: str) -> Answer:
    """Sends a picture as a form."""
    head = f'--b\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: {media_type}'
    form = head.encode() + b"\r\n\r\n" + data + b"\r\n--b--\r\n"
    request = request_of("POST", f"/v1/characters/{character_id}/source-image")
    request["headers"] |= {"content-type": "multipart/form-data; boundary=b"} | headers
    request |= {"body": base64.b64encode(form).decode(), "isBase64Encoded": True}
    return send(request)


def announce(aws: Aws, data: bytes | None, content_type: str = "image/png") -> str:
    """An upload; with `data`, posted as a browser would. Its id."""
    upload = call(
        "POST", "/v1/uploads", {"content_type": content_type, "size_bytes": len(data or b"x")}
    ).json
    if data is not None:
        aws.s3.put_object(Bucket=UPLOADS_BUCKET, Key=upload["fields"]["key"], Body=data)
    upload_id: str = upload["id"]
    return upload_id


def test_a_character_keeps_what_is_said_of_it(live: Aws) -> None:
    answer = send(event("http_create_character"))

    assert answer.status == 201
    view = answer.json
    assert is_id(Kind.CHARACTER, view["id"])
    assert answer.headers["location"] == f"/v1/characters/{view['id']}"
    assert view["attributes"]["hair_color"] == "auburn"
    assert 0 <= view["consistency"]["seed"] < 2**31
    assert (view["source_image"], view["generation_id"]) == (None, None)
    assert call("GET", f"/v1/characters/{view['id']}").json == view


@pytest.mark.parametrize(("given", "kept"), [(2.2e-313, 0.0), (0.65, 0.65), (0.123456789, 0.1235)])
def test_a_strength_is_kept_to_four_places(live: Aws, given: float, kept: float) -> None:
    view = created({"name": "Mira", "consistency": {"style_strength": given}})

    assert view["consistency"]["style_strength"] == kept
    assert call("GET", f"/v1/characters/{view['id']}").json == view


def test_a_first_pack_commits_with_its_character(live: Aws) -> None:
    view = created({"name": "Mira", "generate": {"image_count": 3}})

    generation = call("GET", f"/v1/generations/{view['generation_id']}").json
    assert generation["character_id"] == view["id"]
    seeds = [item["seed"] for item in generation["items"]]
    assert seeds[0] == view["consistency"]["seed"]
    assert len(set(seeds)) == 3


def test_a_refused_first_pack_leaves_no_character(live: Aws) -> None:
    created({"name": "Mira", "generate": {"image_count": 1}}, groups="[]")
    before = live.records()

    again = call(
        "POST", "/v1/characters", {"name": "Noa", "generate": {"image_count": 1}}, groups="[]"
    )

    assert (again.status, again.code) == (409, "in_flight_limit")
    assert len(again.json["generation_ids"]) == 1
    assert live.records() == before


@pytest.mark.parametrize("pack", [None, {"image_count": 2}])
def test_a_repeated_creation_gets_the_first_character_again(live: Aws, pack: Any) -> None:
    key = {"idempotency-key": "mira"}
    first = created({"name": "Mira", "generate": pack}, headers=key)

    again = call("POST", "/v1/characters", {"name": "Mira", "generate": pack}, headers=key)

    assert again.headers["idempotent-replayed"] == "true"
    assert again.json == first
    assert len(call("GET", "/v1/characters").json["data"]) == 1


def test_a_change_touches_only_what_it_names(live: Aws) -> None:
    view = send(event("http_create_character")).json
    request = event("http_change_character")
    request["rawPath"] = f"/v1/characters/{view['id']}"

    changed = send(request).json

    assert (changed["name"], changed["version"]) == ("Mira K.", 2)
    assert changed["attributes"] == view["attributes"] | {"hair_color": None}
    assert changed["consistency"] == view["consistency"]


def test_a_picture_in_a_form_becomes_the_source(live: Aws) -> None:
    character = created()
    request = event("http_set_source_image")
    request["rawPath"] = f"/v1/characters/{character['id']}/source-image"

    answer = send(request)

    assert answer.status == 201
    source = answer.json
    assert (source["version"], source["qa"]["status"]) == (1, "pending")
    assert (source["image"]["width"], source["image"]["height"]) == (96, 128)
    assert source["image"]["similarity"]["reason"] == "is_the_source"
    assert len(live.objects(IMAGES_BUCKET)) == 4
    read = call("GET", f"/v1/characters/{character['id']}/source-image").json
    assert read["image"]["id"] == source["image"]["id"]


def test_metadata_of_a_photo_does_not_stay(live: Aws) -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SpyCam 3000"
    Image.new("RGB", (80, 80), "navy").save(buffer, "JPEG", exif=exif)
    assert b"SpyCam" in buffer.getvalue()

    image = give(created()["id"], buffer.getvalue(), "image/jpeg").json["image"]

    kept = [
        live.s3.get_object(Bucket=IMAGES_BUCKET, Key=key)["Body"].read()
        for key in live.objects(IMAGES_BUCKET)
    ]
    assert image["format"] == "png"
    assert not any(b"SpyCam" in data for data in kept)


def test_an_upload_is_used_once(live: Aws) -> None:
    character, upload_id = created()["id"], announce(live, png())
    path = f"/v1/characters/{character}/source-image"

    assert call("POST", path, {"upload_id": upload_id}).status == 201
    again = call("POST", path, {"upload_id": upload_id})

    assert (again.status, again.code) == (409, "upload_expired")


def test_an_upload_of_another_format_than_announced_is_refused(live: Aws) -> None:
    upload_id = announce(live, png(), "image/jpeg")

    answer = call(
        "POST", f"/v1/characters/{created()['id']}/source-image", {"upload_id": upload_id}
    )

    assert (answer.status, answer.code) == (400, "invalid_image")
    assert answer.json["reason"] == "format_mismatch"


def test_an_upload_that_was_never_posted_is_not_found(live: Aws) -> None:
    upload_id = announce(live, None)

    answer = call(
        "POST", f"/v1/characters/{created()['id']}/source-image", {"upload_id": upload_id}
    )

    assert (answer.status, answer.code) == (404, "not_found")


def test_an_expired_upload_is_refused(live: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    character, upload_id = created()["id"], announce(live, png())
    monkeypatch.setattr(
        bootstrap_characters, "clock", lambda: clock() + timedelta(hours=24, seconds=1)
    )

    answer = call("POST", f"/v1/characters/{character}/source-image", {"upload_id": upload_id})

    assert (answer.status, answer.code) == (409, "upload_expired")


def test_an_image_of_ones_own_can_become_a_source(live: Aws) -> None:
    first = give(created()["id"], png()).json["image"]["id"]

    answer = call("POST", f"/v1/characters/{created()['id']}/source-image", {"image_id": first})

    assert answer.status == 201
    assert answer.json["image"]["id"] != first


def test_the_same_picture_sent_twice_under_one_key_is_one_version(live: Aws) -> None:
    character = created()["id"]

    first = give(character, png(), **{"idempotency-key": "the-photo"})
    records, objects = live.records(), live.objects(IMAGES_BUCKET)
    again = give(character, png(), **{"idempotency-key": "the-photo"})

    assert again.headers["idempotent-replayed"] == "true"
    assert again.json["image"]["id"] == first.json["image"]["id"]
    assert (live.records(), live.objects(IMAGES_BUCKET)) == (records, objects)
    other = give(character, png(shade=7), **{"idempotency-key": "the-photo"})
    assert (other.status, other.code) == (422, "idempotency_key_reused")


def test_a_new_source_replaces_the_old_which_is_kept(live: Aws) -> None:
    character = created()["id"]

    old = give(character, png(shade=1)).json
    new = give(character, png(shade=2)).json

    assert (old["version"], new["version"]) == (1, 2)
    current = call("GET", f"/v1/characters/{character}").json["source_image"]
    assert current["image"]["id"] == new["image"]["id"]
    assert call("GET", f"/v1/images/{old['image']['id']}").status == 200


def test_the_current_source_cannot_be_deleted_but_an_old_one_can(live: Aws) -> None:
    character = created()["id"]
    old = give(character, png(shade=1)).json["image"]["id"]
    new = give(character, png(shade=2)).json["image"]["id"]

    refused = call("DELETE", f"/v1/images/{new}")

    assert (refused.status, refused.code) == (409, "source_in_use")
    assert call("DELETE", f"/v1/images/{old}").status == 204


def test_a_deleted_character_leaves_no_picture_of_the_person(live: Aws) -> None:
    character = created()["id"]
    give(character, png(shade=1))
    give(character, png(shade=2))

    assert call("DELETE", f"/v1/characters/{character}").status == 204

    assert live.objects(IMAGES_BUCKET) == {}
    assert live.records() == []
    assert call("DELETE", f"/v1/characters/{character}").status == 404


def test_the_source_goes_along_as_the_reference_of_a_pack(live: Aws) -> None:
    character = created()["id"]
    source = give(character, png()).json["image"]["id"]
    body = {"mode": "portrait", "character_id": character, "image_count": 2}

    generation_id = call("POST", "/v1/generations", body).json["id"]

    from shared.runtime import aws, bootstrap

    _, brief = aws.generations(bootstrap.settings().table_name).load(generation_id)
    assert [image.id for image in brief.references] == [source]
    assert "attached picture shows this person" in brief.prompts[0]


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/a.png", "file:///etc/passwd", "gopher://x", "data:image/png;base64,"),
        *("//host/a.png", "https://user:pw@example.com/", "https://example.com:22/a.png"),
        *(
            "https://ex%2eample.com/",
            "https://ｅxample.com/",
            "https://example.com\\@evil.example/",
        ),
        *("https://[::1]/", "https://169.254.169.254/", "https://[::ffff:169.254.169.254]/"),
    ],
)
def test_an_unsafe_address_is_refused(live: Aws, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    asked: list[object] = []
    monkeypatch.setattr("socket.socket.connect", lambda *args: asked.append(args))

    answer = call("POST", f"/v1/characters/{created()['id']}/source-image", {"url": url})

    assert (answer.status, answer.code) == (422, "unsafe_url")
    assert asked == []


def test_no_picture_at_an_address_is_said_so(live: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.domain.errors import NotFound

    def nothing(_: str) -> bytes:
        raise NotFound("gone")

    monkeypatch.setattr(bootstrap_characters, "_fetch", nothing)

    answer = call(
        "POST",
        f"/v1/characters/{created()['id']}/source-image",
        {"url": "https://example.com/photo.jpg"},
    )

    assert (answer.status, answer.code) == (422, "url_unreachable")
