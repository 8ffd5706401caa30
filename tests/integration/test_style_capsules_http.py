"""Style capsules, called as the gateway calls the function that serves them."""

from typing import Any

from shared.domain.ids import Kind, is_id
from tests.aws import Aws
from tests.builders import an_id
from tests.integration.deployed import event
from tests.integration.http_client import call, send
from tests.integration.refusals import file_part, send_form
from tests.workshop import png

PATH = "/v1/style-capsules"


def created(**changes: Any) -> dict[str, Any]:
    answer = call("POST", PATH, {"name": "Noir", "prompt": "film noir, hard light"} | changes)
    assert answer.status == 201, answer.text
    view: dict[str, Any] = answer.json
    return view


def an_own_image() -> str:
    character_id = call("POST", "/v1/characters", {"name": "Mira"}).json["id"]
    source = send_form(f"/v1/characters/{character_id}/source-image", file_part(png()))
    image_id: str = source.json["image"]["id"]
    return image_id


def test_a_capsule_keeps_what_is_said_of_it(live: Aws) -> None:
    answer = send(event("http_create_style_capsule"))

    assert answer.status == 201
    assert is_id(Kind.STYLE_CAPSULE, answer.json["id"])
    assert answer.json["negative_prompt"] == "bright colours"
    assert answer.headers["location"] == f"{PATH}/{answer.json['id']}"
    assert call("GET", answer.headers["location"]).json == answer.json


def test_a_repeated_creation_gets_the_first_capsule_again(live: Aws) -> None:
    body, key = {"name": "Noir", "prompt": "noir"}, {"idempotency-key": "noir"}
    first = call("POST", PATH, body, headers=key)

    again = call("POST", PATH, body, headers=key)
    other = call("POST", PATH, body | {"prompt": "pop art"}, headers=key)

    assert again.json == first.json
    assert again.headers["idempotent-replayed"] == "true"
    assert other.code == "idempotency_key_reused"
    assert len(call("GET", PATH).json["data"]) == 1


def test_capsules_are_listed_newest_first_a_page_at_a_time(live: Aws) -> None:
    made = [created(name=f"Style {number}")["id"] for number in range(3)]

    first = call("GET", PATH, query={"limit": "2"}).json
    second = call("GET", PATH, query={"limit": "2", "cursor": first["next_cursor"]}).json

    assert [one["id"] for one in first["data"] + second["data"]] == sorted(made, reverse=True)
    assert second["next_cursor"] is None


def test_what_is_named_changes_and_null_takes_away(live: Aws) -> None:
    image_id = an_own_image()
    capsule = created(negative_prompt="colour", reference_images=[{"image_id": image_id}])
    assert capsule["reference_images"] == [{"image_id": image_id}]

    changed = call(
        "PATCH", f"{PATH}/{capsule['id']}", {"negative_prompt": None, "reference_images": []}
    ).json

    assert (changed["prompt"], changed["negative_prompt"]) == (capsule["prompt"], None)
    assert (changed["reference_images"], changed["version"]) == ([], 2)


def test_a_capsule_holds_only_pictures_that_are_there(live: Aws) -> None:
    missing = {"reference_images": [{"image_id": an_id(Kind.IMAGE, 404)}]}
    capsule = created()
    before = live.records()

    answers = [
        call("POST", PATH, {"name": "Noir", "prompt": "noir"} | missing),
        call("PATCH", f"{PATH}/{capsule['id']}", missing),
    ]

    assert [answer.status for answer in answers] == [404, 404]
    assert live.records() == before


def test_words_against_the_policy_are_kept_nowhere(live: Aws) -> None:
    capsule = created()
    before = live.records()

    answers = [
        call("POST", PATH, {"name": "Noir", "prompt": "h3ntai"}),
        call("PATCH", f"{PATH}/{capsule['id']}", {"prompt": "h3ntai"}),
    ]

    assert {answer.code for answer in answers} == {"content_blocked_input"}
    assert live.records() == before


def test_a_generation_shows_the_style_as_it_was(live: Aws) -> None:
    capsule = created(reference_images=[{"image_id": an_own_image()}])
    body = {"mode": "imagine", "prompt": "a lighthouse", "style_capsule_id": capsule["id"]}
    generation = call("POST", "/v1/generations", body).json
    call("PATCH", f"{PATH}/{capsule['id']}", {"prompt": "watercolour"})
    assert call("DELETE", f"{PATH}/{capsule['id']}").status == 204

    shown = call("GET", f"/v1/generations/{generation['id']}").json["style_capsule"]

    assert shown == {
        "id": capsule["id"],
        "name": "Noir",
        "prompt": "film noir, hard light",
        "negative_prompt": None,
        "images_shown": 1,
    }
    assert call("GET", f"{PATH}/{capsule['id']}").status == 404
    assert call("POST", "/v1/generations", body).status == 404
