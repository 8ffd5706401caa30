"""What a ComfyUI server checks of a graph before it queues it, in its own words (0.3.64)."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

Body = dict[str, Any]
Graph = Mapping[str, Any]

_NUMBERS = {"INT": int, "FLOAT": float}


@cache
def node_classes() -> Mapping[str, Any]:
    """The classes this server has, with what each field takes; all of them are ComfyUI's own."""
    text = Path(__file__).with_name("comfyui_nodes.json").read_text(encoding="utf-8")
    classes: Mapping[str, Any] = json.loads(text)
    return classes


class ComfyRefusal(Exception):
    """The 400 of `/prompt`."""

    def __init__(
        self, kind: str, message: str, details: str = "", node_errors: Body | None = None
    ) -> None:
        super().__init__(message)
        error = {"type": kind, "message": message, "details": details, "extra_info": {}}
        self.body: Body = {"error": error, "node_errors": node_errors or {}}


def check_graph(graph: Graph, uploads: frozenset[str]) -> list[str]:
    """The ids of the nodes to save; raises ComfyRefusal unless all that they need is sound."""
    for node_id, node in graph.items():
        kind = node.get("class_type")
        if kind not in node_classes():
            message = f"Cannot execute because node {kind} does not exist."
            raise ComfyRefusal("invalid_prompt", message, f"Node ID '#{node_id}'")
    saving = [one for one, node in graph.items() if node_classes()[node["class_type"]].get("saves")]
    if not saving:
        raise ComfyRefusal("prompt_no_outputs", "Prompt has no outputs")
    faults = {
        node_id: errors
        for node_id in sorted(set().union(*(ancestors(graph, one) for one in saving)))
        if (errors := list(_faults(graph, graph[node_id], uploads)))
    }
    if faults:
        raise refused_graph(graph, saving, faults)
    return saving


def refused_graph(
    graph: Graph, saving: list[str], faults: Mapping[str, list[Body]]
) -> ComfyRefusal:
    node_errors = {
        node_id: {
            "errors": errors,
            "dependent_outputs": saving,
            "class_type": graph[node_id]["class_type"],
        }
        for node_id, errors in faults.items()
    }
    message = "Prompt outputs failed validation"
    return ComfyRefusal("prompt_outputs_failed_validation", message, node_errors=node_errors)


def ancestors(graph: Graph, node_id: str) -> set[str]:
    """The node and all it is made from."""
    found, ahead = set[str](), [node_id]
    while ahead:
        one = ahead.pop()
        if one in graph and one not in found:
            found.add(one)
            ahead += [link[0] for link in graph[one]["inputs"].values() if isinstance(link, list)]
    return found


def _faults(graph: Graph, node: Body, uploads: frozenset[str]) -> Iterator[Body]:
    for name, wanted in node_classes()[node["class_type"]]["inputs"].items():
        if name not in node["inputs"]:
            yield _fault("required_input_missing", "Required input is missing", name, name)
            continue
        value = node["inputs"][name]
        if wanted.get("link") or isinstance(value, list):
            yield from _bad_link(graph, name, value)
        elif "choices" in wanted:
            if value not in wanted["choices"]:
                details = f"{name}: '{value}' not in {wanted['choices']}"
                yield _fault("value_not_in_list", "Value not in list", details, name)
        elif wanted["type"] == "UPLOAD":
            if value not in uploads:
                details = f"image - Invalid image file: {value}"
                message = "Custom validation failed for node"
                yield _fault("custom_validation_failed", message, details, name)
        elif wanted["type"] in _NUMBERS:
            yield from _bad_number(name, value, wanted)


def _bad_link(graph: Graph, name: str, value: object) -> Iterator[Body]:
    if not isinstance(value, list) or len(value) != 2:
        message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
        yield _fault("bad_linked_input", message, name, name)
    elif value[0] not in graph:
        message = "Exception when validating inner node"
        yield _fault("exception_during_inner_validation", message, f"'{value[0]}'", name)


def _bad_number(name: str, value: Any, wanted: Body) -> Iterator[Body]:
    try:
        number = _NUMBERS[wanted["type"]](value)
    except (TypeError, ValueError) as exc:
        message = f"Failed to convert an input value to a {wanted['type']} value"
        yield _fault("invalid_input_type", message, f"{name}, {value}, {exc}", name)
        return
    if number < wanted["min"]:
        message = f"Value {number} smaller than min of {wanted['min']}"
        yield _fault("value_smaller_than_min", message, name, name)
    elif number > wanted["max"]:
        message = f"Value {number} bigger than max of {wanted['max']}"
        yield _fault("value_bigger_than_max", message, name, name)


def _fault(kind: str, message: str, details: str, name: str) -> Body:
    extra = {"input_name": name}
    return {"type": kind, "message": message, "details": details, "extra_info": extra}
