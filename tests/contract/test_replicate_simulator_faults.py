"""The faults of the Replicate simulator in predictions and downloads, met by the real SDK."""

import json
import time
from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from PIL import Image
from pydantic.v1 import ValidationError
from replicate.client import Client
from replicate.exceptions import ReplicateError
from replicate.prediction import Prediction

from infra.local.simulators import SimulatorSettings, in_background, replicate_app
from infra.local.simulators.replicate_faults import REPLICATE_FAULTS
from tests.contract.simulator_clients import (
    REPLICATE_TOKEN,
    Control,
    create,
    eventually,
    http,
    replicate_client,
)

FLUX = "black-forest-labs/flux-2-pro"
SETTINGS = SimulatorSettings(latency=0.0, replicate_api_tokens=frozenset({REPLICATE_TOKEN}))


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


def finished(client: Client) -> Prediction:
    return client.models.predictions.create(FLUX, input={"prompt": "a lake", "seed": 1}, wait=10)


def download(client: Client) -> httpx.Response:
    output = finished(client).output
    assert isinstance(output, str)
    return http("GET", output)


@pytest.mark.parametrize(
    ("fault", "status", "detail"),
    [
        ("rate_limited", 429, "Your rate limit resets in ~5s."),
        ("server_error", 500, "unexpected error"),
        ("unavailable", 503, "temporarily unavailable"),
        ("unauthenticated", 401, "valid authentication token"),
        ("insufficient_credit", 402, "insufficient credit"),
        ("invalid_input", 422, "input.prompt: Invalid type"),
    ],
)
def test_a_refused_create_makes_no_prediction(
    simulator: Control, client: Client, fault: str, status: int, detail: str
) -> None:
    simulator.fault(fault)
    with pytest.raises(ReplicateError) as refused:
        finished(client)
    assert refused.value.status == status
    assert detail in (refused.value.detail or "")
    assert simulator.calls()["charged"] == 0
    assert finished(client).status == "succeeded"


def test_a_rate_limit_says_when_to_come_back(simulator: Control) -> None:
    simulator.fault("rate_limited", retry_after=3)
    assert create(simulator, FLUX, {"prompt": "x"}).json()["retry_after"] == 3
    simulator.fault("rate_limited", retry_after=None)
    assert "retry_after" not in create(simulator, FLUX, {"prompt": "x"}).json()


def test_polling_can_fail_while_the_prediction_runs_on(simulator: Control, client: Client) -> None:
    prediction = finished(client)
    for fault, status in (("server_error", 500), ("unauthenticated", 401), ("not_found", 404)):
        simulator.fault(fault, on="get")
        with pytest.raises(ReplicateError) as refused:
            client.predictions.get(prediction.id)
        assert refused.value.status == status
    simulator.fault("not_json", on="get")
    with pytest.raises(json.JSONDecodeError):
        client.predictions.get(prediction.id)
    assert client.predictions.get(prediction.id).status == "succeeded"


def test_a_dropped_connection_leaves_no_prediction_a_lost_reply_leaves_one(
    simulator: Control, client: Client
) -> None:
    for fault, charged in (("disconnect", 0), ("lost_reply", 1)):
        simulator.fault(fault)
        with pytest.raises(httpx.RemoteProtocolError):
            client.models.predictions.create(FLUX, input={"prompt": "a lake"})
        assert simulator.calls()["charged"] == charged


def test_a_create_may_hang_before_or_after_the_prediction_exists(simulator: Control) -> None:
    for fault, charged in (("hang", 0), ("hang_after_create", 1)):
        simulator.fault(fault, seconds=30)
        with pytest.raises(httpx.ReadTimeout):
            http(
                "POST",
                f"{simulator.base_url}/v1/models/{FLUX}/predictions",
                json={"input": {"prompt": "x"}},
                headers={"authorization": f"Bearer {REPLICATE_TOKEN}"},
                timeout=0.5,
            )
        assert simulator.calls()["charged"] == charged


@pytest.mark.parametrize(
    ("fault", "error"),
    [("failed", "unknown reason"), ("sensitive_content", "(E005)"), ("nsfw", "NSFW content")],
)
def test_a_prediction_can_fail(simulator: Control, client: Client, fault: str, error: str) -> None:
    simulator.fault(fault)
    prediction = finished(client)
    assert (prediction.status, prediction.output) == ("failed", None)
    assert error in (prediction.error or "")


@pytest.mark.parametrize(
    ("fault", "status"), [("aborted", "aborted"), ("unknown_status", "paused")]
)
def test_a_prediction_can_end_in_a_status_the_sdk_does_not_know(
    simulator: Control, client: Client, fault: str, status: str
) -> None:
    simulator.fault(fault)
    with pytest.raises(ValidationError, match="status"):
        finished(client)
    body = http(
        "GET",
        f"{simulator.base_url}/v1/predictions",
        headers={"authorization": f"Bearer {REPLICATE_TOKEN}"},
    ).json()["results"][0]
    assert body["status"] == status
    assert simulator.calls()["charged"] == (0 if fault == "aborted" else 1)


def test_a_stuck_prediction_never_ends_by_itself(simulator: Control, client: Client) -> None:
    simulator.fault("stuck")
    prediction = client.models.predictions.create(FLUX, input={"prompt": "x"}, wait=1)
    assert prediction.status == "processing"
    assert client.predictions.cancel(prediction.id).status == "canceled"


def test_output_comes_in_every_shape_ever_seen(simulator: Control, client: Client) -> None:
    seen = {}
    for fault in [name for name, kind in REPLICATE_FAULTS.items() if kind.stages == ("result",)]:
        simulator.fault(fault)
        seen[fault] = finished(client).output
    assert seen["output_null"] is None
    assert seen["output_empty"] == []
    assert seen["output_text"] == "no picture today"
    assert isinstance(seen["output_list"], list)
    assert isinstance(seen["output_nested"][0], list)  # type: ignore[index]  # shape under test
    assert isinstance(seen["output_object"], dict)
    assert str(seen["output_data_uri"]).startswith("data:image/webp;base64,")
    assert str(seen["output_foreign_host"]).startswith("https://images.example.net/")
    assert len(seen["output_many"] or []) == 50


@pytest.mark.parametrize(
    ("fault", "status"), [("output_expired", 404), ("output_unavailable", 503)]
)
def test_a_finished_picture_may_not_be_there(
    simulator: Control, client: Client, fault: str, status: int
) -> None:
    simulator.fault(fault)
    assert download(client).status_code == status


def test_a_finished_picture_may_redirect_elsewhere(simulator: Control, client: Client) -> None:
    simulator.fault("output_redirect")
    answer = download(client)
    assert (answer.status_code, answer.headers["location"]) == (
        302,
        "http://169.254.169.254/latest/",
    )


def test_a_finished_picture_may_drip_slowly(simulator: Control, client: Client) -> None:
    simulator.fault("output_slow", seconds=1)
    started = time.monotonic()
    picture = download(client)
    assert time.monotonic() - started >= 1
    Image.open(BytesIO(picture.content)).load()


def test_a_finished_picture_may_be_spoilt(simulator: Control, client: Client) -> None:
    simulator.fault("truncated_image")
    with pytest.raises(OSError, match=r"."):
        Image.open(BytesIO(download(client).content)).load()
    simulator.fault("not_an_image")
    assert download(client).content.startswith(b"<!doctype html>")
    simulator.fault("huge_image", megabytes=3)
    assert len(download(client).content) > 3_000_000


def test_every_fault_can_be_ordered_by_its_name_alone(simulator: Control) -> None:
    for name in REPLICATE_FAULTS:
        simulator.fault(name)
    assert len(simulator.faults()) == len(REPLICATE_FAULTS)
    simulator.reset()


def test_pictures_in_the_making_are_counted(simulator: Control) -> None:
    simulator.fault("latency", seconds=1, count=5)
    for _ in range(5):
        create(simulator, FLUX, {"prompt": "x"})
    assert simulator.calls()["peak_in_flight"] >= 2
    assert eventually(lambda: simulator.calls()["in_flight"] == 0)
