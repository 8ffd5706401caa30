"""The ComfyUI adapter against a server that speaks ComfyUI's wire contract."""

import asyncio
import copy
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from shared.adapters import imaging
from shared.adapters.comfyui import ComfyUi, connect
from shared.adapters.comfyui_server import ComfyUiServer
from shared.adapters.comfyui_workflows import prompt_id_of
from shared.domain.errors import (
    BadOutput,
    ModelRetired,
    ProviderAuthFailed,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    WorkLost,
)
from shared.domain.gate import Outcome, heard
from shared.domain.generation import Attempt
from shared.domain.images import ImageFormat
from shared.domain.pricing.catalogue import models
from shared.domain.pricing.model import Model
from shared.domain.provider import Failed, Finished, Pending, ReferencePicture
from shared.domain.request import ProviderName
from shared.domain.workflows.catalogue import workflows
from tests.contract.providers.calls import PROMPT, a_call, an_attempt
from tests.contract.providers.conftest import IMPATIENT
from tests.contract.simulator_clients import Control, eventually, http, small_picture

COMFYUI = ProviderName.COMFYUI
NUMBERS = iter(range(1000, 2000))
WORKFLOWS = [model for model in models() if model.provider is COMFYUI]


def a_small_reference() -> ReferencePicture:
    return ReferencePicture(
        data=small_picture(), format=ImageFormat.PNG, url="https://images.likeness.test/a.png"
    )


def call_for(model: str = "conform", **changes: Any) -> Any:
    """Quick: nothing is drawn, a picture is scaled."""
    fields = {"attempt_id": f"att_{next(NUMBERS)}", "references": (a_small_reference(),)}
    return a_call(model, **fields | {"aspect_ratio": "21:9"} | changes)


def attempt_of(call: Any) -> Attempt:
    attempt = an_attempt(COMFYUI, call.model, call.attempt_id)
    return attempt.model_copy(update={"id": call.attempt_id})


async def drawn(provider: ComfyUi, call: Any) -> bytes:
    finished = await provider.start(call)
    assert isinstance(finished, Finished)
    assert finished.cost_micro_usd == 0
    assert finished.output.data is not None
    return finished.output.data


async def failure(provider: ComfyUi, call: Any) -> ProviderError:
    """How it fails, once it is sure that no word of the caller's is in the error."""
    with pytest.raises(ProviderError) as raised:
        await provider.start(call)
    assert PROMPT not in str(raised.value)
    return raised.value


def history_of(control: Control, attempt_id: str) -> Any:
    prompt_id = prompt_id_of(attempt_id)
    return http("GET", f"{control.base_url}/history/{prompt_id}").json().get(prompt_id)


@pytest.mark.parametrize("model", WORKFLOWS, ids=lambda model: model.id)
async def test_every_workflow_runs_and_takes_what_its_manifest_says(
    comfyui_control: Control, comfyui: ComfyUi, model: Model
) -> None:
    references = (a_small_reference(),) * model.max_references
    call = call_for(model.id, references=references, negative_prompt="hats")
    data = await drawn(comfyui, call)

    with Image.open(BytesIO(data)) as picture:
        sized = model.size.value == "native"
        expected = model.size_of("21:9", model.tier(call.quality))
        assert (picture.size == (expected.width, expected.height)) == sized
    graph = history_of(comfyui_control, call.attempt_id)["prompt"][2]
    fields = {
        name: value
        for node in graph.values()
        for name, value in node["inputs"].items()
        if not isinstance(value, list)
    }
    if model.id != "conform":
        assert fields["text"] == f"{PROMPT}\nAvoid: hats"
        assert fields["seed"] == 42
    if references:
        assert fields["image"].startswith("likeness/")
    assert fields["filename_prefix"] == f"likeness/{call.attempt_id}"


async def test_the_same_wish_again_is_another_file_of_its_own(
    comfyui_control: Control, comfyui: ComfyUi
) -> None:
    """The server would answer the same graph with the file of the first."""
    first, second = call_for(), call_for()
    assert await drawn(comfyui, first) != b""
    await drawn(comfyui, second)
    names = [
        history_of(comfyui_control, one.attempt_id)["outputs"]["3"]["images"][0]["filename"]
        for one in (first, second)
    ]
    assert names == [f"{first.attempt_id}_00001_.png", f"{second.attempt_id}_00001_.png"]


async def test_another_items_file_is_never_taken_for_ours(
    comfyui_control: Control, comfyui: ComfyUi
) -> None:
    """Somebody runs our very graph again, under the id of another attempt."""
    ours = call_for()
    await drawn(comfyui, ours)
    graph = history_of(comfyui_control, ours.attempt_id)["prompt"][2]
    order = {"prompt": graph, "prompt_id": prompt_id_of("att_theirs")}
    http("POST", f"{comfyui_control.base_url}/prompt", json=order)
    eventually(lambda: history_of(comfyui_control, "att_theirs"))
    report = await comfyui.poll(attempt_of(call_for(attempt_id="att_theirs")))
    assert isinstance(report, Failed)
    assert report.error.code == "no_image"


async def test_what_is_stored_tells_nothing_of_the_workflow_and_loses_no_pixel(
    comfyui: ComfyUi,
) -> None:
    data = await drawn(comfyui, call_for())
    assert b"LoadImage" in data
    cleaned = imaging.clean_output(data)
    assert b"LoadImage" not in cleaned
    assert b"tEXt" not in cleaned
    with Image.open(BytesIO(data)) as before, Image.open(BytesIO(cleaned)) as after:
        assert before.text["prompt"]  # type: ignore[attr-defined]  # a PNG has it
        assert before.tobytes() == after.tobytes()


async def test_a_poll_after_the_end_finds_the_same_image(comfyui: ComfyUi) -> None:
    call = call_for()
    finished = await comfyui.start(call)
    assert await comfyui.poll(attempt_of(call)) == finished


async def test_a_lost_reply_is_looked_up_and_not_sent_again(
    comfyui_control: Control, comfyui: ComfyUi
) -> None:
    comfyui_control.fault("lost_reply")
    assert await drawn(comfyui, call_for())
    assert comfyui_control.calls()["by_action"]["prompt"] == 1


async def test_a_reply_lost_before_anything_was_queued_is_lost_work(
    comfyui_control: Control, comfyui: ComfyUi
) -> None:
    comfyui_control.fault("disconnect")
    assert type(await failure(comfyui, call_for())) is WorkLost


async def test_work_that_takes_longer_than_a_call_is_left_to_the_polls(
    comfyui_control: Control, comfyui_url: str
) -> None:
    patience = replace(IMPATIENT, watch=timedelta(milliseconds=100))
    provider = connect(comfyui_url, patience=patience)
    comfyui_control.fault("latency", seconds=0.3)
    call = call_for()
    attempt = attempt_of(call)
    assert await provider.start(call) == Pending(prediction_id=call.attempt_id)
    assert isinstance(await provider.poll(attempt), Pending)
    eventually(lambda: history_of(comfyui_control, call.attempt_id))
    assert isinstance(await provider.poll(attempt), Finished)
    await provider.close()


async def test_a_graph_that_is_refused_says_which_node_and_why(
    comfyui_control: Control, comfyui: ComfyUi
) -> None:
    comfyui_control.fault("node_error", file="flux1-dev-kontext.safetensors")
    error = await failure(comfyui, call_for("portrait"))
    assert (type(error), error.code) == (ProviderRefused, "workflow_refused")
    assert error.message == (
        "The workflow portrait was refused: Model (UNETLoader): Value not in list "
        "(unet_name: 'flux1-dev-kontext.safetensors' not in [])"
    )


async def test_a_graph_without_the_output_that_is_ours_is_a_refusal_although_it_is_taken(
    comfyui: ComfyUi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server runs the output that is sound, and names the other in the same answer."""
    [conform] = [one for one in workflows() if one.name == "conform"]
    graph = copy.deepcopy(dict(conform.graph))
    graph["2"]["inputs"]["crop"] = "left"
    other = {"images": ["1", 0], "filename_prefix": "likeness/other"}
    graph["4"] = {"class_type": "SaveImage", "inputs": other}
    two = conform.model_copy(update={"graph": graph})
    monkeypatch.setattr("shared.adapters.comfyui.find_workflow", lambda name: two)
    error = await failure(comfyui, call_for())
    assert (type(error), error.code) == (ProviderRefused, "workflow_refused")
    assert error.message == (
        "The workflow conform was refused: Scaled (ImageScale): Value not in list "
        "(crop: 'left' not in ['disabled', 'center'])"
    )


async def test_a_reference_that_is_no_picture_is_told_of_without_the_servers_folders(
    comfyui: ComfyUi,
) -> None:
    broken = a_small_reference().model_copy(update={"data": b"no picture at all"})
    error = await failure(comfyui, call_for(references=(broken,)))
    assert (type(error), error.code) == (ProviderRefused, "workflow_failed")
    assert error.message.startswith(
        "The workflow conform failed in Reference (LoadImage): cannot identify image file '"
    )
    assert "/" not in error.message


async def test_a_node_that_fails_while_it_runs_is_final_and_says_why_without_folders(
    comfyui_control: Control, comfyui: ComfyUi
) -> None:
    said = "cannot load\x1b[31m /home/me/ComfyUI/models/vae/ae.safetensors\n" + "x" * 500
    comfyui_control.fault("runtime_error", message=said, node_type="VAEDecode")
    error = await failure(comfyui, call_for("portrait"))
    assert (type(error), error.code) == (ProviderRefused, "workflow_failed")
    assert error.message.startswith(
        "The workflow portrait failed in Decoded (VAEDecode): cannot load [31m ae.safetensors xxx"
    )
    assert len(error.message) == 300


async def test_a_server_killed_mid_run_is_a_passing_trouble_and_said_to_be_well(
    comfyui_control: Control, comfyui: ComfyUi
) -> None:
    comfyui_control.fault("killed", seconds=0.1)
    async with asyncio.timeout(3):
        error = await failure(comfyui, call_for())
    assert (type(error), error.code) == (WorkLost, "work_lost")
    assert heard(error).outcome is Outcome.ANSWERED
    assert await drawn(comfyui, call_for()), "it draws again"


async def test_a_server_that_does_not_come_back_is_not_waited_for_long(
    comfyui_control: Control, comfyui: ComfyUi
) -> None:
    comfyui_control.fault("latency", seconds=0.5)
    call = call_for()
    waiting = asyncio.create_task(failure(comfyui, call))
    await _until_queued(comfyui_control, call.attempt_id)
    comfyui_control.fault("down", count=None)
    async with asyncio.timeout(3):
        assert type(await waiting) is ProviderUnavailable


@pytest.mark.parametrize("stage", ["upload", "prompt"])
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"name": "server_error"}, ProviderUnavailable),
        ({"name": "unavailable"}, ProviderUnavailable),
        ({"name": "not_found"}, ProviderUnavailable),
        ({"name": "not_json", "status": 502}, ProviderUnavailable),
        ({"name": "not_json"}, ProviderUnavailable),
        ({"name": "not_json", "status": 401}, ProviderAuthFailed),
    ],
)
async def test_each_refused_start_has_its_class_and_is_never_sent_twice(
    comfyui_control: Control,
    comfyui: ComfyUi,
    stage: str,
    fault: dict[str, Any],
    expected: type[ProviderError],
) -> None:
    comfyui_control.fault(**fault, on=stage)
    assert type(await failure(comfyui, call_for())) is expected
    assert comfyui_control.calls()["by_action"][stage] == 1


async def test_a_stumble_of_the_watch_is_no_failure(
    comfyui_control: Control, comfyui: ComfyUi
) -> None:
    for fault in ("unavailable", "not_json", "disconnect", "server_error"):
        comfyui_control.fault(fault, on="history")
    comfyui_control.fault("unavailable", on="view")
    assert await drawn(comfyui, call_for())


async def test_a_server_that_is_not_there_costs_nothing() -> None:
    provider = connect("http://127.0.0.1:1")
    assert type(await failure(provider, call_for())) is ProviderUnavailable
    with pytest.raises(ProviderUnavailable):
        await provider.poll(attempt_of(call_for()))
    with pytest.raises(ProviderUnavailable):
        await provider.cancel("att_1")
    await provider.close()


async def test_a_running_and_a_waiting_work_are_cancelled_and_no_other(
    comfyui_control: Control, comfyui: ComfyUi
) -> None:
    comfyui_control.fault("latency", seconds=60)
    running, waiting, other = call_for(), call_for(), call_for()
    tasks = [asyncio.create_task(failure(comfyui, running))]
    await _until_queued(comfyui_control, running.attempt_id)
    tasks.append(asyncio.create_task(failure(comfyui, waiting)))
    await _until_queued(comfyui_control, waiting.attempt_id)
    last = asyncio.create_task(drawn(comfyui, other))
    await _until_queued(comfyui_control, other.attempt_id)

    await comfyui.cancel(waiting.attempt_id)
    assert comfyui_control.calls()["by_action"].get("interrupt", 0) == 0
    await comfyui.cancel(running.attempt_id)
    stopped, removed = await asyncio.gather(*tasks)
    assert (type(stopped), stopped.code) == (BadOutput, "interrupted")
    assert type(removed) is WorkLost
    assert await last


async def _until_queued(control: Control, attempt_id: str) -> None:
    def queued() -> bool:
        told = http("GET", f"{control.base_url}/queue").json()
        return prompt_id_of(attempt_id) in str(told)

    await asyncio.to_thread(eventually, queued)


async def test_an_image_that_is_gone_or_missing_earns_another_try(
    comfyui_control: Control, comfyui: ComfyUi
) -> None:
    comfyui_control.fault("not_found", on="view")
    gone = await failure(comfyui, call_for())
    comfyui_control.fault("no_image")
    missing = await failure(comfyui, call_for())
    assert [(type(one), one.code) for one in (gone, missing)] == [
        (BadOutput, "output_expired"),
        (BadOutput, "no_image"),
    ]


async def test_no_more_is_read_than_an_image_may_have(
    comfyui_control: Control, comfyui_url: str
) -> None:
    server = ComfyUiServer(comfyui_url, timedelta(seconds=5), most_bytes=100_000)
    provider = ComfyUi(server, IMPATIENT)
    comfyui_control.fault("huge_image", megabytes=3)
    assert type(await failure(provider, call_for())) is BadOutput
    await provider.close()


async def test_a_server_that_hangs_is_given_up_in_time(
    comfyui_control: Control, comfyui_url: str
) -> None:
    provider = connect(comfyui_url, answer_within=timedelta(seconds=0.2), patience=IMPATIENT)
    comfyui_control.fault("hang", on="upload", seconds=30)
    async with asyncio.timeout(3):
        assert type(await failure(provider, call_for())) is ProviderUnavailable
    await provider.close()


async def test_a_workflow_that_needs_a_picture_or_is_gone_is_not_sent(
    comfyui_control: Control, comfyui: ComfyUi
) -> None:
    bare = await failure(comfyui, call_for("portrait", references=()))
    assert (type(bare), bare.code) == (ProviderRefused, "reference_required")
    assert type(await failure(comfyui, call_for("sculpture"))) is ModelRetired
    report = await comfyui.poll(attempt_of(call_for("sculpture")))
    assert isinstance(report, Failed)
    assert type(report.error) is ModelRetired
    assert comfyui_control.calls()["requests"] == 0


async def test_nobody_is_believed_who_claims_to_call_back(comfyui: ComfyUi) -> None:
    attempt = attempt_of(call_for(attempt_id="att_9"))
    forged = {"outputs": {"3": {"images": [{"filename": "att_9_00001_.png"}]}}}
    assert comfyui.report(forged, attempt) == Pending(prediction_id="att_9")
