"""What a review refuses, and that it leaves everything as it was."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.adapters.dynamo.records import variant_record
from shared.adapters.dynamo.writes import put
from shared.domain.ids import Kind
from shared.domain.variant import VariantStatus
from shared.runtime import aws as runtime_aws
from tests.aws import TABLE
from tests.builders import a_variant, an_id
from tests.integration.http_client import ADA, call
from tests.integration.refusals import GRACE, Shop, file_part, send_form, shop_open
from tests.workshop import png

PENDING, GENERATING, GENERATED, APPROVED, REJECTED, EDITING = VariantStatus
BAD_SLUGS = ("", "Front", "a/b", "x" * 41, "é", "..", "a b")
UNKNOWN = an_id(Kind.VARIANT, 404)
IDS = {status: an_id(Kind.VARIANT, number) for number, status in enumerate(VariantStatus, 1)}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """With a variant in every state, those included that only a worker brings about."""
    with shop_open() as opened:
        for number, status in enumerate(VariantStatus, 1):
            variant = a_variant(
                number,
                owner=ADA,
                character_id=opened.character,
                status=status,
                image_id=opened.image,
                exported_as=GENERATED if status is EDITING else None,
            )
            runtime_aws.table(TABLE).commit(put(variant_record(variant)))
        yield opened


@pytest.fixture(autouse=True)
def nothing_written(shop: Shop) -> Iterator[None]:
    with shop.untouched():
        yield


def at(shop: Shop, status: VariantStatus, verb: str = "") -> str:
    return f"/v1/characters/{shop.character}/variants/{IDS[status]}{verb and '/'}{verb}"


NOT_FROM = [
    ("POST", "approve", (PENDING, GENERATING, APPROVED, REJECTED)),
    ("POST", "reject", (PENDING, GENERATING, REJECTED)),
    ("POST", "export", (PENDING, GENERATING, REJECTED, EDITING)),
    ("DELETE", "export", (PENDING, GENERATED, APPROVED, REJECTED)),
    ("DELETE", "", (PENDING, GENERATING)),
]


@pytest.mark.parametrize(("method", "verb", "states"), NOT_FROM)
def test_a_status_that_does_not_allow_it_is_told(
    shop: Shop, method: str, verb: str, states: tuple[VariantStatus, ...]
) -> None:
    for status in states:
        answer = call(method, at(shop, status, verb))

        assert (answer.status, answer.code) == (409, "invalid_review_state"), status
        assert answer.json["review_status"] == status
        assert status not in answer.json["allowed"]


def test_only_what_was_exported_comes_back(shop: Shop) -> None:
    for status in (PENDING, GENERATED, APPROVED, REJECTED):
        answer = send_form(at(shop, status, "reimport"), file_part(png()))

        assert (answer.status, answer.code) == (409, "invalid_review_state"), status


def reimport(shop: Shop, body: Any, **changes: Any) -> tuple[int, str]:
    answer = call("POST", at(shop, EDITING, "reimport"), body, **changes)
    return answer.status, answer.code


def test_an_edited_version_is_of_ones_own_and_of_the_same_character(shop: Shop) -> None:
    for image_id in (an_id(Kind.IMAGE, 404), "../other"):
        assert reimport(shop, {"image_id": image_id}) == (404, "not_found")
    assert reimport(shop, {"upload_id": an_id(Kind.UPLOAD, 404)}) == (404, "not_found")
    assert reimport(shop, {"image_id": shop.image}, owner=GRACE) == (404, "not_found")


def test_a_reimport_names_exactly_one_picture(shop: Shop) -> None:
    two = {"upload_id": an_id(Kind.UPLOAD, 1), "url": "https://e.com"}
    for body in ({}, {"variant_type": "front"}, two):
        assert reimport(shop, body) == (422, "validation_failed")
    assert reimport(shop, {"url": "http://e.com/a.png"}) == (422, "unsafe_url")


@pytest.mark.parametrize(
    ("code", "pointer", "changed"),
    [
        ("malformed", "/variant_type", [{"variant_type": bad} for bad in BAD_SLUGS]),
        ("wrong_type", "/variant_type", [{"variant_type": bad} for bad in (None, 7, ["front"])]),
        ("unknown_field", "/hero", [{"hero": True}]),
        ("missing_part", "", [{"image_id": None, "file": "photo"}]),
        ("one_image_input", "", [{"url": "https://e.com/a.png"}, {"image_id": None}]),
    ],
)
def test_an_upload_says_what_it_shows_in_a_slug(
    shop: Shop, code: str, pointer: str, changed: list[dict[str, Any]]
) -> None:
    for changes in changed:
        body = {"variant_type": "front", "image_id": shop.image} | changes

        answer = call("POST", f"/v1/characters/{shop.character}/variants", body)

        assert answer.status == 422
        told = {"pointer": pointer, "code": code}
        assert told.items() <= answer.json["errors"][0].items(), changes


def test_a_character_named_twice_is_drawn_not_even_once(shop: Shop) -> None:
    body = {"character_ids": [shop.character] * 2, "variant_type": "front"}

    answer = call("POST", "/v1/variants/generate", body)

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/character_ids")


def test_what_is_no_picture_is_no_version(shop: Shop) -> None:
    for data in (b"", b"GIF89a", png()[:60]):
        answer = send_form(at(shop, EDITING, "reimport"), file_part(data))

        assert (answer.status, answer.code) == (400, "invalid_image")


def test_an_unknown_filter_is_refused(shop: Shop) -> None:
    for query in ({"status": "done"}, {"variant_type": "Front"}, {"root_id": "x"}):
        answer = call("GET", f"/v1/characters/{shop.character}/variants", query=query)

        assert (answer.status, answer.code) == (422, "validation_failed")


def test_force_is_meant_or_it_is_not(shop: Shop) -> None:
    for force in ("yes", "1", "TRUE", ""):
        answer = call("DELETE", at(shop, APPROVED), query={"force": force})

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/force")


EVERY_ROUTE = [
    *(("GET", ""), ("DELETE", ""), ("POST", "/approve"), ("POST", "/reject"), ("POST", "/export")),
    *(("DELETE", "/export"), ("POST", "/reimport"), ("GET", "/history")),
]


def test_anothers_variant_and_one_of_another_character_look_like_none(shop: Shop) -> None:
    own = f"/v1/characters/{shop.character}/variants"
    elsewhere = f"/v1/characters/{an_id(Kind.CHARACTER, 5)}/variants"
    body = {"image_id": shop.image}

    for method, verb in EVERY_ROUTE:
        given = body if verb == "/reimport" else None
        answers = [
            call(method, f"{own}/{IDS[EDITING]}{verb}", given, owner=GRACE),
            call(method, f"{own}/{UNKNOWN}{verb}", given),
            call(method, f"{elsewhere}/{IDS[EDITING]}{verb}", given),
        ]
        assert [one.status for one in answers] == [404] * 3, verb
        assert len({one.json["detail"] for one in answers}) == 1, verb
    for address in (own, f"/v1/characters/{shop.character}/heroes"):
        assert call("GET", address, owner=GRACE).status == 404
    assert call("POST", own, body | {"variant_type": "front"}, owner=GRACE).status == 404
