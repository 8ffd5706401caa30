"""The ComfyUI simulator keeps the contract that was observed on a real server (0.3.64)."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from infra.local.simulators import SimulatorSettings, comfyui_app, in_background
from tests.contract.simulator_clients import Control, eventually, http, small_picture

type Graph = dict[str, Any]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with in_background(comfyui_app(SimulatorSettings(latency=0.0))) as url:
        yield url


@pytest.fixture
def control(url: str) -> Control:
    control = Control(url)
    control.reset()
    return control


def upload(url: str, name: str = "face.png", data: bytes = b"", **fields: str) -> dict[str, Any]:
    files = {"image": (name, data or small_picture(), "image/png")}
    answer = http("POST", f"{url}/upload/image", files=files, data={"type": "input", **fields})
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def a_graph(prefix: str = "likeness/att_1", **scale: Any) -> Graph:
    sizes = {"upscale_method": "lanczos", "width": 96, "height": 64, "crop": "center"}
    return {
        "1": {"class_type": "LoadImage", "inputs": {"image": "likeness/face.png"}},
        "2": {"class_type": "ImageScale", "inputs": {"image": ["1", 0], **sizes, **scale}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": prefix}},
    }


def submit(url: str, graph: object, **more: object) -> httpx.Response:
    return http("POST", f"{url}/prompt", json={"prompt": graph, "client_id": "me", **more})


def entry(url: str, prompt_id: str) -> Any:
    return eventually(lambda: http("GET", f"{url}/history/{prompt_id}").json().get(prompt_id))


def saved(told: Any) -> dict[str, str]:
    [file] = told["outputs"]["9"]["images"]
    return dict(file)


def test_an_upload_is_overwritten_or_else_kept_beside_another_of_its_name(url: str) -> None:
    told = {"name": "face.png", "subfolder": "likeness", "type": "input"}
    assert upload(url, subfolder="likeness", overwrite="true") == told
    assert upload(url, subfolder="likeness", overwrite="true") == told
    other = BytesIO()
    Image.new("RGB", (64, 64), "red").save(other, "PNG")
    assert upload(url, data=other.getvalue(), subfolder="likeness")["name"] == "face (1).png"


@pytest.mark.parametrize("base", ["", "/api"])
def test_a_graph_runs_under_the_callers_id_and_its_file_tells_the_workflow(
    url: str, base: str
) -> None:
    upload(url, subfolder="likeness", overwrite="true")
    prompt_id = f"att_own{len(base)}"
    graph = a_graph(f"likeness/{prompt_id}")
    answer = submit(url + base, graph, prompt_id=prompt_id).json()
    assert answer.keys() == {"prompt_id", "number", "node_errors"}
    assert (answer["prompt_id"], answer["node_errors"]) == (prompt_id, {})

    told = entry(url + base, prompt_id)
    assert told["prompt"][1:3] == [prompt_id, graph]
    assert (told["status"]["status_str"], told["status"]["completed"]) == ("success", True)
    assert told["status"]["messages"][-1][0] == "execution_success"
    file = saved(told)
    assert file == {
        "filename": f"{prompt_id}_00001_.png",
        "subfolder": "likeness",
        "type": "output",
    }
    picture = http("GET", f"{url}{base}/view", params=file)
    assert picture.headers["content-type"] == "image/png"
    with Image.open(BytesIO(picture.content)) as image:
        assert image.size == (96, 64)
        assert "LoadImage" in image.text["prompt"]  # type: ignore[attr-defined]  # a PNG has it
    assert http("GET", f"{url}/view", params={**file, "filename": "x.png"}).status_code == 404


def test_the_same_graph_again_points_to_the_old_file_and_an_id_may_come_twice(url: str) -> None:
    upload(url, subfolder="likeness", overwrite="true")
    submit(url, a_graph("likeness/old"), prompt_id="first")
    first = saved(entry(url, "first"))
    submit(url, a_graph("likeness/old"), prompt_id="second")
    assert saved(entry(url, "second")) == first
    submit(url, a_graph("likeness/new"), prompt_id="first")
    assert eventually(lambda: saved(entry(url, "first")) != first)


def test_without_an_id_the_server_draws_one(url: str) -> None:
    upload(url, subfolder="likeness", overwrite="true")
    assert len(submit(url, a_graph()).json()["prompt_id"]) == 36


@pytest.mark.parametrize(
    ("graph", "kind"),
    [
        (None, "no_prompt"),
        ({"1": {"class_type": "Sculpt", "inputs": {}}}, "invalid_prompt"),
        ({"1": {"class_type": "LoadImage", "inputs": {"image": "a"}}}, "prompt_no_outputs"),
        (a_graph(width=-5), "prompt_outputs_failed_validation"),
    ],
)
def test_a_graph_that_cannot_run_is_refused_by_type(url: str, graph: object, kind: str) -> None:
    answer = submit(url, graph)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == kind
    assert answer.json()["error"].keys() == {"type", "message", "details", "extra_info"}


@pytest.mark.parametrize(
    ("changes", "kind", "message", "details"),
    [
        ({"width": -5}, "value_smaller_than_min", "Value -5 smaller than min of 0", "width"),
        (
            {"height": 99999},
            "value_bigger_than_max",
            "Value 99999 bigger than max of 16384",
            "height",
        ),
        (
            {"crop": "left"},
            "value_not_in_list",
            "Value not in list",
            "crop: 'left' not in ['disabled', 'center']",
        ),
        ({"image": ["1"]}, "bad_linked_input", "Bad linked input", "image"),
        ({"image": ["7", 0]}, "exception_during_inner_validation", "Exception when", "'7'"),
        ({"width": "wide"}, "invalid_input_type", "Failed to convert an input", "width, wide"),
    ],
)
def test_a_refusal_names_node_and_field(
    url: str, changes: dict[str, Any], kind: str, message: str, details: str
) -> None:
    upload(url, subfolder="likeness", overwrite="true")
    node = submit(url, a_graph(**changes)).json()["node_errors"]["2"]
    assert (node["class_type"], node["dependent_outputs"]) == ("ImageScale", ["9"])
    [error] = node["errors"]
    assert error["type"] == kind
    assert error["message"].startswith(message)
    assert error["details"].startswith(details)


def test_a_missing_field_and_a_missing_picture_are_told_apart(url: str) -> None:
    graph = a_graph()
    graph["1"]["inputs"]["image"] = "nobody.png"
    del graph["2"]["inputs"]["crop"]
    told = submit(url, graph).json()["node_errors"]
    kinds = {node: told[node]["errors"][0]["type"] for node in told}
    assert kinds == {"1": "custom_validation_failed", "2": "required_input_missing"}


def test_a_body_that_is_no_json_is_a_plain_500(url: str) -> None:
    answer = http("POST", f"{url}/prompt", content=b"{")
    assert (answer.status_code, answer.headers["content-type"][:10]) == (500, "text/plain")


def test_one_runs_others_wait_and_each_can_be_stopped(control: Control, url: str) -> None:
    upload(url, subfolder="likeness", overwrite="true")
    control.fault("latency", seconds=60, count=2)
    for name in ("runs", "waits"):
        submit(url, a_graph(f"likeness/{name}"), prompt_id=name)
    queue = eventually(lambda: _queue(url) if _queue(url)["queue_running"] else None)
    assert [row[1] for row in queue["queue_running"]] == ["runs"]
    assert [row[1] for row in queue["queue_pending"]] == ["waits"]
    assert http("GET", f"{url}/history/runs").json() == {}

    http("POST", f"{url}/interrupt", json={"prompt_id": "waits"})
    assert [row[1] for row in _queue(url)["queue_running"]] == ["runs"], "it does not run"
    http("POST", f"{url}/queue", json={"delete": ["waits"]})
    http("POST", f"{url}/interrupt", json={"prompt_id": "runs"})
    status = entry(url, "runs")["status"]
    assert (status["status_str"], status["completed"]) == ("error", False)
    assert status["messages"][-1][0] == "execution_interrupted"
    assert http("GET", f"{url}/history/waits").json() == {}
    http("POST", f"{url}/history", json={"delete": ["runs"]})
    assert http("GET", f"{url}/history/runs").json() == {}


def _queue(url: str) -> dict[str, list[Any]]:
    told: dict[str, list[Any]] = http("GET", f"{url}/queue").json()
    return told


def test_a_failing_node_is_in_the_history(control: Control, url: str) -> None:
    upload(url, subfolder="likeness", overwrite="true")
    control.fault("runtime_error", message="out of memory", node_type="ImageScale")
    submit(url, a_graph("likeness/fails"), prompt_id="fails")
    event, data = entry(url, "fails")["status"]["messages"][-1]
    assert event == "execution_error"
    assert (data["node_id"], data["node_type"]) == ("2", "ImageScale")
    assert (data["exception_message"], data["exception_type"]) == ("out of memory", "RuntimeError")
    assert data["traceback"]


def test_a_killed_server_is_away_and_then_knows_its_files_alone(control: Control, url: str) -> None:
    upload(url, subfolder="likeness", overwrite="true")
    submit(url, a_graph("likeness/before"), prompt_id="before")
    file = saved(entry(url, "before"))
    control.fault("killed", seconds=0.2)
    submit(url, a_graph("likeness/during"), prompt_id="during")
    eventually(lambda: _is_cut(url))
    assert eventually(lambda: None if _is_cut(url) else _queue(url)) == {
        "queue_running": [],
        "queue_pending": [],
    }
    assert http("GET", f"{url}/history").json() == {}
    assert http("GET", f"{url}/view", params=file).status_code == 200


def _is_cut(url: str) -> bool:
    try:
        _queue(url)
    except (httpx.RemoteProtocolError, httpx.ReadError):
        return True
    return False


def test_a_server_that_is_down_answers_nobody_until_it_is_mended(
    control: Control, url: str
) -> None:
    control.fault("down", count=None)
    assert _is_cut(url)
    control.reset()
    assert not _is_cut(url)


def test_it_says_what_it_is_and_which_nodes_it_has(url: str) -> None:
    assert http("GET", f"{url}/system_stats").json()["system"]["comfyui_version"] == "0.3.64"
    told = http("GET", f"{url}/object_info/SaveImage").json()
    assert told["SaveImage"]["output_node"] is True
    assert http("GET", f"{url}/object_info/Sculpt").json() == {}
    assert http("POST", f"{url}/free", json={}).status_code == 200
