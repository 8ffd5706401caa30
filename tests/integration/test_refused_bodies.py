"""Bodies that are not accepted: the right status and code, and nothing written."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.domain.ids import Kind
from tests.builders import an_id
from tests.integration.http_client import call, request_of, send
from tests.integration.refusals import Shop, file_part, form_request, shop_open


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with shop_open() as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_written(shop: Shop) -> Iterator[None]:
    with shop.untouched():
        yield


def imagine(**changes: Any) -> dict[str, Any]:
    return {"mode": "imagine", "prompt": "a lighthouse"} | changes


FIELDS: list[tuple[str, dict[str, Any], str, str]] = [
    *(
        ("tenant field", imagine(**{name: "x"}), f"/{name}", "unknown_field")
        for name in ("tenant", "user", "role", "status", "charge", "image_key", "owner")
    ),
    *(
        ("width", imagine(width=value, height=512), "/width", code)
        for value, code in (
            (-1, "out_of_range"),
            (0, "out_of_range"),
            (63, "out_of_range"),
            (10**9, "out_of_range"),
            (512.5, "wrong_type"),
            ("512", "wrong_type"),
            (True, "wrong_type"),
        )
    ),
    *(
        ("count", imagine(image_count=value), "/image_count", code)
        for value, code in (
            (0, "out_of_range"),
            (11, "out_of_range"),
            (10**6, "out_of_range"),
            ("3", "wrong_type"),
            (2.5, "wrong_type"),
        )
    ),
    *(("seed", imagine(seed=value), "/seed", "out_of_range") for value in (2**31, 2**63, -(2**63))),
    *(
        ("ratio", imagine(aspect_ratio=value), "/aspect_ratio", "malformed")
        for value in ("16:0", "0:1", "wide", "16/9", "-1:1")
    ),
    ("strength", imagine(style_strength=1.01), "/style_strength", "out_of_range"),
    ("quality", imagine(quality="ultra"), "/quality", "unknown_value"),
    ("provider", imagine(provider="dalle"), "/provider", "unknown_value"),
    ("format", imagine(output_format="gif"), "/output_format", "unknown_value"),
    ("visibility", imagine(visibility="secret"), "/visibility", "unknown_value"),
    ("cost", imagine(max_cost_usd=-0.01), "/max_cost_usd", "out_of_range"),
    ("model name", imagine(model="../../etc"), "/model", "unknown_model"),
    ("mode", {"mode": "hologram", "prompt": "x"}, "/mode", "unknown_value"),
    ("no mode", {"prompt": "x"}, "/mode", "required"),
    ("no prompt", {"mode": "imagine"}, "/prompt", "required"),
    ("no character", {"mode": "portrait"}, "/character_id", "required"),
    ("one side", imagine(width=512), "", "size_incomplete"),
    ("two sizes", imagine(width=512, height=512, aspect_ratio="1:1"), "", "size_ambiguous"),
    *(
        ("prompt", imagine(prompt=value), "/prompt", code)
        for value, code in (
            ("", "empty"),
            (" \n\t ", "empty"),
            ("\u200d\u200b\ufeff", "empty"),
            ("a" * 4001, "too_long"),
            ("a\u202eb", "direction_override"),
            ("nul\x00", "control_character"),
            ("a" + "\u0301" * 102, "combining_marks"),
            (["a"], "wrong_type"),
            (None, "wrong_type"),
        )
    ),
    ("exclusion", imagine(negative_prompt="\x07bell"), "/negative_prompt", "control_character"),
]


@pytest.mark.parametrize(("case", "body", "pointer", "code"), FIELDS)
def test_a_field_that_is_not_acceptable_is_named(
    shop: Shop, case: str, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = call("POST", "/v1/generations", body)

    assert answer.status == 422, case
    if code == "unknown_model":
        assert answer.code == code
        return
    assert {"pointer": pointer, "code": code} in [
        {"pointer": one["pointer"], "code": one["code"]} for one in answer.json["errors"]
    ]


CHOICES: list[tuple[dict[str, Any], int, str]] = [
    (imagine(provider="gemini", model="flux-900"), 422, "unknown_model"),
    (imagine(provider="gemini", model="gemini-2.5-flash-image"), 422, "model_retired"),
    (imagine(aspect_ratio="99:1"), 422, "unsupported_aspect_ratio"),
    (imagine(provider="gemini", output_format="webp"), 422, "unsupported_output_format"),
    (
        imagine(provider="replicate", model="ideogram-ai/ideogram-character"),
        422,
        "model_needs_reference",
    ),
    (imagine(max_cost_usd=0.000001), 422, "max_cost_exceeded"),
]


@pytest.mark.parametrize(("body", "status", "code"), CHOICES)
def test_a_wish_that_no_model_serves_is_refused(
    shop: Shop, body: dict[str, Any], status: int, code: str
) -> None:
    answer = call("POST", "/v1/generations", body)

    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"poses": ["moonwalk"]}, 422, "unknown_pose"),
        ({"poses": ["front", "smile"], "image_count": 1}, 422, "too_many_poses"),
        ({"visibility": "public"}, 403, "public_identity"),
        (
            {"provider": "replicate", "model": "black-forest-labs/flux-schnell"},
            422,
            "model_without_references",
        ),
    ],
)
def test_a_portrait_that_cannot_be_is_refused(
    shop: Shop, changes: dict[str, Any], status: int, code: str
) -> None:
    body = {"mode": "portrait", "character_id": shop.character, "image_count": 2} | changes

    answer = call("POST", "/v1/generations", body)

    assert (answer.status, answer.code) == (status, code)


RAW: list[tuple[str, int, str]] = [
    ("", 400, "malformed_json"),
    ("{", 400, "malformed_json"),
    ("[" * 100_000, 400, "malformed_json"),
    ('{"a": ' * 40_000, 400, "malformed_json"),
    ('{"seed": NaN}', 400, "malformed_json"),
    ('{"seed": Infinity}', 400, "malformed_json"),
    ('{"seed": 1e400}', 400, "malformed_json"),
    ('{"seed": ' + "9" * 5000 + "}", 400, "malformed_json"),
    ('{"mode": "imagine", "mode": "portrait"}', 400, "malformed_json"),
    ('{"mode": "imagine", "prompt": "\\ud800"}', 400, "malformed_json"),
    ("\ufeff{}", 400, "malformed_json"),
    ('{"mode": "imagine", "prompt": "' + "a" * 262_144 + '"}', 413, "body_too_large"),
    ("null", 422, "validation_failed"),
    ("[]", 422, "validation_failed"),
    ('"imagine"', 422, "validation_failed"),
]


@pytest.mark.parametrize(("raw", "status", "code"), RAW)
def test_what_is_not_quite_json_is_refused(shop: Shop, raw: str, status: int, code: str) -> None:
    answer = call("POST", "/v1/generations", raw=raw)

    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize(
    ("body", "encoded", "status", "code"),
    [
        ("%%%", True, 400, "malformed_body"),
        ("eyJhIjo=é", True, 400, "malformed_body"),
        ("//4=", True, 400, "malformed_json"),
        ("eyJtb2RlIjoiaW1hZ2luZSJ9", False, 400, "malformed_json"),
    ],
)
def test_a_body_that_lies_about_its_encoding_is_refused(
    shop: Shop, body: str, encoded: bool, status: int, code: str
) -> None:
    request = request_of("POST", "/v1/generations", raw=body)

    answer = send(request | {"isBase64Encoded": encoded})

    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize(
    "content_type",
    [
        *("", "text/plain", "application/x-www-form-urlencoded", "application/xml"),
        *("application/json; charset=latin-1", "application/problem+json", "image/png"),
    ],
)
def test_another_media_type_is_refused(shop: Shop, content_type: str) -> None:
    request = request_of("POST", "/v1/generations", imagine())
    request["headers"]["content-type"] = content_type

    answer = send(request)

    assert (answer.status, answer.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("form", "boundary", "status", "code"),
    [
        (b"", "edge", 400, "malformed_multipart"),
        (b"--edge\r\n\r\nno end", "edge", 400, "malformed_multipart"),
        (b"--edge--", "", 400, "malformed_multipart"),
        (b"--edge--", "x" * 71, 400, "malformed_multipart"),
        (b"--edge\r\nX: y\r\n\r\n{}\r\n--edge--", "edge", 400, "malformed_multipart"),
        (b"--edge--", "edge", 422, "validation_failed"),
        (file_part(b"{}", name="other"), "edge", 422, "validation_failed"),
        (file_part(b"{", name="request"), "edge", 400, "malformed_json"),
        (file_part(b"{}", name="request"), "edge", 422, "validation_failed"),
        (file_part(b"x" * (4 * 1024 * 1024)), "edge", 413, "use_upload"),
    ],
)
def test_a_form_that_is_none_is_refused(
    shop: Shop, form: bytes, boundary: str, status: int, code: str
) -> None:
    answer = send(form_request("/v1/generations", form, boundary))

    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize(
    "key", ["", "x" * 65, "with space", 'quo"ted', "tab\t", "naïve", "line\nbreak"]
)
def test_an_idempotency_key_that_is_none_is_refused(shop: Shop, key: str) -> None:
    answer = call("POST", "/v1/generations", imagine(), headers={"idempotency-key": key})

    assert (answer.status, answer.code) == (400, "invalid_idempotency_key")


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/v1/uploads", {"content_type": "image/gif", "size_bytes": 9}, "/content_type"),
        ("/v1/uploads", {"content_type": "image/png", "size_bytes": 0}, "/size_bytes"),
        ("/v1/uploads", {"content_type": "image/png", "size_bytes": 20971521}, "/size_bytes"),
        ("/v1/uploads", {"content_type": "image/png", "size_bytes": "9"}, "/size_bytes"),
        ("/v1/uploads", {"content_type": "image/png", "size_bytes": 9, "key": "../x"}, "/key"),
        ("/v1/characters", {}, "/name"),
        ("/v1/characters", {"name": "x" * 101}, "/name"),
        ("/v1/characters", {"name": "two\nlines"}, "/name"),
        ("/v1/characters", {"name": "M", "seed": 1}, "/seed"),
        ("/v1/characters", {"name": "M", "attributes": {"iq": "9"}}, "/attributes/iq"),
        (
            "/v1/characters",
            {"name": "M", "attributes": {"ethnicity": "x" * 81}},
            "/attributes/ethnicity",
        ),
        ("/v1/characters", {"name": "M", "consistency": {"seed": -1}}, "/consistency/seed"),
        ("/v1/characters", {"name": "M", "generate": {"image_count": 11}}, "/generate/image_count"),
        ("/v1/style-capsules", {"name": "Noir"}, "/prompt"),
        ("/v1/style-capsules", {"name": "Noir", "prompt": "x" * 1001}, "/prompt"),
        ("/v1/style-capsules", {"name": "No\nir", "prompt": "x"}, "/name"),
        (
            "/v1/style-capsules",
            {"name": "N", "prompt": "x", "reference_images": [{"url": "https://e.com/a.png"}]},
            "/reference_images/0/url",
        ),
        (
            "/v1/style-capsules",
            {
                "name": "N",
                "prompt": "x",
                "reference_images": [{"image_id": an_id(Kind.IMAGE, 1)}] * 5,
            },
            "/reference_images",
        ),
    ],
)
def test_other_bodies_are_as_strict(
    shop: Shop, path: str, body: dict[str, Any], pointer: str
) -> None:
    answer = call("POST", path, body)

    assert (answer.status, answer.code) == (422, "validation_failed")
    assert pointer in [one["pointer"] for one in answer.json["errors"]]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"consistency": {"seed": 5}}, "/consistency/seed"),
        ({"name": None}, "/name"),
        ({"name": ""}, "/name"),
        ({"version": 9}, "/version"),
    ],
)
def test_the_seed_of_a_character_is_locked(shop: Shop, body: dict[str, Any], pointer: str) -> None:
    answer = call("PATCH", f"/v1/characters/{shop.character}", body)

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_a_long_unknown_name_is_not_echoed(shop: Shop) -> None:
    answer = call("POST", "/v1/generations", imagine(**{"x" * 5000: 1}))

    assert answer.status == 422
    assert "x" * 65 not in answer.text
