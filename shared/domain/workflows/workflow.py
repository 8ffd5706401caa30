"""One workflow: a ComfyUI graph in API format, and the manifest that says where its inputs go.

A graph is what ComfyUI's "Export (API)" writes: `{id: {class_type, inputs, _meta: {title}}}`, where
an input is a value or a link `[id, output number]`. Nodes are found by their title, which
survives every new export; ids do not.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from pydantic import ConfigDict, Field

from shared.domain.entity import Entity

type Graph = Mapping[str, Any]

SAVED_AS: Final = "filename_prefix"
"""The field of an output node that names its file; every attempt puts its own id there."""


class BrokenWorkflow(ValueError):
    """A workflow's files contradict each other; the message names the workflow and the node."""


class InputName(StrEnum):
    """What a workflow may take. `reference` is a picture, sides are in pixels."""

    REFERENCE = "reference"
    PROMPT = "prompt"
    NEGATIVE_PROMPT = "negative_prompt"
    SEED = "seed"
    WIDTH = "width"
    HEIGHT = "height"


class OutputName(StrEnum):
    IMAGE = "image"


class Slot(Entity):
    """Where an input goes: the title of a node, and the name of one of its fields."""

    model_config = ConfigDict(extra="forbid")

    node: str
    field: str


class Workflow(Entity):
    """`outputs` holds the titles of the nodes that save a file."""

    model_config = ConfigDict(extra="forbid")

    name: str
    title: str
    description: str
    inputs: Mapping[InputName, Slot]
    outputs: Mapping[OutputName, str]
    graph: Graph = Field(repr=False)

    def takes(self, name: InputName) -> bool:
        return name in self.inputs

    @property
    def takes_size(self) -> bool:
        return self.takes(InputName.WIDTH) and self.takes(InputName.HEIGHT)

    @property
    def saves_in(self) -> str:
        """The id of the node that saves the image."""
        return self.node_id(self.outputs[OutputName.IMAGE])

    def node_id(self, title: str) -> str:
        """Raises BrokenWorkflow unless exactly one node has this title."""
        ids = [one for one, node in self.graph.items() if title_of(node) == title]
        if len(ids) == 1:
            return ids[0]
        found = "several nodes are" if ids else "no node is"
        raise BrokenWorkflow(f"workflow {self.name}: {found} titled {title!r}")

    def check(self) -> None:
        """Raises BrokenWorkflow for the first of its faults."""
        for fault in self._faults():
            raise BrokenWorkflow(f"workflow {self.name}: {fault}")

    def _faults(self) -> Iterator[str]:
        for node_id, node in self.graph.items():
            yield from _dangling(node_id, node, self.graph)
        for name, slot in self.inputs.items():
            fields = self.graph[self.node_id(slot.node)]["inputs"]
            if slot.field not in fields or is_link(fields[slot.field]):
                yield f"{name} has no field {slot.field!r} of its own in node {slot.node!r}"
        if OutputName.IMAGE not in self.outputs:
            yield "no output is named 'image'"
            return
        saving = self.graph[self.saves_in]
        if not isinstance(saving["inputs"].get(SAVED_AS), str):
            yield f"node {title_of(saving)!r} saves no file: it has no field {SAVED_AS!r}"


def title_of(node: Mapping[str, Any]) -> str | None:
    title: str | None = node.get("_meta", {}).get("title")
    return title


def is_link(value: object) -> bool:
    return isinstance(value, list)


def _dangling(node_id: str, node: object, graph: Graph) -> Iterator[str]:
    if not isinstance(node, dict) or not isinstance(node.get("inputs"), dict):
        yield f"node {node_id} is none of ComfyUI's API format"
        return
    for field, value in node["inputs"].items():
        if is_link(value) and value[:1] != [node_id] and not (value and value[0] in graph):
            yield f"field {field!r} of node {title_of(node)!r} leads to no node: {value}"
