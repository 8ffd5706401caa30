"""What a ComfyUI server checks of a graph before it queues it, in its own words (0.33.0)."""

import contextlib
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from infra.local.simulators.comfyui_inputs import Body, Graph, input_faults, node_classes


class ComfyRefusal(Exception):
    """The 400 of `/prompt`."""

    def __init__(
        self,
        kind: str,
        message: str,
        details: str = "",
        *,
        extra: Body | None = None,
        node_errors: Body | None = None,
    ) -> None:
        super().__init__(message)
        error = {"type": kind, "message": message, "details": details, "extra_info": extra or {}}
        self.body: Body = {"error": error, "node_errors": node_errors or {}}


class Checked(NamedTuple):
    """The ids of the nodes that are saved, and what is wrong with those that are not."""

    saving: list[str]
    node_errors: Body


def check_graph(graph: Graph, uploads: frozenset[str]) -> Checked:
    """Raises ComfyRefusal when nothing can be saved. Where one of several outputs is sound, it is
    run, and the faults of the others are told in the same answer."""
    for node_id, node in graph.items():
        _has_class(node_id, node)
    saving = [
        one for one, node in graph.items() if node_classes()[node["class_type"]]["output_node"]
    ]
    if not saving:
        raise ComfyRefusal("prompt_no_outputs", "Prompt has no outputs")
    faults = {
        node_id: errors
        for node_id in sorted(set().union(*(ancestors(graph, one) for one in saving)))
        if (errors := list(input_faults(graph, node_id, uploads)))
    }
    sound = [one for one in saving if not ancestors(graph, one) & faults.keys()]
    if not sound:
        raise refused_graph(graph, saving, faults)
    return Checked(sound, _told(graph, saving, faults))


def refused_graph(
    graph: Graph, saving: list[str], faults: Mapping[str, list[Body]]
) -> ComfyRefusal:
    message = "Prompt outputs failed validation"
    errors = _told(graph, saving, faults)
    return ComfyRefusal("prompt_outputs_failed_validation", message, node_errors=errors)


def prompt_id_from(given: Any) -> str:
    """Since 0.25 a UUID as Python writes it and nothing else. Raises ComfyRefusal."""
    if given is None:
        return str(uuid.uuid4())
    with contextlib.suppress(ValueError, AttributeError):
        if str(uuid.UUID(given)) == given:
            return str(given)
    details = (
        "prompt_id must be a UUID string in canonical lowercase hyphenated form; "
        "omit it to let the server generate one"
    )
    raise ComfyRefusal("invalid_prompt_id", "prompt_id must be a valid UUID", details)


def ancestors(graph: Graph, node_id: str) -> set[str]:
    """The node and all it is made from."""
    found, ahead = set[str](), [node_id]
    while ahead:
        one = ahead.pop()
        if one in graph and one not in found:
            found.add(one)
            ahead += [link[0] for link in graph[one]["inputs"].values() if isinstance(link, list)]
    return found


def _has_class(node_id: str, node: Body) -> None:
    kind, title = node.get("class_type"), node.get("_meta", {}).get("title")
    if kind in node_classes():
        return
    if kind is None:
        message = (
            f"Node '{title or f'ID #{node_id}'}' has no class_type. "
            "The workflow may be corrupted or a custom node is missing."
        )
    else:
        title = title or kind
        message = f"Node '{title}' not found. The custom node may not be installed."
    extra = {"node_id": node_id, "class_type": kind, "node_title": title}
    raise ComfyRefusal("missing_node_type", message, f"Node ID '#{node_id}'", extra=extra)


def _told(graph: Graph, saving: list[str], faults: Mapping[str, list[Body]]) -> Body:
    return {
        node_id: {
            "errors": errors,
            "dependent_outputs": [one for one in saving if node_id in ancestors(graph, one)],
            "class_type": graph[node_id]["class_type"],
        }
        for node_id, errors in faults.items()
    }
