"""What the policy refuses, seen by those who asked: nothing is written, told or logged."""

from typing import Any

import pytest

from tests.aws import Aws
from tests.integration.http_client import call

ASKED = "a d3capitated body under neon lights"


@pytest.fixture
def young_character(live: Aws) -> str:
    body = {"name": "Mira", "attributes": {"age_range": "12-14"}}
    return str(call("POST", "/v1/characters", body).json["id"])


def test_a_refusal_names_no_word_and_leaves_no_trace(
    live: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    before = live.records()

    answer = call("POST", "/v1/generations", {"mode": "imagine", "prompt": ASKED})

    assert (answer.status, answer.code) == (422, "content_blocked_input")
    assert answer.json["errors"] == []
    assert live.records() == before
    logged = capsys.readouterr().out
    assert '"content_refused.violence"' in logged
    for word in ("capitated", "neon", "body under"):
        assert word not in answer.text + logged


@pytest.mark.parametrize(
    ("negative", "prompt"), [("nudity, naked, porn", "a lighthouse"), ("gore", "a red apple")]
)
def test_what_must_not_be_seen_may_be_named(live: Aws, negative: str, prompt: str) -> None:
    body = {"mode": "imagine", "prompt": prompt, "negative_prompt": negative}

    assert call("POST", "/v1/generations", body).status == 202


def test_a_portrait_is_judged_with_the_words_of_its_character(
    live: Aws, young_character: str
) -> None:
    before = live.records()
    body = {"mode": "portrait", "character_id": young_character, "prompt": "in a sexy dress"}

    answer = call("POST", "/v1/generations", body)

    assert (answer.status, answer.code) == (422, "content_blocked_input")
    assert live.records() == before


@pytest.mark.parametrize("more", [{}, {"generate": {"image_count": 1}}])
@pytest.mark.parametrize(
    "attributes", [{"outfit_style": "lingerie"}, {"age_range": "12-14", "outfit_style": "sexy"}]
)
def test_a_person_in_refused_words_is_not_created(
    live: Aws, attributes: dict[str, Any], more: dict[str, Any]
) -> None:
    body = {"name": "Mira", "attributes": attributes, **more}

    answer = call("POST", "/v1/characters", body)

    assert (answer.status, answer.code) == (422, "content_blocked_input")
    assert live.records() == []


def test_a_name_is_told_to_no_model_and_so_not_judged(live: Aws) -> None:
    body = {"name": "Porn Sak", "generate": {"image_count": 1}}

    assert call("POST", "/v1/characters", body).status == 201


def test_a_person_is_not_changed_into_refused_words(live: Aws, young_character: str) -> None:
    before = live.records()
    path = f"/v1/characters/{young_character}"

    answer = call("PATCH", path, {"attributes": {"outfit_style": "sexy"}})

    assert (answer.status, answer.code) == (422, "content_blocked_input")
    assert live.records() == before
    assert call("PATCH", path, {"name": "Mira B"}).status == 200
