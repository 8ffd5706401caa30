"""Puts a call into a workflow's graph, which becomes one that no other attempt has."""

import copy
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

from shared.domain.pricing.model import Model
from shared.domain.provider import ProviderCall
from shared.domain.request import Reach
from shared.domain.workflows.workflow import SAVED_AS, InputName, Workflow

FOLDER: Final = "likeness"
"""Under the server's own input and output folders."""


_ATTEMPTS: Final = UUID("7ad1c0a5-3c5e-5b1e-9c36-6f4c6b656e73")
"""The namespace in which an attempt's id is a UUID. Never to be changed: what is under way at a
server would no longer be known there."""


def prompt_id_of(attempt_id: str) -> str:
    """The name of an attempt's work at the server, which since ComfyUI 0.25 takes nothing but a
    UUID in lower case. It follows from the attempt's id, so that no reply is needed to know it."""
    return str(uuid5(_ATTEMPTS, attempt_id))


def file_prefix(attempt_id: str) -> str:
    """What the attempt's file is called, before a number and its ending. The server answers a
    graph it has run before with the old file: with the id in it, it never has."""
    return f"{FOLDER}/{attempt_id}"


def fill_in(
    workflow: Workflow, model: Model, call: ProviderCall, reference: str | None
) -> dict[str, Any]:
    """The graph as it is sent; `reference` is the uploaded picture's name on the server."""
    graph: dict[str, Any] = copy.deepcopy(dict(workflow.graph))
    for name, value in _values(model, call, reference).items():
        slot = workflow.inputs.get(name)
        if slot is not None and value is not None:
            graph[workflow.node_id(slot.node)]["inputs"][slot.field] = value
    graph[workflow.saves_in]["inputs"][SAVED_AS] = file_prefix(call.attempt_id)
    return graph


def _values(
    model: Model, call: ProviderCall, reference: str | None
) -> Mapping[InputName, str | int | None]:
    worded = model.negative_prompt is Reach.PROMPT
    size = model.size_of(call.aspect_ratio, model.tier(call.quality))
    return {
        InputName.REFERENCE: reference,
        InputName.PROMPT: call.worded_prompt if worded else call.prompt,
        InputName.NEGATIVE_PROMPT: call.negative_prompt or "",
        InputName.SEED: call.seed,
        InputName.WIDTH: size.width,
        InputName.HEIGHT: size.height,
    }
