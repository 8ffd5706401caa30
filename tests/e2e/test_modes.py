"""Every mode on the deployed stack: input pictures in, images out; bad ones cost nothing."""

import io
import json
from typing import Any

import httpx
import pytest
from PIL import Image, ImageChops

from infra.local.demo.photo import DEFAULT_PHOTO
from infra.local.stack_runner import LocalStack
from tests.e2e.studio import Json, Studio
from tests.workshop import png

ROOM = {"room_type": "living_room", "style": "scandinavian"}


@pytest.fixture
def studio(local_stack: LocalStack) -> Studio:
    return Studio(local_stack)


def upload(studio: Studio, data: bytes) -> str:
    announced = studio.post("/uploads", {"content_type": "image/png", "size_bytes": len(data)})
    files = {"file": ("picture.png", data, "image/png")}
    posted = httpx.post(announced["url"], data=announced["fields"], files=files, timeout=30)
    assert posted.is_success, posted.text
    return str(announced["id"])


def with_files(studio: Studio, wish: Json, **files: bytes) -> httpx.Response:
    parts: dict[str, Any] = {"request": (None, json.dumps(wish), "application/json")}
    parts |= {name: (f"{name}.png", data, "image/png") for name, data in files.items()}
    return studio.call("POST", "/generations", files=parts)


def drawn(studio: Studio, generation_id: str) -> list[Image.Image]:
    done = studio.wait(generation_id)
    assert done["status"] == "completed", done
    addresses = [item["image"]["url"] for item in done["items"]]
    return [Image.open(io.BytesIO(httpx.get(url).content)) for url in addresses]


@pytest.mark.parametrize("provider", ["gemini", "replicate"])
@pytest.mark.parametrize("mode", ["redesign", "staging"])
def test_a_room_is_drawn_anew_in_its_own_shape(studio: Studio, mode: str, provider: str) -> None:
    wide = png(size=(1600, 900))
    wish = ROOM | {"mode": mode, "provider": provider, "image_count": 2}

    made = studio.post("/generations", wish | {"input_image": {"upload_id": upload(studio, wide)}})

    for picture in drawn(studio, made["id"]):
        assert picture.width / picture.height == pytest.approx(16 / 9, rel=0.05)


def test_several_files_of_one_form_become_one_image(studio: Studio) -> None:
    names = [f"p{number}" for number in range(8)]
    wish = {
        "mode": "compose",
        "prompt": "all of them on one table",
        "input_images": [{"file": name} for name in names],
    }

    answer = with_files(studio, wish, **{name: png(9 * n) for n, name in enumerate(names)})

    assert answer.status_code == 202, answer.text
    assert len(drawn(studio, answer.json()["id"])) == 1


@pytest.mark.parametrize("provider", ["gemini", "replicate"])
def test_a_face_goes_onto_another_picture(studio: Studio, provider: str) -> None:
    identity = {"type": "character", "id": studio.character()}
    wish = {
        "mode": "face_swap",
        "input_image": {"upload_id": upload(studio, png(size=(800, 1000)))},
        "identity": identity,
        "provider": provider,
    }

    made = studio.post("/generations", wish)

    assert len(drawn(studio, made["id"])) == 1
    assert studio.wait(made["id"])["character_id"] == identity["id"]


def test_a_person_from_weights_is_drawn_by_a_model_that_takes_them(studio: Studio) -> None:
    identity = {"type": "lora", "weights": "ada/me-lora", "scale": 0.9}
    made = studio.imagine("the person from weights, at sea", "auto", identity=identity)

    done = studio.wait(made)

    assert done["status"] == "completed"
    assert done["items"][0]["model"] == "black-forest-labs/flux-dev-lora"


def test_a_picture_drawn_before_is_an_input(studio: Studio) -> None:
    first = studio.wait(studio.imagine("an empty attic"))["items"][0]["image"]["id"]
    wish = {"mode": "staging", "room_type": "attic", "style": "rustic"}

    made = studio.post("/generations", wish | {"input_image": {"image_id": first}})

    assert len(drawn(studio, made["id"])) == 1


@pytest.mark.parametrize("provider", ["gemini", "replicate"])
def test_outside_the_mask_an_inpainted_picture_is_the_given_one(
    studio: Studio, provider: str
) -> None:
    with Image.open(DEFAULT_PHOTO) as photo:
        given = photo.convert("RGB").resize((500, 400))
    hole = Image.new("L", given.size)
    hole.paste(255, (200, 150, 300, 250))
    place = {"mode": "asset", "job_type": "inpaint", "project_id": "film", "branch_id": "main"}
    wish = place | {
        "prompt": "a red ball",
        "provider": provider,
        "input_image": {"file": "photo"},
        "mask": {"file": "hole"},
    }

    answer = with_files(studio, wish, photo=encoded(given), hole=encoded(hole))

    (made,) = drawn(studio, answer.json()["id"])
    changed = ImageChops.difference(made.convert("RGB"), given).getbbox()
    assert changed is not None
    assert (changed[0] >= 200, changed[1] >= 150) == (True, True)
    assert (changed[2] <= 300, changed[3] <= 250) == (True, True)


def test_assets_lie_in_their_project(studio: Studio) -> None:
    place = {"mode": "asset", "project_id": "film", "branch_id": "main", "prompt": "a car"}
    master = studio.post("/generations", place | {"job_type": "master_asset", "asset_id": "car"})
    frame = place | {"job_type": "start_frame", "scene_id": "s1", "shot_id": "02"}
    first = studio.post("/generations", frame)
    for made in (master, first):
        assert studio.wait(made["id"])["status"] == "completed"

    keys = objects_of(studio, "/project_film/branch_main/")
    assert any("/master-assets/car_20" in key for key in keys)
    assert any("/scene_s1/shot_02/start_frame_20" in key for key in keys)


def test_a_mask_of_another_size_fails_uncharged(studio: Studio) -> None:
    place = {"mode": "asset", "project_id": "film", "branch_id": "main", "prompt": "a ball"}
    wish = place | {"job_type": "inpaint", "input_image": {"file": "a"}, "mask": {"file": "b"}}

    answer = with_files(studio, wish, a=png(size=(400, 300)), b=png(size=(300, 400)))
    done = studio.wait(answer.json()["id"])

    assert done["items"][0]["error"]["code"] == "mask_size_mismatch"
    assert studio.quota_used(done) == 0


def encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/a.png",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.7/a.png",
        "https://localhost/a.png",
        "http://pictures.example/a.png",
    ],
)
def test_an_address_inside_is_refused_at_once(studio: Studio, url: str) -> None:
    wish = ROOM | {"mode": "redesign", "input_image": {"url": url}}

    refused = studio.call("POST", "/generations", json=wish)

    assert (refused.status_code, refused.json()["code"]) == (422, "unsafe_url")
    assert studio.call("GET", "/generations").json()["data"] == []


def test_a_name_that_leads_nowhere_public_fails_uncharged(studio: Studio) -> None:
    wish = ROOM | {"mode": "redesign", "image_count": 3, "seed": 77_123}

    made = studio.post(
        "/generations", wish | {"input_image": {"url": "https://inside.invalid/a.png"}}
    )
    done = studio.wait(made["id"])

    assert (done["status"], done["progress"]["failed"]) == ("failed", 3)
    for item in done["items"]:
        assert item["error"]["failure_stage"] == "validating"
        assert item["error"]["class"] == "PERMANENT"
        assert item["error"]["code"] in ("url_unreachable", "unsafe_url")
    assert studio.quota_used(done) == 0


def test_an_upload_that_is_no_picture_fails_uncharged_and_calls_nobody(studio: Studio) -> None:
    wish = ROOM | {"mode": "redesign", "prompt": "the unreadable room"}
    broken = png()[:60] + b"\x00" * 200

    made = studio.post(
        "/generations", wish | {"input_image": {"upload_id": upload(studio, broken)}}
    )
    done = studio.wait(made["id"])

    assert done["items"][0]["error"]["code"] == "invalid_image"
    assert studio.quota_used(done) == 0
    assert studio.paid_calls("gemini", "the unreadable room") == 0


def test_deleting_a_generation_deletes_its_inputs(studio: Studio) -> None:
    photo = DEFAULT_PHOTO.read_bytes()
    wish = ROOM | {"mode": "redesign", "input_image": {"upload_id": upload(studio, photo)}}
    made = studio.post("/generations", wish)
    studio.wait(made["id"])
    assert any("/inputs/" in key for key in objects_of(studio, made["id"]))

    assert studio.call("DELETE", f"/generations/{made['id']}").status_code == 204

    assert objects_of(studio, made["id"]) == []


def objects_of(studio: Studio, part: str) -> list[str]:
    bucket = studio.stack.outputs["ImagesBucketName"]
    listed = studio.stack.boto3_client("s3").list_objects_v2(Bucket=bucket)
    keys = [one["Key"] for one in listed.get("Contents", [])]
    return [key for key in keys if part in key]
