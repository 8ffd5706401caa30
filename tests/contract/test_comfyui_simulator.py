"""The ComfyUI simulator keeps the contract that was observed on a real server (0.33.0).

What needs no fault is asked of a real server as well, where the environment names one.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from infra.local.simulators import SimulatorSettings, comfyui_app, in_background
from tests.contract.simulator_clients import Control, eventually, http, small_picture
from tests.live.servers import OWN_COMFYUI

type Graph = dict[str, Any]


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    with in_background(comfyui_app(SimulatorSettings(latency=0.0))) as url:
        yield url


@pytest.fixture(params=["", OWN_COMFYUI] if OWN_COMFYUI else [""], ids=lambda url: url or "ours")
def url(request: pytest.FixtureRequest, simulator: str) -> str:
    return request.param or simulator


@pytest.fixture
def control(simulator: str) -> Control:
    control = Control(simulator)
    control.reset()
    return control


def an_id() -> str:
    return str(uuid4())


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
    stem = an_id()
    told = {"name": f"{stem}.png", "subfolder": "likeness", "type": "input"}
    assert upload(url, f"{stem}.png", subfolder="likeness", overwrite="true") == told
    assert upload(url, f"{stem}.png", subfolder="likeness") == told
    other = BytesIO()
    Image.new("RGB", (64, 64), "red").save(other, "PNG")
    kept = upload(url, f"{stem}.png", other.getvalue(), subfolder="likeness")
    assert kept["name"] == f"{stem} (1).png"


@pytest.mark.parametrize("base", ["", "/api"])
def test_a_graph_runs_under_the_callers_id_and_its_file_tells_the_workflow(
    url: str, base: str
) -> None:
    upload(url, subfolder="likeness", overwrite="true")
    prompt_id = an_id()
    graph = a_graph(f"likeness/{prompt_id}")
    answer = submit(url + base, graph, prompt_id=prompt_id).json()
    assert answer.keys() == {"prompt_id", "number", "node_errors"}
    assert (answer["prompt_id"], answer["node_errors"]) == (prompt_id, {})

    told = entry(url + base, prompt_id)
    assert told["prompt"][1:3] == [prompt_id, graph]
    assert (told["status"]["status_str"], told["status"]["completed"]) == ("success", True)
    events = [event for event, _ in told["status"]["messages"]]
    assert events == ["execution_start", "execution_cached", "execution_success"]
    assert told["meta"]["9"]["real_node_id"] == "9"
    file = saved(told)
    assert file == {
        "filename": f"{prompt_id}_00001_.png",
        "subfolder": "likeness",
        "type": "output",
    }
    picture = http("GET", f"{url}{base}/view", params=file)
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["content-disposition"] == f'filename="{prompt_id}_00001_.png"'
    with Image.open(BytesIO(picture.content)) as image:
        assert image.size == (96, 64)
        assert "LoadImage" in image.text["prompt"]  # type: ignore[attr-defined]  # a PNG has it
    for change, status in [
        ({"filename": "x.png"}, 404),
        ({"filename": "../x.png"}, 400),
        ({"subfolder": "../.."}, 403),
        ({"type": "odd"}, 400),
    ]:
        assert http("GET", f"{url}/view", params={**file, **change}).status_code == status


def test_the_same_graph_again_points_to_the_old_file_and_an_id_may_come_twice(url: str) -> None:
    upload(url, subfolder="likeness", overwrite="true")
    one, other = an_id(), an_id()
    submit(url, a_graph(f"likeness/old{one}"), prompt_id=one)
    first = saved(entry(url, one))
    submit(url, a_graph(f"likeness/old{one}"), prompt_id=other)
    again = entry(url, other)
    assert saved(again) == first
    assert again["status"]["messages"][1][1]["nodes"] == ["1", "2", "9"]
    submit(url, a_graph(f"likeness/new{one}"), prompt_id=one)
    assert eventually(lambda: saved(entry(url, one)) != first)


@pytest.mark.parametrize("given", [{}, {"prompt_id": None}])
def test_without_an_id_the_server_draws_one(url: str, given: dict[str, None]) -> None:
    upload(url, subfolder="likeness", overwrite="true")
    assert len(submit(url, a_graph(), **given).json()["prompt_id"]) == 36


@pytest.mark.parametrize(
    "given", ["att_01JD8Z7A5C2RG6V9Y4Z7A2M3PT", "0B5E2C1A-7D0F-4A53-9E5B-1F0C8C3A6D21", "7"]
)
def test_an_id_is_a_uuid_in_lower_case_and_nothing_else(url: str, given: str) -> None:
    answer = submit(url, a_graph(), prompt_id=given)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_prompt_id"


@pytest.mark.parametrize(
    ("graph", "kind"),
    [
        ({"1": {"class_type": "Sculpt", "inputs": {}}}, "missing_node_type"),
        ({"1": {"inputs": {}}}, "missing_node_type"),
        ({}, "prompt_no_outputs"),
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
        (
            {"image": ["1", 1]},
            "return_type_mismatch",
            "Return type mismatch between linked nodes",
            "image, received_type(MASK) mismatch input_type(IMAGE)",
        ),
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


def test_a_refusal_shows_what_came_and_what_was_wanted(url: str) -> None:
    upload(url, subfolder="likeness", overwrite="true")
    told = submit(url, a_graph(crop="left")).json()["node_errors"]["2"]["errors"][0]["extra_info"]
    wanted = [["disabled", "center"], {}]
    assert told == {"input_name": "crop", "input_config": wanted, "received_value": "left"}


def test_a_number_may_come_as_text(url: str) -> None:
    upload(url, subfolder="likeness", overwrite="true")
    prompt_id = submit(url, a_graph(width="96")).json()["prompt_id"]
    assert entry(url, prompt_id)["status"]["completed"] is True


def test_an_output_that_is_sound_is_run_and_the_other_is_told_of(url: str) -> None:
    upload(url, subfolder="likeness", overwrite="true")
    ill = a_graph("likeness/ill", width=-1)
    graph = a_graph() | {
        "12": ill["2"],
        "19": {**ill["9"], "inputs": {**ill["9"]["inputs"], "images": ["12", 0]}},
    }
    answer = submit(url, graph)
    assert answer.status_code == 200
    told = answer.json()["node_errors"]
    assert told.keys() == {"12"}
    assert told["12"]["dependent_outputs"] == ["19"]
    assert entry(url, answer.json()["prompt_id"])["outputs"].keys() == {"9"}


def test_a_missing_field_and_a_missing_picture_are_told_apart(url: str) -> None:
    graph = a_graph()
    graph["1"]["inputs"]["image"] = "nobody.png"
    del graph["2"]["inputs"]["crop"]
    told = submit(url, graph).json()["node_errors"]
    kinds = {node: told[node]["errors"][0]["type"] for node in told}
    assert kinds == {"1": "custom_validation_failed", "2": "required_input_missing"}


@pytest.mark.parametrize(
    ("path", "body"), [("prompt", b"{"), ("prompt", b'{"prompt": null}'), ("queue", b"{")]
)
def test_a_body_that_the_server_trips_over_is_a_plain_500(url: str, path: str, body: bytes) -> None:
    answer = http("POST", f"{url}/{path}", content=body)
    assert (answer.status_code, answer.headers["content-type"][:10]) == (500, "text/plain")
    assert answer.text == "500 Internal Server Error\n\nServer got itself in trouble"


def test_a_body_without_a_graph_is_refused(url: str) -> None:
    bodies: list[Any] = [{}, [1]]
    for body in bodies:
        answer = http("POST", f"{url}/prompt", json=body)
        assert (answer.status_code, answer.json()["error"]["type"]) == (400, "no_prompt")


def test_a_folder_that_leads_out_is_refused(url: str) -> None:
    files = {"image": ("face.png", small_picture(), "image/png")}
    answer = http("POST", f"{url}/upload/image", files=files, data={"subfolder": "../.."})
    assert answer.status_code == 400


def test_what_is_no_picture_fails_in_the_node_that_loads_it(url: str) -> None:
    name = f"{an_id()}.png"
    upload(url, name, b"no picture at all", subfolder="likeness", overwrite="true")
    graph = a_graph()
    graph["1"]["inputs"]["image"] = f"likeness/{name}"
    told = entry(url, submit(url, graph).json()["prompt_id"])
    assert (told["outputs"], told["status"]["status_str"]) == ({}, "error")
    event, data = told["status"]["messages"][-1]
    assert (event, data["node_id"], data["node_type"]) == ("execution_error", "1", "LoadImage")
    assert data["exception_type"] == "PIL.UnidentifiedImageError"
    assert data["exception_message"].startswith("cannot identify image file '/")
    assert data["exception_message"].endswith(f"/input/likeness/{name}'\n")


def test_one_runs_others_wait_and_each_can_be_stopped(control: Control) -> None:
    url = control.base_url
    upload(url, subfolder="likeness", overwrite="true")
    control.fault("latency", seconds=60, count=2)
    runs, waits = an_id(), an_id()
    for name in (runs, waits):
        submit(url, a_graph(f"likeness/{name}"), prompt_id=name)
    queue = eventually(lambda: _queue(url) if _queue(url)["queue_running"] else None)
    assert [row[1] for row in queue["queue_running"]] == [runs]
    assert [row[1] for row in queue["queue_pending"]] == [waits]
    assert http("GET", f"{url}/history/{runs}").json() == {}

    http("POST", f"{url}/interrupt", json={"prompt_id": waits})
    assert [row[1] for row in _queue(url)["queue_running"]] == [runs], "it does not run"
    http("POST", f"{url}/queue", json={"delete": [waits]})
    http("POST", f"{url}/interrupt", json={"prompt_id": runs})
    status = entry(url, runs)["status"]
    assert (status["status_str"], status["completed"]) == ("error", False)
    assert status["messages"][-1][0] == "execution_interrupted"
    assert http("GET", f"{url}/history/{waits}").json() == {}
    http("POST", f"{url}/history", json={"delete": [runs]})
    assert http("GET", f"{url}/history/{runs}").json() == {}


def _queue(url: str) -> dict[str, list[Any]]:
    told: dict[str, list[Any]] = http("GET", f"{url}/queue").json()
    return told


def test_a_failing_node_is_in_the_history(control: Control) -> None:
    url = control.base_url
    upload(url, subfolder="likeness", overwrite="true")
    control.fault("runtime_error", message="out of memory", node_type="ImageScale")
    prompt_id = submit(url, a_graph("likeness/fails")).json()["prompt_id"]
    event, data = entry(url, prompt_id)["status"]["messages"][-1]
    assert event == "execution_error"
    assert (data["node_id"], data["node_type"]) == ("2", "ImageScale")
    assert (data["exception_message"], data["exception_type"]) == ("out of memory", "RuntimeError")
    assert data["traceback"]


def test_a_killed_server_is_away_and_then_knows_its_files_alone(control: Control) -> None:
    url = control.base_url
    upload(url, subfolder="likeness", overwrite="true")
    prompt_id = submit(url, a_graph("likeness/before")).json()["prompt_id"]
    file = saved(entry(url, prompt_id))
    control.fault("killed", seconds=0.2)
    submit(url, a_graph("likeness/during"))
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


def test_a_server_that_is_down_answers_nobody_until_it_is_mended(control: Control) -> None:
    url = control.base_url
    control.fault("down", count=None)
    assert _is_cut(url)
    control.reset()
    assert not _is_cut(url)


def test_it_says_what_it_is_and_which_nodes_it_has(url: str) -> None:
    stats = http("GET", f"{url}/system_stats").json()
    assert {"os", "ram_total", "ram_free", "comfyui_version"} <= stats["system"].keys()
    assert {"name", "type", "index", "vram_total"} <= stats["devices"][0].keys()
    assert http("GET", f"{url}/prompt").json().keys() == {"exec_info"}
    told = http("GET", f"{url}/object_info/ImageScale").json()["ImageScale"]
    assert (told["output_node"], told["output"]) == (False, ["IMAGE"])
    assert told["input"]["required"]["crop"] == [["disabled", "center"]]
    assert told["input_order"]["required"][:2] == ["image", "upscale_method"]
    assert http("GET", f"{url}/object_info").json()["SaveImage"]["output_node"] is True
    assert http("GET", f"{url}/object_info/Sculpt").json() == {}
    assert http("POST", f"{url}/free", json={}).status_code == 200
