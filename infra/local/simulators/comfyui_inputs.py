"""The classes of nodes that the ComfyUI simulator has, and what each field of theirs takes.

`comfyui_nodes.json` says it in the words of `/object_info` (0.33.0); all are ComfyUI's own.
"""

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
    text = Path(__file__).with_name("comfyui_nodes.json").read_text(encoding="utf-8")
    classes: Mapping[str, Any] = json.loads(text)
    return classes


def node_info(kind: str) -> Body:
    """The answer of `/object_info`, without its words for people."""
    node = node_classes()[kind]
    order = {part: list(fields) for part, fields in node["input"].items()}
    lists = [False for _ in node["output"]]
    return {**node, "input_order": order, "output_is_list": lists, "name": kind}


def input_faults(graph: Graph, node_id: str, uploads: frozenset[str]) -> Iterator[Body]:
    """What is wrong with the node's own fields. A number that came as text becomes one."""
    given, wanted = graph[node_id]["inputs"], node_classes()[graph[node_id]["class_type"]]["input"]
    for name in wanted.get("required", {}).keys() - given.keys():
        message = "Required input is missing"
        yield _fault("required_input_missing", message, name, {"input_name": name})
    for name, config in (wanted.get("required", {}) | wanted.get("optional", {})).items():
        if name in given:
            yield from _Field(graph, node_id, name, config).faults(uploads)


class _Field:
    """One field that has a value. `config` is `[type or choices, {bounds}?]`."""

    def __init__(self, graph: Graph, node_id: str, name: str, config: list[Any]) -> None:
        self._graph = graph
        self._given = graph[node_id]["inputs"]
        self._name = name
        self._kind: str | list[str] = config[0]
        self._options: Body = config[1] if len(config) > 1 else {}

    def faults(self, uploads: frozenset[str]) -> Iterator[Body]:
        value = self._given[self._name]
        if isinstance(value, list):
            yield from self._bad_link(value)
        elif self._options.get("image_upload"):
            if value not in uploads:
                details = f"{self._name} - Invalid image file: {value}"
                message = "Custom validation failed for node"
                extra = {"input_name": self._name}
                yield _fault("custom_validation_failed", message, details, extra)
        elif isinstance(self._kind, list):
            if value not in self._kind:
                details = f"{self._name}: '{value}' not in {self._kind}"
                yield self._fault("value_not_in_list", "Value not in list", details)
        elif self._kind in _NUMBERS:
            yield from self._bad_number(value)
        elif self._kind != "STRING":
            yield from self._bad_link([])

    def _bad_link(self, value: list[Any]) -> Iterator[Body]:
        if len(value) != 2:
            message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
            yield self._fault("bad_linked_input", message, self._name)
        elif value[0] not in self._graph:
            message, missing = "Exception when validating inner node", repr(value[0])
            extra = {"exception_message": missing, "exception_type": "KeyError", "traceback": []}
            yield self._fault("exception_during_inner_validation", message, missing, **extra)
        else:
            made = node_classes()[self._graph[value[0]]["class_type"]]["output"][value[1]]
            if isinstance(self._kind, str) and made != self._kind:
                message = "Return type mismatch between linked nodes"
                details = f"{self._name}, received_type({made}) mismatch input_type({self._kind})"
                yield self._fault("return_type_mismatch", message, details, received_type=made)

    def _bad_number(self, value: Any) -> Iterator[Body]:
        try:
            number = self._given[self._name] = _NUMBERS[str(self._kind)](value)
        except (TypeError, ValueError) as exc:
            message = f"Failed to convert an input value to a {self._kind} value"
            details = f"{self._name}, {value}, {exc}"
            yield self._fault("invalid_input_type", message, details, exception_message=str(exc))
            return
        least, most = self._options["min"], self._options["max"]
        if number < least:
            message = f"Value {number} smaller than min of {least}"
            yield self._fault("value_smaller_than_min", message, self._name)
        elif number > most:
            message = f"Value {number} bigger than max of {most}"
            yield self._fault("value_bigger_than_max", message, self._name)

    def _fault(self, kind: str, message: str, details: str, **more: object) -> Body:
        value = self._given[self._name]
        extra = {"input_name": self._name, "input_config": [self._kind, self._options]}
        seen = {"linked_node": value} if "received_type" in more else {"received_value": value}
        return _fault(kind, message, details, extra | seen | more)


def _fault(kind: str, message: str, details: str, extra: Body) -> Body:
    return {"type": kind, "message": message, "details": details, "extra_info": extra}
