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
    before = shop.state()
    yield
    assert shop.state() == before


def at(shop: Shop, status: VariantStatus, verb: str = "") -> str:
    return f"/v1/characters/{shop.character}/variants/{IDS[status]}{verb and '/'}{verb}"


@pytest.mark.parametrize(
    ("method", "verb", "status"),
    [
        *(("POST", "approve", one) for one in (PENDING, GENERATING, APPROVED, REJECTED)),
        *(("POST", "reject", one) for one in (PENDING, GENERATING, REJECTED)),
        *(("POST", "export", one) for one in (PENDING, GENERATING, REJECTED, EDITING)),
        *(("DELETE", "export", one) for one in (PENDING, GENERATED, APPROVED, REJECTED)),
        *(("DELETE", "", one) for one in (PENDING, GENERATING)),
    ],
)
def test_a_status_that_does_not_allow_it_is_told(
    shop: Shop, method: str, verb: str, status: VariantStatus
) -> None:
    answer = call(method, at(shop, status, verb))

    assert (answer.status, answer.code) == (409, "invalid_review_state")
    assert answer.json["review_status"] == status
    assert status not in answer.json["allowed"]


@pytest.mark.parametrize("status", [PENDING, GENERATED, APPROVED, REJECTED])
def test_only_what_was_exported_comes_back(shop: Shop, status: VariantStatus) -> None:
    answer = send_form(at(shop, status, "reimport"), file_part(png()))

    assert (answer.status, answer.code) == (409, "invalid_review_state")


def reimport(shop: Shop, body: Any, **changes: Any) -> tuple[int, str]:
    answer = call("POST", at(shop, EDITING, "reimport"), body, **changes)
    return answer.status, answer.code


def test_an_edited_version_is_of_ones_own_and_of_the_same_character(shop: Shop) -> None:
    for image_id in (an_id(Kind.IMAGE, 404), "../other"):
        assert reimport(shop, {"image_id": image_id}) == (404, "not_found")
    assert reimport(shop, {"upload_id": an_id(Kind.UPLOAD, 404)}) == (404, "not_found")
    assert reimport(shop, {"image_id": shop.image}, owner=GRACE) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "validation_failed"),
        ({"variant_type": "front"}, 422, "validation_failed"),
        ({"upload_id": an_id(Kind.UPLOAD, 1), "url": "https://e.com"}, 422, "validation_failed"),
        ({"url": "http://e.com/a.png"}, 422, "unsafe_url"),
        ({"upload_id": an_id(Kind.UPLOAD, 404)}, 404, "not_found"),
    ],
)
def test_a_reimport_names_exactly_one_picture(
    shop: Shop, body: dict[str, Any], status: int, code: str
) -> None:
    assert reimport(shop, body) == (status, code)


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        *(({"variant_type": bad}, "/variant_type", "malformed") for bad in ("", "Front", "a/b")),
        *(({"variant_type": bad}, "/variant_type", "malformed") for bad in ("x" * 41, "é", "..")),
        ({"variant_type": None}, "/variant_type", "wrong_type"),
        ({"variant_type": 7}, "/variant_type", "wrong_type"),
        ({"status": "approved"}, "/status", "unknown_field"),
        ({"hero": True}, "/hero", "unknown_field"),
        ({"file": "photo"}, "", "missing_part"),
        ({"url": "https://e.com/a.png"}, "", "one_image_input"),
    ],
)
def test_an_upload_says_what_it_shows_in_a_slug(
    shop: Shop, changes: dict[str, Any], pointer: str, code: str
) -> None:
    body: dict[str, Any] = {"variant_type": "front", "image_id": shop.image} | changes
    if "file" in changes:
        del body["image_id"]

    answer = call("POST", f"/v1/characters/{shop.character}/variants", body)

    assert answer.status == 422
    assert {"pointer": pointer, "code": code}.items() <= answer.json["errors"][0].items()


@pytest.mark.parametrize("data", [b"", b"GIF89a", png()[:60]])
def test_what_is_no_picture_is_no_version(shop: Shop, data: bytes) -> None:
    answer = send_form(at(shop, EDITING, "reimport"), file_part(data))

    assert (answer.status, answer.code) == (400, "invalid_image")


@pytest.mark.parametrize("query", [{"status": "done"}, {"variant_type": "Front"}, {"root_id": "x"}])
def test_an_unknown_filter_is_refused(shop: Shop, query: dict[str, str]) -> None:
    assert call("GET", f"/v1/characters/{shop.character}/variants", query=query).status == 422


@pytest.mark.parametrize("force", ["yes", "1", "TRUE", ""])
def test_force_is_meant_or_it_is_not(shop: Shop, force: str) -> None:
    answer = call("DELETE", at(shop, APPROVED), query={"force": force})

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/force")


def test_a_variant_is_looked_for_at_its_own_character_alone(shop: Shop) -> None:
    elsewhere = f"/v1/characters/{an_id(Kind.CHARACTER, 5)}/variants/{IDS[GENERATED]}"

    for method, verb in (("GET", ""), ("DELETE", ""), ("POST", "/approve"), ("GET", "/history")):
        assert call(method, elsewhere + verb).status == 404
