"""The Replicate simulator against the real SDK: predictions, pictures, files."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from replicate.client import Client

from infra.local.simulators import SimulatorSettings, in_background, replicate_app
from tests.contract.simulator_clients import (
    REPLICATE_TOKEN,
    WEBHOOK_SECRET,
    Control,
    astronaut,
    create,
    data_uri,
    eventually,
    http,
    replicate_client,
    small_picture,
)

FLUX = "black-forest-labs/flux-2-pro"
FACE_SWAP = "278a81e7ebb22db98bcba54de985d22cc1abeead2754eb1f2af717247be69b34"
SETTINGS = SimulatorSettings(
    latency=0.05,
    replicate_api_tokens=frozenset({REPLICATE_TOKEN}),
    webhook_secret=WEBHOOK_SECRET,
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


def test_a_prediction_starts_and_later_succeeds_with_a_url(
    simulator: Control, client: Client
) -> None:
    created = client.models.predictions.create(FLUX, input={"prompt": "a lake", "seed": 4})
    assert (created.status, created.version, created.output) == ("starting", "hidden", None)
    assert re.fullmatch(r"[a-z2-7]{26}", created.id)
    created.wait()
    assert created.status == "succeeded"
    assert created.output == f"{simulator.base_url}/_outputs/{created.id}/0.webp"
    assert created.logs == "Using seed: 4\n"
    assert created.metrics is not None
    assert created.metrics["image_count"] == 1
    assert created.completed_at is not None
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}Z", created.completed_at)
    assert datetime.fromisoformat(created.completed_at).tzinfo is UTC
    picture = http("GET", created.output)
    assert picture.headers["content-type"] == "image/webp"
    assert Image.open(BytesIO(picture.content)).size == (1024, 1024)
    assert simulator.calls()["charged"] == 1


def test_waiting_gives_the_finished_prediction(client: Client) -> None:
    done = client.models.predictions.create(
        "black-forest-labs/flux-schnell",
        input={"prompt": "a lake", "num_outputs": 2, "output_format": "jpg"},
        wait=10,
    )
    assert done.status == "succeeded"
    assert [url.rpartition("/")[2] for url in done.output or []] == ["0.jpg", "1.jpg"]


def test_a_wait_that_runs_out_answers_202(simulator: Control) -> None:
    simulator.fault("latency", seconds=5)
    answer = create(simulator, FLUX, {"prompt": "a lake"}, prefer="wait=1")
    assert (answer.status_code, answer.json()["status"]) == (202, "processing")


def test_a_version_names_an_official_model_or_a_community_hash(
    client: Client,
) -> None:
    flux = client.predictions.create(version=FLUX, input={"prompt": "a lake"})
    assert flux.model == FLUX
    given = {"input_image": data_uri(small_picture()), "swap_image": data_uri(small_picture())}
    for version in (FACE_SWAP, f"codeplugtech/face-swap:{FACE_SWAP}"):
        swap = client.predictions.create(version=version, input=given)
        assert (swap.model, swap.version) == ("codeplugtech/face-swap", FACE_SWAP)


def test_a_cancelled_prediction_stays_cancelled(simulator: Control, client: Client) -> None:
    simulator.fault("latency", seconds=30)
    prediction = client.models.predictions.create(FLUX, input={"prompt": "a lake"})
    for _ in range(2):
        assert client.predictions.cancel(prediction.id).status == "canceled"
    assert client.predictions.get(prediction.id).output is None
    assert eventually(lambda: simulator.calls()["in_flight"] == 0)


def test_cancelling_what_has_succeeded_changes_nothing(client: Client) -> None:
    done = client.models.predictions.create(FLUX, input={"prompt": "a lake"}, wait=10)
    assert client.predictions.cancel(done.id).status == "succeeded"


@pytest.mark.parametrize(("latency", "status"), [(20, "canceled"), (100, "aborted")])
def test_a_deadline_cancels_what_runs_and_aborts_what_never_started(
    simulator: Control, latency: float, status: str
) -> None:
    simulator.fault("latency", seconds=latency)
    made = create(simulator, FLUX, {"prompt": "a lake"}, cancel_after="5s").json()

    def ended() -> Any:
        listed = http(
            "GET", made["urls"]["get"], headers={"Authorization": f"Bearer {REPLICATE_TOKEN}"}
        ).json()
        return listed if "completed_at" in listed else None

    assert eventually(ended)["status"] == status
    assert simulator.calls()["charged"] == (0 if status == "aborted" else 1)


def test_pictures_reach_the_model_as_file_url_or_data_uri(
    simulator: Control, client: Client
) -> None:
    photo = BytesIO(astronaut())
    photo.name = "astronaut.png"
    file = client.files.create(photo)
    assert client.files.get(file.id).size == len(astronaut())
    given = {"prompt": "x", "input_images": [file.urls["get"], data_uri(small_picture())]}
    done = client.models.predictions.create(FLUX, input=given, wait=10)
    assert done.status == "succeeded"
    assert simulator.calls()["calls"][0]["references"] == 2
    assert client.files.delete(file.id)
    gone = client.models.predictions.create(FLUX, input=given, wait=10)
    assert gone.status == "failed"
    assert "Not Found" in (gone.error or "")


def test_an_unreadable_input_picture_fails_the_prediction(client: Client) -> None:
    given = {"prompt": "x", "input_images": [data_uri(b"not a picture")]}
    done = client.models.predictions.create(FLUX, input=given, wait=10)
    assert (done.status, done.error) == ("failed", "cannot identify image file")


def test_models_and_the_webhook_secret_can_be_read(client: Client) -> None:
    model = client.models.get("codeplugtech/face-swap")
    assert model.latest_version is not None
    assert model.latest_version.id == FACE_SWAP
    assert client.webhooks.default.secret().key == WEBHOOK_SECRET


def test_an_hour_later_input_output_and_file_are_gone() -> None:
    settings = SimulatorSettings(
        latency=0.0,
        replicate_api_tokens=frozenset({REPLICATE_TOKEN}),
        output_lifetime=0.5,
    )
    with (
        in_background(replicate_app(settings)) as url,
        replicate_client(url) as client,
    ):
        done = client.models.predictions.create(FLUX, input={"prompt": "a lake"}, wait=10)
        output = done.output
        assert isinstance(output, str)
        time.sleep(0.6)
        later = client.predictions.get(done.id)
        assert (later.status, later.output, later.input) == ("succeeded", None, {})
        assert http("GET", output).status_code == 404
