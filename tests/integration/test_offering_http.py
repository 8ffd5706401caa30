"""What the API says can be asked for is what it takes."""

from typing import Any

import pytest

from shared.domain.pricing.catalogue import PRICE_TABLE, models
from shared.domain.request import JobType, Mode, ProviderName
from tests.aws import Aws
from tests.aws_calls import AwsCalls
from tests.integration.deployed import event
from tests.integration.http_client import call, request_of, send

SAMPLES: dict[str, Any] = {
    "prompt": "a lighthouse",
    "input_image": {"url": "https://pictures.example/a.png"},
    "input_images": [{"url": "https://pictures.example/a.png"}] * 2,
    "mask": {"url": "https://pictures.example/m.png"},
    **dict.fromkeys(("project_id", "branch_id", "scene_id", "shot_id"), "one"),
    "identity": {"type": "lora", "weights": "ada/me"},
}


def test_every_mode_is_told_with_the_fields_it_needs(live: Aws) -> None:
    told = send(event("http_read_modes")).json

    required = {each["mode"]: each["required"] for each in told["modes"]}
    by_their_own_routes = {Mode.VARIANT, Mode.REFERENCE}
    assert required.keys() == set(Mode) - by_their_own_routes
    assert {job for each in told["modes"] for job in each["job_types"]} == set(JobType)
    assert required["redesign"] == ["input_image", "room_type", "style"]
    assert required["face_swap"] == ["identity", "input_image"]
    assert all(each["description"] for each in told["modes"])


def test_what_is_told_to_be_enough_is_accepted(live: Aws) -> None:
    told = call("GET", "/v1/modes").json
    samples = SAMPLES | {
        "room_type": told["room_types"][0]["slug"],
        "style": told["styles"][-1]["slug"],
    }

    for number, mode in enumerate(told["modes"]):
        owner = f"owner-{number}"  # Nobody may have all of them running at once.
        character = call("POST", "/v1/characters", {"name": "Mira"}, owner=owner).json["id"]
        given = samples | {"character_id": character, "mode": mode["mode"]}
        body = {name: given[name] for name in ("mode", *mode["required"])}
        if mode["job_types"]:
            body["job_type"] = mode["job_types"][-1]
        answer = call("POST", "/v1/generations", body, owner=owner)
        assert answer.status == 202, answer.text


@pytest.mark.parametrize("name", ["room_types", "styles", "poses"])
def test_names_come_with_their_words(live: Aws, name: str) -> None:
    named = call("GET", "/v1/modes").json[name]

    assert len(named) >= 10
    assert all(each["slug"] and each["words"] for each in named)


def test_limits_are_those_that_hold(live: Aws) -> None:
    limits = call("GET", "/v1/modes").json["limits"]

    def status(**fields: Any) -> int:
        body = {"mode": "imagine", "prompt": "p"} | fields
        return call("POST", "/v1/generations", body).status

    assert status(image_count=limits["max_image_count"] + 1) == 422
    assert status(width=limits["max_side"] + 1, height=64) == 422
    assert status(width=limits["min_side"] - 1, height=64) == 422
    assert status(width=limits["max_side"], height=limits["min_side"]) == 202


def test_every_model_of_the_offered_providers_has_prices_and_their_date(live: Aws) -> None:
    told = send(event("http_read_models")).json

    assert told["prices_as_of"] == PRICE_TABLE
    known = [model.id for model in models() if model.provider in told["providers"]]
    assert [each["id"] for each in told["models"]] == known
    for each in told["models"]:
        assert [one["quality"] for one in each["qualities"]] == ["draft", "standard", "high"]
        assert all(one["usd"] > 0 and one["width"] >= 256 for one in each["qualities"])


def test_a_provider_that_is_not_offered_has_no_models_here(
    live: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGE_PROVIDERS", "gemini")

    told = call("GET", "/v1/models").json

    assert told["providers"] == ["gemini"]
    assert {each["provider"] for each in told["models"]} == {"gemini"}


def test_the_default_of_each_use_is_named(live: Aws) -> None:
    told = call("GET", "/v1/models").json["models"]

    defaults = {(each["provider"], use) for each in told for use in each["default_for"]}
    assert defaults == {
        *(("gemini", use) for use in ("words", "person")),
        *(("replicate", use) for use in ("words", "person", "lora")),
    }


def test_there_are_no_workflows_where_comfyui_is_not_offered(live: Aws) -> None:
    assert call("GET", "/v1/workflows").json == {"workflows": []}


def test_workflows_are_told_where_comfyui_is_offered_and_are_its_models(
    live: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGE_PROVIDERS", "gemini,comfyui")

    told = send(event("http_read_workflows")).json["workflows"]

    inputs = {each["name"]: each["inputs"] for each in told}
    assert inputs["portrait"] == ["reference", "prompt", "seed", "width", "height"]
    assert all(each["title"] and each["outputs"] == ["image"] for each in told)
    own = [each for each in call("GET", "/v1/models").json["models"] if each["id"] in inputs]
    assert [each["id"] for each in own] == list(inputs)
    assert {each["provider"] for each in own} == {ProviderName.COMFYUI}
    assert all(one["usd"] == 0 for each in own for one in each["qualities"])


@pytest.mark.parametrize("path", ["/v1/modes", "/v1/models", "/v1/workflows"])
def test_the_offering_costs_no_call_and_is_for_callers_only(
    live: Aws, aws_calls: AwsCalls, path: str
) -> None:
    assert call("GET", path).status == 200
    assert not aws_calls.count

    stranger = request_of("GET", path)
    del stranger["requestContext"]["authorizer"]
    assert send(stranger).status == 401
    assert call("POST", path, {}).status == 405
