"""Reads what a ComfyUI server says: refusals of a graph, and how a run of one ended.

Shapes as observed on ComfyUI 0.3.64 and 0.33.0. Its words are shown to the owner, because only
they tell what is missing at the server: bounded, on one line, and without the server's folders.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from shared.adapters.comfyui_workflows import FOLDER
from shared.adapters.provider_http import refusal
from shared.domain.errors import (
    BadOutput,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
)
from shared.domain.workflows.workflow import Workflow, title_of

_MOST_WORDS: Final = 300
_MOST_FAULTS: Final = 3
_FOLDERS: Final = re.compile(r"(?:[A-Za-z]:)?(?:[\\/][\w .~+-]+)*[\\/](?=[\w.+-]+)")


@dataclass(frozen=True, slots=True)
class SavedFile:
    """Where `/view` has it."""

    filename: str
    subfolder: str
    type: str

    @property
    def query(self) -> dict[str, str]:
        return {"filename": self.filename, "subfolder": self.subfolder, "type": self.type}


def read_refusal(status: int, body: object, workflow: Workflow) -> ProviderError:
    """Why a graph was not taken. A missing node or model is refused again each time."""
    if status == HTTPStatus.NOT_FOUND:
        return ProviderUnavailable("There is no ComfyUI server at the address given.")
    said = _mapping(body)
    faults = list(_node_faults(_mapping(said.get("node_errors")), workflow))
    if not faults and (status != HTTPStatus.BAD_REQUEST or "error" not in said):
        return refusal(status, None)
    words = "; ".join(faults[:_MOST_FAULTS]) or _sentence(_mapping(said["error"]))
    return ProviderRefused(
        plain(f"The workflow {workflow.name} was refused: {words}"), code="workflow_refused"
    )


def leaves_out_the_image(taken: object, workflow: Workflow) -> bool:
    """Whether a graph was taken without the node that saves the image. A graph with several
    outputs is run for those that are sound, and the others are named in the same answer."""
    faults = _mapping(_mapping(taken).get("node_errors")).values()
    return any(workflow.saves_in in _list(_mapping(one).get("dependent_outputs")) for one in faults)


def read_ended(entry: Mapping[str, Any], workflow: Workflow, attempt_id: str) -> SavedFile:
    """The file of a run that ended. Raises ProviderError: ProviderRefused with what a node said,
    BadOutput when the run was stopped or made no picture."""
    status = _mapping(entry.get("status"))
    if status.get("status_str") != "success":
        raise _failure(list(_messages(status)), workflow)
    for file in _files(entry, workflow.saves_in):
        # The graph is this attempt's alone, so its file is: anything else is not ours to take.
        if file.subfolder == FOLDER and file.filename.startswith(f"{attempt_id}_"):
            return file
    raise BadOutput("The workflow ended without an image.", code="no_image")


def plain(words: str) -> str:
    """One bounded line that shows no folder of the server."""
    printable = "".join(char if char.isprintable() else " " for char in words[: 4 * _MOST_WORDS])
    line = " ".join(_FOLDERS.sub("", printable).split())
    return line if len(line) <= _MOST_WORDS else f"{line[: _MOST_WORDS - 1]}…"


def _node_faults(node_errors: Mapping[Any, object], workflow: Workflow) -> Iterator[str]:
    for node_id, told in node_errors.items():
        node = _mapping(told)
        for error in _list(node.get("errors")):
            yield f"{_node_name(node_id, node, workflow)}: {_sentence(_mapping(error))}"


def _node_name(node_id: object, told: Mapping[Any, object], workflow: Workflow) -> str:
    node = workflow.graph.get(str(node_id), {})
    title, kind = title_of(node), told.get("class_type") or told.get("node_type")
    return f"{title} ({kind})" if title else str(kind or node_id)


def _sentence(error: Mapping[Any, object]) -> str:
    message, details = error.get("message"), error.get("details")
    return f"{message} ({details})" if details else str(message or "no reason was given")


def _failure(messages: list[tuple[str, Mapping[Any, object]]], workflow: Workflow) -> ProviderError:
    for event, data in messages:
        if event == "execution_error":
            node = _node_name(data.get("node_id"), data, workflow)
            said = str(data.get("exception_message") or data.get("exception_type") or "")
            words = plain(f"The workflow {workflow.name} failed in {node}: {said}")
            return ProviderRefused(words, code="workflow_failed")
    if any(event == "execution_interrupted" for event, _ in messages):
        return BadOutput("The work was interrupted at the ComfyUI server.", code="interrupted")
    return BadOutput("The workflow failed without a reason.", code="prediction_failed")


def _messages(status: Mapping[Any, object]) -> Iterator[tuple[str, Mapping[Any, object]]]:
    for message in _list(status.get("messages")):
        if isinstance(message, list) and len(message) == 2:
            yield str(message[0]), _mapping(message[1])


def _files(entry: Mapping[str, Any], node_id: str) -> Iterator[SavedFile]:
    made = _mapping(_mapping(entry.get("outputs")).get(node_id))
    for file in _list(made.get("images")):
        parts = [_mapping(file).get(name) for name in ("filename", "subfolder", "type")]
        if all(isinstance(part, str) for part in parts):
            yield SavedFile(*map(str, parts))


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
