"""Requests that would do at another time: plan, quota, running work, the state of a source."""

from typing import Any

import pytest

from shared.domain.ids import Kind
from shared.domain.quality import CheckStatus, Quality
from shared.runtime import aws as aws_module
from shared.runtime import bootstrap
from tests.aws import Aws
from tests.builders import an_id
from tests.integration.http_client import call
from tests.integration.refusals import file_part, send_form
from tests.workshop import png

IMAGINE = {"mode": "imagine", "prompt": "a lighthouse"}


def test_a_second_generation_of_a_free_owner_waits_for_the_first(live: Aws) -> None:
    first = call("POST", "/v1/generations", IMAGINE, groups="[]").json["id"]
    before = live.records()

    refused = call("POST", "/v1/generations", IMAGINE, groups="[]")

    assert (refused.status, refused.code) == (409, "in_flight_limit")
    assert refused.json["generation_ids"] == [first]
    assert live.records() == before


def test_the_sixth_generation_of_a_paid_owner_is_refused(live: Aws) -> None:
    for _ in range(5):
        assert call("POST", "/v1/generations", IMAGINE).status == 202

    assert call("POST", "/v1/generations", IMAGINE).code == "in_flight_limit"


def test_beyond_the_quota_one_is_told_what_is_left_and_when_it_resets(
    live: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAID_MONTHLY_IMAGES", "5")
    assert call("POST", "/v1/generations", IMAGINE | {"image_count": 3}).status == 202
    before = live.records()

    refused = call("POST", "/v1/generations", IMAGINE | {"image_count": 3})

    assert (refused.status, refused.code) == (402, "quota_exceeded")
    told = {name: refused.json[name] for name in ("limit", "used", "left", "requested")}
    assert told == {"limit": 5, "used": 3, "left": 2, "requested": 3}
    assert refused.json["resets_at"].endswith("-01T00:00:00.000Z")
    assert live.records() == before


def test_beyond_the_minutes_requests_one_is_told_when_to_ask_again(
    live: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAID_REQUESTS_PER_MINUTE", "1")
    assert call("POST", "/v1/generations", IMAGINE).status == 202
    before = live.records()

    refused = call("POST", "/v1/generations", IMAGINE)

    assert (refused.status, refused.code) == (429, "rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert live.records() == before


def test_running_work_is_told_before_the_quota(live: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FREE_MONTHLY_IMAGES", "1")
    call("POST", "/v1/generations", IMAGINE, groups="[]")

    assert call("POST", "/v1/generations", IMAGINE, groups="[]").code == "in_flight_limit"


def test_another_body_under_the_same_key_is_refused_even_when_nothing_is_left(
    live: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FREE_MONTHLY_IMAGES", "1")
    key: dict[str, Any] = {"headers": {"idempotency-key": "k"}, "groups": "[]"}
    call("POST", "/v1/generations", IMAGINE, **key)
    before = live.records()

    refused = call("POST", "/v1/generations", IMAGINE | {"prompt": "a lighthousE"}, **key)

    assert (refused.status, refused.code) == (422, "idempotency_key_reused")
    assert live.records() == before


def test_a_source_that_failed_its_checks_is_not_drawn_from(live: Aws) -> None:
    character_id = call("POST", "/v1/characters", {"name": "Mira"}).json["id"]
    send_form(f"/v1/characters/{character_id}/source-image", file_part(png()))
    _fail_checks(character_id)
    body = {"mode": "portrait", "character_id": character_id}
    before = live.records()

    refused = call("POST", "/v1/generations", body)

    assert (refused.status, refused.code) == (409, "source_not_ready")
    assert live.records() == before


def test_what_is_wrong_is_told_in_the_order_of_its_discovery(live: Aws) -> None:
    """Fields, then what is missing, then what the state does not allow."""
    call("POST", "/v1/generations", IMAGINE, groups="[]")
    nobody = an_id(Kind.CHARACTER, 404)

    def code(**changes: Any) -> str:
        body = {"mode": "portrait", "character_id": nobody} | changes
        return call("POST", "/v1/generations", body, groups="[]").code

    assert code(image_count=0) == "validation_failed"
    assert code(model="gemini-1") == "unknown_model"
    assert code() == "not_found"
    assert call("POST", "/v1/generations", IMAGINE, groups="[]").code == "in_flight_limit"


def _fail_checks(character_id: str) -> None:
    from shared.adapters.dynamo.characters import DynamoCharacters
    from tests.integration.http_client import ADA

    characters = DynamoCharacters(aws_module.table(bootstrap.settings().table_name))
    character = characters.get(ADA, character_id)
    assert character.source is not None
    failed = character.source.model_copy(update={"qa": Quality(status=CheckStatus.FAILED)})
    characters.save(
        character.model_copy(update={"source": failed, "version": character.version + 1})
    )
