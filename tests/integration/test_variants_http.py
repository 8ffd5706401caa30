"""The review of variants, called as the gateway calls it."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.ids import Kind, is_id
from shared.runtime import aws, bootstrap, bootstrap_sweeper
from shared.runtime.clock import clock
from tests.aws import IMAGES_BUCKET, Aws
from tests.integration.deployed import event, forget_what_was_made
from tests.integration.http_client import Answer, call, send
from tests.integration.refusals import file_part, send_form
from tests.workshop import png


@pytest.fixture
def mira(live: Aws) -> str:
    """The address of a character with a source image."""
    path = f"/v1/characters/{call('POST', '/v1/characters', {'name': 'Mira'}).json['id']}"
    give_source(path)
    return path


def give_source(character: str, shade: int = 1) -> dict[str, Any]:
    source: dict[str, Any] = send_form(f"{character}/source-image", file_part(png(shade))).json
    return source


def form_of(variant_type: str, data: bytes) -> bytes:
    request = json.dumps({"variant_type": variant_type, "file": "photo"}).encode()
    first = b'--edge\r\nContent-Disposition: form-data; name="request"\r\n\r\n' + request + b"\r\n"
    return first + file_part(data, name="photo")


def uploaded(character: str, shade: int = 50, variant_type: str = "front") -> dict[str, Any]:
    answer = send_form(f"{character}/variants", form_of(variant_type, png(shade)))
    assert answer.status == 201, answer.text
    view: dict[str, Any] = answer.json
    return view


def at(variant: dict[str, Any], verb: str = "") -> str:
    address = f"/v1/characters/{variant['character_id']}/variants/{variant['id']}"
    return f"{address}/{verb}" if verb else address


def decided(variant: dict[str, Any], verb: str, method: str = "POST") -> dict[str, Any]:
    answer = call(method, at(variant, verb))
    assert answer.status == 200, answer.text
    view: dict[str, Any] = answer.json
    return view


def reimported(variant: dict[str, Any], shade: int = 90) -> dict[str, Any]:
    answer = send_form(at(variant, "reimport"), file_part(png(shade)))
    assert answer.status == 201, answer.text
    view: dict[str, Any] = answer.json
    return view


def read(variant: dict[str, Any]) -> dict[str, Any]:
    view: dict[str, Any] = call("GET", at(variant)).json
    return view


def heroes_of(character: str) -> dict[str, str]:
    data = call("GET", f"{character}/heroes").json["data"]
    return {one["variant_type"]: one["id"] for one in data}


def test_a_picture_in_a_form_becomes_a_variant_to_review(live: Aws, mira: str) -> None:
    request = event("http_upload_variant")
    request["rawPath"] = f"{mira}/variants"

    answer = send(request)

    assert answer.status == 201
    view = answer.json
    assert is_id(Kind.VARIANT, view["id"])
    assert answer.headers["location"] == at(view)
    assert (view["variant_type"], view["status"], view["hero"]) == ("front", "generated", False)
    assert (view["provenance"], view["version"]) == ("manual_upload", 1)
    assert (view["parent_id"], view["root_id"]) == (None, view["id"])
    assert "/variants/front/" in view["image"]["url"]
    assert (view["qa"]["status"], view["similarity"]["status"]) == ("pending", "pending")
    assert (view["stale_identity"], view["error"], view["generation_params"]) == (False, None, None)
    assert read(view)["image"]["id"] == view["image"]["id"]


def test_an_image_that_one_has_can_become_a_variant(live: Aws, mira: str) -> None:
    source = call("GET", f"{mira}/source-image").json["image"]["id"]

    answer = call("POST", f"{mira}/variants", {"variant_type": "front", "image_id": source})

    assert answer.status == 201
    assert answer.json["image"]["id"] != source


def test_without_a_face_analyzer_nothing_is_awaited(
    live: Aws, monkeypatch: pytest.MonkeyPatch, mira: str
) -> None:
    monkeypatch.setenv("FACE_ANALYZER", "none")
    forget_what_was_made()

    view = uploaded(mira)

    assert (view["qa"]["status"], view["similarity"]["status"]) == ("warned", "not_measured")
    assert view["similarity"]["reason"] == "no_analyzer"


def test_variants_are_listed_beside_their_source(live: Aws, mira: str) -> None:
    front, side = uploaded(mira), uploaded(mira, variant_type="side")
    decided(front, "approve")

    everything = call("GET", f"{mira}/variants").json
    approved = call("GET", f"{mira}/variants", query={"status": "approved"}).json["data"]
    of_type = call("GET", f"{mira}/variants", query={"variant_type": "side"}).json["data"]

    assert everything["source"]["version"] == 1
    assert [one["id"] for one in everything["data"]] == [side["id"], front["id"]]
    assert [(one["id"], one["hero"]) for one in approved] == [(front["id"], True)]
    assert [one["id"] for one in of_type] == [side["id"]]


def test_lists_go_on_where_they_stopped(live: Aws, mira: str) -> None:
    first, second = uploaded(mira, 1), uploaded(mira, 2, "side")
    decided(first, "approve")
    decided(second, "approve")

    for path, expected in (("variants", [second, first]), ("heroes", [first, second])):
        page = call("GET", f"{mira}/{path}", query={"limit": "1"}).json
        cursor = {"limit": "1", "cursor": page["next_cursor"]}
        rest = call("GET", f"{mira}/{path}", query=cursor).json
        shown = [one["id"] for one in (*page["data"], *rest["data"])]
        assert shown == [one["id"] for one in expected]
        assert rest["next_cursor"] is None
        refused = call("GET", f"{mira}/{path}", query={"cursor": "bm9wZQ"})
        assert (refused.status, refused.code) == (400, "invalid_cursor")


def test_a_new_hero_sends_the_old_one_back_to_review(live: Aws, mira: str) -> None:
    old, new = uploaded(mira, 1), uploaded(mira, 2)

    assert decided(old, "approve")["hero"]
    assert decided(new, "approve")["status"] == "approved"

    assert heroes_of(mira) == {"front": new["id"]}
    assert (read(old)["status"], read(old)["hero"]) == ("generated", False)


def test_a_rejected_hero_is_no_hero(live: Aws, mira: str) -> None:
    variant = uploaded(mira)
    decided(variant, "approve")

    rejected = decided(variant, "reject")

    assert (rejected["status"], rejected["hero"]) == ("rejected", False)
    assert heroes_of(mira) == {}


def test_an_export_hands_out_the_original_and_can_be_given_up(live: Aws, mira: str) -> None:
    hero = uploaded(mira)
    decided(hero, "approve")

    exported = decided(hero, "export")

    assert (exported["status"], exported["hero"]) == ("editing", True)
    assert exported["download_url"].split("?")[0] == exported["image"]["url"].split("?")[0]
    assert exported["image"]["format"] == "png"
    assert decided(hero, "export", "DELETE")["status"] == "approved"
    assert heroes_of(mira) == {"front": hero["id"]}


def test_an_edited_version_comes_back_to_be_reviewed(live: Aws, mira: str) -> None:
    hero = uploaded(mira)
    decided(hero, "approve")
    decided(hero, "export")

    edit = reimported(hero)

    assert (edit["status"], edit["provenance"]) == ("generated", "manually_edited")
    assert (edit["version"], edit["parent_id"], edit["root_id"]) == (2, hero["id"], hero["id"])
    assert edit["qa"]["status"] == "pending"
    assert edit["image"]["sha256"] != hero["image"]["sha256"]
    assert (read(hero)["status"], read(hero)["hero"]) == ("approved", True)
    decided(edit, "export")
    third = reimported(edit, 120)
    assert (third["version"], third["parent_id"], third["root_id"]) == (3, edit["id"], hero["id"])
    history = call("GET", at(edit, "history")).json["data"]
    assert [one["version"] for one in history] == [3, 2, 1]


def test_an_image_of_the_same_character_can_be_reimported(live: Aws, mira: str) -> None:
    variant, other = uploaded(mira, 1), uploaded(mira, 2, "side")
    decided(variant, "export")

    answer = call("POST", at(variant, "reimport"), {"image_id": other["image"]["id"]})

    assert (answer.status, answer.json["version"]) == (201, 2)


def test_a_picture_of_another_character_is_no_edited_version(live: Aws, mira: str) -> None:
    noa = f"/v1/characters/{call('POST', '/v1/characters', {'name': 'Noa'}).json['id']}"
    theirs = give_source(noa)["image"]["id"]
    drawn = uploaded(noa)["image"]["id"]
    variant = uploaded(mira)
    decided(variant, "export")
    before, objects = live.records(), live.objects(IMAGES_BUCKET)

    for image_id in (theirs, drawn):
        refused = call("POST", at(variant, "reimport"), {"image_id": image_id})
        assert (refused.status, refused.code) == (404, "not_found")

    assert (live.records(), live.objects(IMAGES_BUCKET)) == (before, objects)


def test_a_new_source_makes_variants_stale_and_new_ones_are_not(live: Aws, mira: str) -> None:
    old = uploaded(mira)
    give_source(mira, 7)
    new = uploaded(mira, 2)

    shown = {one["id"]: one for one in call("GET", f"{mira}/variants").json["data"]}

    assert read(old)["stale_identity"]
    assert shown[old["id"]]["stale_identity"]
    assert not shown[new["id"]]["stale_identity"]
    decided(old, "export")
    assert reimported(old)["stale_identity"], "edited, it still shows the old face"


def test_a_deleted_variant_leaves_nothing_and_its_versions_stay(live: Aws, mira: str) -> None:
    before = live.objects(IMAGES_BUCKET)
    variant = uploaded(mira)
    decided(variant, "export")
    edit = reimported(variant)

    assert call("DELETE", at(variant)).status == 204

    assert call("GET", at(variant)).status == 404
    assert call("GET", f"/v1/images/{variant['image']['id']}").status == 404
    assert [one["id"] for one in call("GET", at(edit, "history")).json["data"]] == [edit["id"]]
    assert call("DELETE", at(edit)).status == 204
    assert live.objects(IMAGES_BUCKET) == before


def test_a_hero_is_deleted_only_by_force(live: Aws, mira: str) -> None:
    hero = uploaded(mira)
    decided(hero, "approve")
    decided(hero, "export")
    before = live.records()

    refused = call("DELETE", at(hero))
    still = call("DELETE", at(hero), query={"force": "false"})

    assert (refused.status, refused.code) == (409, "hero_in_use")
    assert still.status == 409
    assert live.records() == before
    assert call("DELETE", at(hero), query={"force": "true"}).status == 204
    assert heroes_of(mira) == {}


def test_the_picture_of_a_variant_goes_with_the_variant_alone(live: Aws, mira: str) -> None:
    variant = uploaded(mira)

    refused = call("DELETE", f"/v1/images/{variant['image']['id']}")

    assert (refused.status, refused.code) == (409, "variant_in_use")
    assert refused.json["variant_id"] == variant["id"]


def test_a_batch_is_told_apart_by_its_key(live: Aws, mira: str) -> None:
    body = {"variant_type": "front", "character_ids": [mira.rpartition("/")[2]]}
    key = {"headers": {"idempotency-key": "once"}}

    first = call("POST", "/v1/variants/generate", body, **key)
    again = call("POST", "/v1/variants/generate", body, **key)
    more = body | {"character_ids": [*body["character_ids"], "chr_nobody"]}
    other = call("POST", "/v1/variants/generate", more, **key)

    assert (first.status, again.json) == (202, first.json)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status, other.code) == (422, "idempotency_key_reused")


def test_a_deleted_character_takes_its_variants_along(live: Aws, mira: str) -> None:
    hero = uploaded(mira)
    decided(hero, "approve")
    decided(hero, "export")
    reimported(hero)

    assert call("DELETE", mira).status == 204

    assert live.objects(IMAGES_BUCKET) == {}
    assert live.records() == []


@pytest.mark.parametrize("verb", ["variants", "reimport"])
def test_what_is_sent_twice_under_one_key_is_one_variant(live: Aws, mira: str, verb: str) -> None:
    variant = uploaded(mira)
    decided(variant, "export")
    source = call("GET", f"{mira}/source-image").json["image"]["id"]
    body = {"image_id": source} | ({"variant_type": "side"} if verb == "variants" else {})
    path = f"{mira}/variants" if verb == "variants" else at(variant, verb)
    key = {"headers": {"idempotency-key": "once"}}

    first = call("POST", path, body, **key)
    records, objects = live.records(), live.objects(IMAGES_BUCKET)
    again = call("POST", path, body, **key)
    other = call("POST", path, body | {"image_id": variant["image"]["id"]}, **key)

    assert (first.status, again.status) == (201, 201)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json["id"] == first.json["id"]
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert (live.records(), live.objects(IMAGES_BUCKET)) == (records, objects)


def brief_of(answer: Answer) -> Any:
    assert answer.status == 202, answer.text
    return aws.generations(bootstrap.settings().table_name).load(answer.json["id"])[1]


@pytest.mark.parametrize("mode", ["portrait", "imagine"])
def test_a_generation_goes_by_the_hero_it_names(live: Aws, mira: str, mode: str) -> None:
    hero = uploaded(mira)
    decided(hero, "approve")
    identity = {"type": "character", "id": hero["character_id"], "variant_type": "front"}
    asked = (
        {"character_id": hero["character_id"], "image_count": 2}
        if mode == "portrait"
        else {"prompt": "at the sea"}
    )

    brief = brief_of(call("POST", "/v1/generations", {"mode": mode, "identity": identity} | asked))

    assert [image.id for image in brief.references] == [hero["image"]["id"]]


def test_a_hero_stands_in_where_there_is_no_source(live: Aws) -> None:
    character = call("POST", "/v1/characters", {"name": "Noa"}).json["id"]
    hero = uploaded(f"/v1/characters/{character}")
    decided(hero, "approve")
    identity = {"type": "character", "id": character, "variant_type": "front"}
    swap = {"mode": "face_swap", "input_image": {"url": "https://pictures.example/p.jpg"}}

    brief = brief_of(call("POST", "/v1/generations", swap | {"identity": identity}))

    assert [image.id for image in brief.references] == [hero["image"]["id"]]


def test_an_unknown_hero_is_said_to_be_unknown(live: Aws, mira: str) -> None:
    variant = uploaded(mira)
    identity = {"type": "character", "id": variant["character_id"], "variant_type": "front"}
    body = {"mode": "imagine", "prompt": "at the sea", "identity": identity}
    before = live.records()

    for path in ("/v1/generations", "/v1/estimates"):
        refused = call("POST", path, body)
        assert (refused.status, refused.code) == (404, "not_found")
        assert refused.json["errors"][0]["pointer"] == "/identity/variant_type"
    assert live.records() == before


def test_a_projects_image_starts_from_no_variant_without_approval(live: Aws, mira: str) -> None:
    variant = uploaded(mira)
    picture = {"image_id": variant["image"]["id"]}
    body = {"mode": "asset", "job_type": "inpaint", "project_id": "p", "branch_id": "b"}
    body |= {"prompt": "a hat"}
    before = live.records()

    refused = call("POST", "/v1/generations", body | {"input_image": picture, "mask": picture})

    assert (refused.status, refused.code) == (409, "not_a_hero")
    assert live.records() == before
    decided(variant, "approve")
    assert (
        call("POST", "/v1/generations", body | {"input_image": picture, "mask": picture}).status
        == 202
    )


def test_the_pictures_of_variants_are_nobodys_orphans(live: Aws, mira: str) -> None:
    decided(uploaded(mira), "export")
    objects = live.objects(IMAGES_BUCKET)
    collect = bootstrap_sweeper.collect()

    def in_two_days() -> datetime:
        return clock() + timedelta(days=2)

    orphans = replace(collect.orphans, clock=in_two_days)
    strays = replace(collect.strays, clock=in_two_days)
    report = replace(collect, orphans=orphans, strays=strays)()

    assert (report.orphans, report.strays, report.objects) == (0, 0, 0)
    assert live.objects(IMAGES_BUCKET) == objects
