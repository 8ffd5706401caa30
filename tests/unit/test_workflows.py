"""Workflows that are offered are whole; one that is not is named before anybody waits for it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.domain.choosing import choose_model
from shared.domain.errors import Unprocessable
from shared.domain.pricing.catalogue import default_model, effective, find_model
from shared.domain.request import Mode, ProviderName, Reach
from shared.domain.wish import Wish
from shared.domain.workflows.catalogue import FOLDER, read_workflows, workflows
from shared.domain.workflows.workflow import BrokenWorkflow, InputName, OutputName

COMFYUI = ProviderName.COMFYUI
type Edit = Callable[[dict[str, Any], dict[str, Any]], object]


def test_a_workflow_for_each_use_is_there_and_one_that_needs_no_weights() -> None:
    assert [one.name for one in workflows()] == ["conform", "imagine", "portrait", "variant"]
    assert default_model(COMFYUI, references=0).id == "imagine"
    assert default_model(COMFYUI, references=1).id == "portrait"
    [conform] = [one for one in workflows() if one.name == "conform"]
    kinds = [node["class_type"] for node in conform.graph.values()]
    assert kinds == ["LoadImage", "ImageScale", "SaveImage"]


def test_a_model_can_do_what_its_workflow_has_an_input_for() -> None:
    portrait, variant, conform = (
        effective(find_model(COMFYUI, name), style_strength=0.5, negative_prompt="hats")
        for name in ("portrait", "variant", "conform")
    )
    assert (portrait.seed, portrait.size) == (Reach.NATIVE, Reach.NATIVE)
    assert portrait.negative_prompt is Reach.PROMPT
    assert variant.size is Reach.IGNORED
    assert (conform.seed, conform.negative_prompt) == (Reach.IGNORED, Reach.IGNORED)
    assert find_model(COMFYUI, "imagine").max_references == 0
    assert find_model(COMFYUI, "portrait").min_references == 1


def test_a_server_of_ones_own_is_asked_only_where_it_is_named() -> None:
    wish = Wish(mode=Mode.IMAGINE, prompt="a lighthouse")
    others = [ProviderName.GEMINI, ProviderName.REPLICATE]
    assert choose_model(wish, [*others, COMFYUI]).provider is ProviderName.GEMINI
    assert choose_model(wish, [COMFYUI, *others]).provider is COMFYUI
    named = wish.model_copy(update={"model": "imagine"})
    assert choose_model(named, [*others, COMFYUI]).provider is COMFYUI
    for asked in (named, wish.model_copy(update={"provider": COMFYUI})):
        with pytest.raises(Unprocessable):
            choose_model(asked, others)


def test_a_workflow_that_is_not_offered_is_not_recommended() -> None:
    wish = Wish(mode=Mode.PORTRAIT, character_id="chr_1", model="black-forest-labs/flux-schnell")
    for offered in ([ProviderName.REPLICATE], [ProviderName.REPLICATE, COMFYUI]):
        with pytest.raises(Unprocessable) as refused:
            choose_model(wish, offered)
        assert ("portrait" in refused.value.details["known"]) == (COMFYUI in offered)


def broken(folder: Path, edit: Edit) -> str:
    """What is said of `portrait` once its graph and manifest have been edited."""
    graph = json.loads((FOLDER / "portrait.json").read_text())
    manifest = json.loads((FOLDER / "portrait.manifest.json").read_text())
    edit(graph, manifest)
    (folder / "portrait.json").write_text(json.dumps(graph))
    (folder / "portrait.manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BrokenWorkflow) as raised:
        read_workflows(folder)
    return str(raised.value)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            lambda graph, manifest: manifest["inputs"]["prompt"].update(node="Words"),
            "workflow portrait: no node is titled 'Words'",
        ),
        (
            lambda graph, manifest: graph["10"].update(_meta={"title": "Prompt"}),
            "workflow portrait: several nodes are titled 'Prompt'",
        ),
        (
            lambda graph, manifest: manifest["inputs"]["seed"].update(field="noise_seed"),
            "workflow portrait: seed has no field 'noise_seed' of its own in node 'Sampler'",
        ),
        (
            lambda graph, manifest: manifest["inputs"]["prompt"].update(field="clip"),
            "workflow portrait: prompt has no field 'clip' of its own in node 'Prompt'",
        ),
        (
            lambda graph, manifest: graph.pop("1"),
            "workflow portrait: field 'model' of node 'Sampler' leads to no node: ['1', 0]",
        ),
        (
            lambda graph, manifest: graph["13"]["inputs"].update(samples=[]),
            "workflow portrait: field 'samples' of node 'Decoded' leads to no node: []",
        ),
        (
            lambda graph, manifest: graph.pop("14"),
            "workflow portrait: no node is titled 'Image'",
        ),
        (
            lambda graph, manifest: manifest["outputs"].clear(),
            "workflow portrait: no output is named 'image'",
        ),
        (
            lambda graph, manifest: manifest["outputs"].update(image="Decoded"),
            "workflow portrait: node 'Decoded' saves no file: it has no field 'filename_prefix'",
        ),
        (
            lambda graph, manifest: graph.update({"99": ["KSampler"]}),
            "workflow portrait: node 99 is none of ComfyUI's API format",
        ),
    ],
)
def test_a_broken_workflow_is_refused_with_its_name_and_the_place(
    tmp_path: Path, edit: Edit, said: str
) -> None:
    assert broken(tmp_path, edit) == said


@pytest.mark.parametrize(
    "edit",
    [
        lambda graph, manifest: manifest["inputs"].update(mood={"node": "Prompt", "field": "text"}),
        lambda graph, manifest: manifest.pop("title"),
        lambda graph, manifest: manifest.update(author="ada"),
    ],
)
def test_a_manifest_has_its_fields_and_no_others(tmp_path: Path, edit: Edit) -> None:
    assert broken(tmp_path, edit).startswith("workflow portrait: ")


def test_a_graph_and_its_manifest_belong_together(tmp_path: Path) -> None:
    (tmp_path / "lonely.json").write_text("{}")
    with pytest.raises(BrokenWorkflow, match="workflow lonely: a graph and its manifest"):
        read_workflows(tmp_path)
    (tmp_path / "lonely.manifest.json").write_text("{")
    with pytest.raises(BrokenWorkflow, match="workflow lonely: "):
        read_workflows(tmp_path)


def test_every_offered_workflow_names_its_image_and_draws_after_something() -> None:
    for one in workflows():
        assert one.graph[one.saves_in]["class_type"] == "SaveImage"
        assert set(one.outputs) == {OutputName.IMAGE}
        assert one.takes(InputName.PROMPT) or one.takes(InputName.REFERENCE)
