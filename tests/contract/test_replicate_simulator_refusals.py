"""What the Replicate simulator refuses, in the words of the real service."""

from collections.abc import Iterator

import pytest
from replicate.client import Client
from replicate.exceptions import ReplicateError

from infra.local.simulators import SimulatorSettings, in_background, replicate_app
from tests.contract.simulator_clients import (
    REPLICATE_TOKEN,
    Control,
    create,
    data_uri,
    http,
    post,
    replicate_client,
)

FLUX = "black-forest-labs/flux-2-pro"
FACE_SWAP = "278a81e7ebb22db98bcba54de985d22cc1abeead2754eb1f2af717247be69b34"
SETTINGS = SimulatorSettings(
    latency=0.05,
    replicate_api_tokens=frozenset({REPLICATE_TOKEN}),
)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with in_background(replicate_app(SETTINGS)) as url:
        yield url


@pytest.fixture
def simulator(base_url: str) -> Control:
    control = Control(base_url)
    control.reset()
    return control


@pytest.fixture
def client(base_url: str) -> Iterator[Client]:
    with replicate_client(base_url) as client:
        yield client


@pytest.mark.parametrize("version", ["adirik/interior-design", "no/body", f"{FLUX}:{'0' * 64}"])
def test_a_version_that_does_not_run_is_a_422(simulator: Control, version: str) -> None:
    answer = post(simulator, "predictions", {"version": version, "input": {}})
    assert answer.status_code == 422
    assert answer.json()["title"] == "Invalid version or not permitted"


@pytest.mark.parametrize("model", ["codeplugtech/face-swap", "no/body"])
def test_only_official_models_run_by_name(client: Client, model: str) -> None:
    with pytest.raises(ReplicateError) as refused:
        client.models.predictions.create(model, input={"prompt": "x"})
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("given", "rule", "field", "description"),
    [
        ({}, "required", "input", "prompt is required"),
        ({"prompt": 5}, "invalid_type", "input.prompt", "Expected: string, given: integer"),
        (
            {"prompt": "x", "seed": None},
            "invalid_type",
            "input.seed",
            "Invalid type. Expected: integer, given: null",
        ),
        ({"prompt": "x", "seed": 1.5}, "invalid_type", "input.seed", "given: number"),
        ({"prompt": "x", "seed": True}, "invalid_type", "input.seed", "given: boolean"),
        (
            {"prompt": "x", "output_format": "gif"},
            "enum",
            "input.output_format",
            'output_format must be one of the following: "webp", "jpg", "png"',
        ),
        ({"prompt": "x", "width": 255}, "number_gte", "input.width", "equal to 256"),
        (
            {"prompt": "x", "output_quality": 101},
            "number_lte",
            "input.output_quality",
            "Must be less than or equal to 100",
        ),
        (
            {"prompt": "x", "input_images": "https://example.com/a.png"},
            "invalid_type",
            "input.input_images",
            "Expected: array, given: string",
        ),
        (
            {"prompt": "x", "input_images": ["https://example.com/a.png"] * 9},
            "array_max_items",
            "input.input_images",
            "at most 8 items",
        ),
        (
            {"prompt": "x", "input_images": ["a.png"]},
            "format",
            "input.input_images.0",
            "Does not match format 'uri'",
        ),
        (
            {"prompt": "x", "input_images": [data_uri(bytes(262_145))]},
            "string_lte",
            "input.input_images.0",
            "at most 262144 bytes",
        ),
    ],
)
def test_the_models_input_schema_is_enforced(
    simulator: Control, given: dict[str, object], rule: str, field: str, description: str
) -> None:
    answer = create(simulator, FLUX, given)
    body = answer.json()
    assert (answer.status_code, body["title"]) == (422, "Input validation failed")
    (invalid,) = body["invalid_fields"]
    assert (invalid["type"], invalid["field"]) == (rule, field)
    assert description in invalid["description"]
    assert body["detail"] == f"- {field}: {invalid['description']}\n"
    assert simulator.calls()["charged"] == 0


def test_an_input_name_the_model_does_not_know_is_silently_dropped(simulator: Control) -> None:
    assert create(simulator, FLUX, {"prompt": "x", "promt_strength": 0.5}).status_code == 201
    assert simulator.calls()["calls"][0]["ignored_inputs"] == ["promt_strength"]


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        ("predictions", {"model": FLUX, "input": {}}, "- version is required\n- Additional"),
        (f"models/{FLUX}/predictions", {"prompt": "x"}, "- input is required\n- Additional"),
        (f"models/{FLUX}/predictions", [], "Expected: object, given: array"),
        (f"models/{FLUX}/predictions", {"input": {}, "webhook": "ftp://x"}, "format 'uri'"),
        (
            f"models/{FLUX}/predictions",
            {"input": {}, "webhook_events_filter": ["done"]},
            "must be one of the following",
        ),
    ],
)
def test_the_frame_of_a_create_request_is_checked(
    simulator: Control, path: str, body: object, detail: str
) -> None:
    answer = post(simulator, path, body)
    assert answer.status_code == 422
    assert detail in answer.json()["detail"]


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_wrong_token_is_a_401(base_url: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = http("GET", f"{base_url}/v1/predictions/x", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {
        "title": "Unauthenticated",
        "detail": "You did not pass a valid authentication token",
        "status": 401,
    }


def test_a_prediction_nobody_made_is_not_found(client: Client) -> None:
    for ask in (client.predictions.get, client.predictions.cancel):
        with pytest.raises(ReplicateError) as refused:
            ask("a" * 26)
        assert refused.value.status == 404


@pytest.mark.parametrize("duration", ["4s", "30", "1d", "", "s"])
def test_a_deadline_that_cannot_be_read_is_refused(simulator: Control, duration: str) -> None:
    answer = create(simulator, FLUX, {"prompt": "a lake"}, cancel_after=duration)
    assert answer.status_code == 422
