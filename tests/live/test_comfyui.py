"""The ComfyUI adapter against a real server. Nothing here needs a model's weights: what is run
loads, blurs, scales and saves pictures."""

import asyncio
import copy
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from shared.adapters import imaging
from shared.adapters.comfyui import ComfyUi
from shared.adapters.comfyui_workflows import prompt_id_of
from shared.domain.errors import BadOutput, ProviderRefused, WorkLost
from shared.domain.generation import Attempt
from shared.domain.images import ImageFormat
from shared.domain.provider import Failed, Finished, ProviderCall, ReferencePicture
from shared.domain.request import ProviderName
from shared.domain.workflows.catalogue import workflows
from shared.domain.workflows.workflow import Workflow, is_link
from tests.contract.providers.calls import a_call, an_attempt
from tests.contract.simulator_clients import eventually, http, small_picture
from tests.live.servers import OWN_COMFYUI

NAMES_OF_FILES = {"unet_name", "clip_name1", "clip_name2", "vae_name", "image"}
"""Fields whose values are the server's own files."""
SLOW_STEPS = 150
"""Of a few hundredths of a second each: a server is interrupted between two nodes."""

if not OWN_COMFYUI:
    pytest.skip("LIKENESS_COMFYUI_URL names no ComfyUI server to try", allow_module_level=True)


def a_wish(data: bytes | None = None) -> ProviderCall:
    reference = ReferencePicture(
        data=data or small_picture(), format=ImageFormat.PNG, url="https://images.likeness.test/a"
    )
    return a_call(
        "conform", attempt_id=f"att_{uuid4().hex}", references=(reference,), aspect_ratio="21:9"
    )


def attempt_of(call: ProviderCall) -> Attempt:
    attempt = an_attempt(ProviderName.COMFYUI, call.model, call.attempt_id)
    return attempt.model_copy(update={"id": call.attempt_id})


async def drawn(provider: ComfyUi, call: ProviderCall) -> bytes:
    finished = await provider.start(call)
    assert isinstance(finished, Finished)
    assert finished.output.data is not None
    return finished.output.data


@pytest.fixture
def run_graph(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts another graph in the place of the workflow `conform`."""

    def put(graph: dict[str, Any]) -> None:
        [conform] = [one for one in workflows() if one.name == "conform"]
        other = Workflow.model_validate(conform.model_dump() | {"graph": graph})
        other.check()
        monkeypatch.setattr("shared.adapters.comfyui.find_workflow", lambda name: other)

    return put


def a_graph(steps: int = 0, **scale: Any) -> dict[str, Any]:
    """`conform`, with as many blurs before its end as `steps`."""
    [conform] = [one for one in workflows() if one.name == "conform"]
    graph = copy.deepcopy(dict(conform.graph))
    graph["2"]["inputs"] |= scale
    for step in range(steps):
        last = str(100 + step - 1) if step else "2"
        blur = {"image": [last, 0], "blur_radius": 2, "sigma": 1.0}
        graph[str(100 + step)] = {"class_type": "ImageBlur", "inputs": blur}
    if steps:
        graph["3"]["inputs"]["images"] = [str(100 + steps - 1), 0]
    return graph


async def failure(provider: ComfyUi, call: ProviderCall) -> Exception:
    with pytest.raises((BadOutput, ProviderRefused, WorkLost)) as raised:
        await provider.start(call)
    return raised.value


@pytest.mark.parametrize("workflow", workflows(), ids=lambda one: one.name)
def test_the_server_has_each_node_of_our_workflows_with_these_very_fields(
    workflow: Workflow,
) -> None:
    for node in workflow.graph.values():
        kind = node["class_type"]
        told = http("GET", f"{OWN_COMFYUI}/object_info/{kind}").json()
        assert kind in told, f"this server has no node {kind}"
        fields = told[kind]["input"]
        required, optional = fields.get("required", {}), fields.get("optional", {})
        assert required.keys() <= node["inputs"].keys(), kind
        for name, value in node["inputs"].items():
            assert name in required | optional, f"{kind} has no field {name}"
            _fits(f"{kind}.{name}", value, (required | optional)[name], name in NAMES_OF_FILES)


def _fits(field: str, value: object, wanted: list[Any], of_files: bool) -> None:
    kind, options = wanted[0], (wanted[1] if len(wanted) > 1 else {})
    choices = kind if isinstance(kind, list) else options.get("options")
    if choices is not None and not of_files:
        assert value in choices, field
    if kind in ("INT", "FLOAT") and not is_link(value):
        assert options["min"] <= value <= options["max"], field


async def test_a_picture_is_drawn_in_the_size_asked_for_and_found_again(comfyui: ComfyUi) -> None:
    call = a_wish()
    data = await drawn(comfyui, call)
    with Image.open(BytesIO(data)) as picture:
        assert picture.width > picture.height
        assert "LoadImage" in picture.text["prompt"]  # type: ignore[attr-defined]  # a PNG has it
    assert b"LoadImage" not in imaging.clean_output(data)
    again = await comfyui.poll(attempt_of(call))
    assert isinstance(again, Finished)
    assert again.output.data == data


async def test_the_same_wish_again_has_a_file_of_its_own(
    comfyui: ComfyUi,
) -> None:
    calls = [a_wish(), a_wish()]
    names = []
    for call in calls:
        await drawn(comfyui, call)
        prompt_id = prompt_id_of(call.attempt_id)
        entry = http("GET", f"{OWN_COMFYUI}/history/{prompt_id}").json()[prompt_id]
        names.append(entry["outputs"]["3"]["images"][0]["filename"])
    assert names == [f"{call.attempt_id}_00001_.png" for call in calls]


async def test_what_runs_and_what_waits_are_cancelled_and_no_other(
    comfyui: ComfyUi, run_graph: Any
) -> None:
    run_graph(a_graph(SLOW_STEPS))
    running, waiting = a_wish(), a_wish()
    first = asyncio.create_task(failure(comfyui, running))
    await _queued("queue_running", running)
    second = asyncio.create_task(failure(comfyui, waiting))
    await _queued("queue_pending", waiting)

    await comfyui.cancel(waiting.attempt_id)
    removed = await second
    assert not first.done()
    await comfyui.cancel(running.attempt_id)
    stopped = await first

    assert type(removed) is WorkLost
    assert isinstance(stopped, BadOutput)
    assert stopped.code == "interrupted"
    run_graph(a_graph())
    assert await drawn(comfyui, a_wish()), "the server draws on"


async def _queued(row: str, call: ProviderCall) -> None:
    def seen() -> bool:
        rows = http("GET", f"{OWN_COMFYUI}/queue").json()[row]
        return prompt_id_of(call.attempt_id) in [one[1] for one in rows]

    await asyncio.to_thread(eventually, seen, 30)


async def test_a_graph_that_cannot_run_is_refused_in_the_servers_words(
    comfyui: ComfyUi, run_graph: Any
) -> None:
    run_graph(a_graph(crop="left"))
    told = await failure(comfyui, a_wish())
    assert isinstance(told, ProviderRefused)
    assert told.code == "workflow_refused"
    assert "Scaled (ImageScale): Value not in list (crop: 'left'" in told.message


async def test_a_node_or_a_model_that_the_server_lacks_is_named(
    comfyui: ComfyUi, run_graph: Any
) -> None:
    run_graph(a_graph() | {"7": {"class_type": "LikenessNowhere", "inputs": {}}})
    assert "LikenessNowhere" in str(await failure(comfyui, a_wish()))
    vae = {"class_type": "VAELoader", "inputs": {"vae_name": "nowhere.safetensors"}}
    coded = {"class_type": "VAEEncode", "inputs": {"pixels": ["2", 0], "vae": ["7", 0]}}
    decoded = {"class_type": "VAEDecode", "inputs": {"samples": ["8", 0], "vae": ["7", 0]}}
    graph = a_graph() | {"7": vae, "8": coded, "9": decoded}
    graph["3"]["inputs"] |= {"images": ["9", 0]}
    run_graph(graph)
    assert "VAELoader: Value not in list (vae_name: 'nowhere.safetensors'" in str(
        await failure(comfyui, a_wish())
    )


async def test_an_output_that_is_left_out_is_a_refusal(comfyui: ComfyUi, run_graph: Any) -> None:
    """The server runs the other output, and takes the graph."""
    preview = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
    run_graph(a_graph(crop="left") | {"8": preview})
    told = await failure(comfyui, a_wish())
    assert isinstance(told, ProviderRefused)
    assert "crop: 'left'" in told.message


async def test_a_node_that_fails_while_it_runs_says_why_without_folders(comfyui: ComfyUi) -> None:
    told = await failure(comfyui, a_wish(b"no picture at all"))
    assert isinstance(told, ProviderRefused)
    assert told.code == "workflow_failed"
    assert told.message.startswith("The workflow conform failed in Reference (LoadImage): cannot")
    assert "/" not in told.message


async def test_what_the_server_never_heard_of_is_lost(comfyui: ComfyUi) -> None:
    report = await comfyui.poll(attempt_of(a_wish()))
    assert isinstance(report, Failed)
    assert type(report.error) is WorkLost
    await comfyui.cancel("att_nobody")
