"""Ids, methods, tokens, queries and states that are refused; nothing is written."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.domain.ids import Kind
from tests.aws_calls import calls
from tests.builders import an_id
from tests.integration.http_client import call, request_of, send
from tests.integration.refusals import GRACE, Shop, file_part, send_form, shop_open
from tests.workshop import png


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with shop_open() as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_written(shop: Shop) -> Iterator[None]:
    with shop.untouched():
        yield


ROUTES = [
    ("GET", "/v1/generations/{generation}", None),
    ("POST", "/v1/generations/{generation}/cancel", None),
    ("POST", "/v1/generations/{generation}/retry", None),
    ("DELETE", "/v1/generations/{generation}", None),
    ("GET", "/v1/images/{image}", None),
    ("DELETE", "/v1/images/{image}", None),
    ("GET", "/v1/characters/{character}", None),
    ("PATCH", "/v1/characters/{character}", {"name": "Eve"}),
    ("DELETE", "/v1/characters/{character}", None),
    ("GET", "/v1/characters/{character}/source-image", None),
    ("POST", "/v1/characters/{character}/source-image", {"upload_id": an_id(Kind.UPLOAD, 1)}),
    ("GET", "/v1/characters/{character}/variants/{variant}", None),
    ("GET", "/v1/style-capsules/{capsule}", None),
    ("PATCH", "/v1/style-capsules/{capsule}", {"name": "Eve"}),
    ("DELETE", "/v1/style-capsules/{capsule}", None),
]
KINDS = {
    "generation": Kind.GENERATION,
    "image": Kind.IMAGE,
    "character": Kind.CHARACTER,
    "capsule": Kind.STYLE_CAPSULE,
    "variant": Kind.VARIANT,
}
LISTS = ["/v1/generations", "/v1/images", "/v1/characters", "/v1/style-capsules"]
BAD_IDS = [
    *("..", "%2e%2e", "%2e%2e%2fMETA", "x", "META", "null", "undefined", "0", "-1", "%00"),
    *("gen_01JD8Z7A5C2RG6V9Y4Z7A2M3P", "gen_01JD8Z7A5C2RG6V9Y4Z7A2M3PQQ", "GEN_x"),
    *("gen_01jd8z7a5c2rg6v9y4z7a2m3pq", "gen_ILOU8Z7A5C2RG6V9Y4Z7A2M3PQ", "GEN%23x%23META"),
    *("gen_8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "٠" * 26, "😀", "a" * 10_000, "gen_{{7*7}}", "' OR 1=1"),
]


def filled(path: str, name: str) -> str:
    for key in KINDS:
        path = path.replace("{" + key + "}", name)
    return path


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_what_cannot_be_an_id_does_not_exist(shop: Shop, method: str, path: str, body: Any) -> None:
    calls.reset()
    for name in BAD_IDS:
        answer = call(method, filled(path, name), body)

        assert (answer.status, answer.code) == (404, "not_found"), name
        assert name not in answer.text or len(name) <= 64
    assert not calls.count, "no key is built from what cannot be an id"


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_anothers_id_looks_like_one_that_never_was(
    shop: Shop, method: str, path: str, body: Any
) -> None:
    owned = path.format(**vars(shop))
    kind = next(kind for key, kind in KINDS.items() if "{" + key + "}" in path)

    foreign = call(method, owned, body, owner=GRACE)
    random = call(method, filled(path, an_id(kind, 777)), body, owner=GRACE)

    assert foreign.status == 404
    assert foreign.json == random.json


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/generations", {"mode": "portrait", "character_id": "{character}"}),
        ("/v1/generations", {"mode": "imagine", "prompt": "x", "style_capsule_id": "{capsule}"}),
        ("/v1/characters/{own}/source-image", {"image_id": "{image}"}),
        ("/v1/characters/{own}/source-image", {"upload_id": "{upload}"}),
        ("/v1/characters/{own}/variants", {"variant_type": "front", "image_id": "{image}"}),
    ],
)
def test_anothers_things_cannot_be_used(shop: Shop, path: str, body: dict[str, str]) -> None:
    # Ada's own ids are real; a stranger who sends them is told that they do not exist.
    named = {key: value.format(**vars(shop)) for key, value in body.items()}
    target = path.replace("{own}", shop.character)

    answer = call("POST", target, named, owner=GRACE)

    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/generations", {"POST", "GET"}),
        ("DELETE", "/v1/generations", {"POST", "GET"}),
        ("POST", "/v1/generations/{generation}", {"GET", "DELETE"}),
        ("GET", "/v1/generations/{generation}/cancel", {"POST"}),
        ("GET", "/v1/generations/{generation}/retry", {"POST"}),
        ("PATCH", "/v1/images/{image}", {"GET", "DELETE"}),
        ("GET", "/v1/uploads", {"POST"}),
        ("PUT", "/v1/characters/{character}", {"GET", "PATCH", "DELETE"}),
        ("DELETE", "/v1/characters/{character}/source-image", {"GET", "POST"}),
        ("GET", "/v1/characters/{character}/variants/{variant}/export", {"POST", "DELETE"}),
        ("PUT", "/v1/style-capsules/{capsule}", {"GET", "PATCH", "DELETE"}),
        ("TRACE", "/v1/health", {"GET"}),
    ],
)
def test_an_undeclared_method_is_told_what_is_allowed(
    shop: Shop, method: str, path: str, allowed: set[str]
) -> None:
    answer = call(method, path.format(**vars(shop)))

    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1", "/", "/v2/generations", "/v1/images/a/b"])
def test_an_unknown_address_is_a_problem_too(shop: Shop, path: str) -> None:
    answer = call("GET", path)

    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("subject", [None, "", 7, "x" * 257, ["ada"]])
@pytest.mark.parametrize("path", LISTS)
def test_a_request_without_a_subject_is_not_let_in(shop: Shop, path: str, subject: Any) -> None:
    request = request_of("GET", path)
    request["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = subject

    answer = send(request)

    assert (answer.status, answer.code) == (401, "unauthenticated")


def test_a_request_without_an_authorizer_is_not_let_in(shop: Shop) -> None:
    request = request_of("POST", "/v1/generations", {"mode": "imagine", "prompt": "x"})
    del request["requestContext"]["authorizer"]

    assert send(request).status == 401


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        *(
            ({"limit": value}, 422, "validation_failed")
            for value in ("-1", "0", "101", "1000000000", "1e3", "ten", "", "5.0", "٥", " 5", "1,2")
        ),
        *(
            ({"cursor": value}, 400, "invalid_cursor")
            for value in ("x", "e30", "e30=", "AAAA", "../..", "%00", "eyJhIjoxfQ")
        ),
        ({"cursor": "x" * 1025}, 422, "validation_failed"),
        ({"page": "2"}, 422, "validation_failed"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(
    shop: Shop, path: str, query: dict[str, str], status: int, code: str
) -> None:
    answer = call("GET", path, query=query)

    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize(
    "query",
    [{"status": "done"}, {"status": "queued,,"}, {"mode": "magic"}, {"character_id": "x"}],
)
def test_an_unknown_filter_value_is_refused(shop: Shop, query: dict[str, str]) -> None:
    assert call("GET", "/v1/generations", query=query).status == 422


def test_a_cursor_is_bound_to_its_owner_its_list_and_its_filters(shop: Shop) -> None:
    cursor = call("GET", "/v1/generations", query={"limit": "1"}).json["next_cursor"]
    assert call("GET", "/v1/generations", query={"cursor": cursor}).status == 200

    elsewhere = [
        call("GET", "/v1/images", query={"cursor": cursor}),
        call("GET", "/v1/generations", query={"cursor": cursor}, owner=GRACE),
        call("GET", "/v1/generations", query={"cursor": cursor, "mode": "imagine"}),
        call("GET", "/v1/generations", query={"cursor": cursor[:-3]}),
    ]

    assert {answer.code for answer in elsewhere} == {"invalid_cursor"}


PICTURES = [
    (b"", "image/png"),
    (b"hello, I am text", "text/plain"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
    (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "image/gif"),
    (png()[:60], "image/png"),
    (png(), "image/jpeg"),
    (png(size=(8, 8)), "image/png"),
]


@pytest.mark.parametrize(("data", "media_type"), PICTURES)
def test_what_is_no_picture_is_refused(shop: Shop, data: bytes, media_type: str) -> None:
    answer = send_form(f"/v1/characters/{shop.character}/source-image", file_part(data, media_type))

    assert (answer.status, answer.code) == (400, "invalid_image")
    assert answer.json["reason"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "validation_failed"),
        (
            {"upload_id": an_id(Kind.UPLOAD, 1), "url": "https://e.com/a.png"},
            422,
            "validation_failed",
        ),
        ({"upload_id": an_id(Kind.UPLOAD, 404)}, 404, "not_found"),
        ({"upload_id": "../other"}, 404, "not_found"),
        ({"image_id": an_id(Kind.IMAGE, 404)}, 404, "not_found"),
        ({"url": "x" * 2049}, 422, "validation_failed"),
        ({"data": "aGVsbG8="}, 422, "validation_failed"),
    ],
)
def test_an_image_input_names_exactly_one_thing_that_is_there(
    shop: Shop, body: dict[str, Any], status: int, code: str
) -> None:
    answer = call("POST", f"/v1/characters/{shop.character}/source-image", body)

    assert (answer.status, answer.code) == (status, code)


def test_a_file_above_four_megabytes_is_sent_to_the_uploads(shop: Shop) -> None:
    answer = send_form(f"/v1/characters/{shop.character}/source-image", file_part(b"x" * 4_200_000))

    assert (answer.status, answer.code) == (413, "use_upload")
