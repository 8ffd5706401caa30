"""One graph on its way, and what the ComfyUI simulator's history says of it (0.33.0)."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from infra.local.simulators.calls import Call
from infra.local.simulators.comfyui_inputs import Body, Graph
from infra.local.simulators.faults import Fault

type Ended = tuple[str, Body]
"""The last message of a run: its event, and what comes with it."""


class NodeFailed(Exception):
    """A node raised while it ran; what it said goes into the history."""

    def __init__(self, node_type: str, message: str, kind: str = "RuntimeError") -> None:
        super().__init__(message)
        self.node_type = node_type
        self.kind = kind


@dataclass(slots=True)
class Job:
    """`faults` holds what was queued for it, by stage; `cached` are the nodes that were not run
    again."""

    number: int
    id: str
    graph: Graph
    extra: Body
    saving: list[str]
    call: Call
    faults: dict[str, Fault] = field(default_factory=dict)
    cached: list[str] = field(default_factory=list)
    task: asyncio.Task[Body] | None = None

    @property
    def row(self) -> list[Any]:
        return [self.number, self.id, self.graph, self.extra, self.saving]


def history_entry(job: Job, outputs: Body, status: str, ended: Ended) -> Body:
    cached = {"nodes": job.cached}
    stamp = {"prompt_id": job.id, "timestamp": milliseconds()}
    messages = [("execution_start", {}), ("execution_cached", cached), ended]
    return {
        "prompt": job.row,
        "outputs": outputs,
        "status": {
            "status_str": status,
            "completed": status == "success",
            "messages": [[event, {**data, **stamp}] for event, data in messages],
        },
        "meta": {
            node: {
                "node_id": node,
                "display_node": node,
                "parent_node": None,
                "real_node_id": node,
            }
            for node in outputs
        },
    }


def trouble(job: Job, failed: NodeFailed) -> Ended:
    kinds = {node["class_type"]: node_id for node_id, node in job.graph.items()}
    return "execution_error", {
        "node_id": kinds.get(failed.node_type, job.saving[0]),
        "node_type": failed.node_type,
        "executed": [],
        "exception_message": str(failed),
        "exception_type": failed.kind,
        "traceback": ['  File "/opt/ComfyUI/execution.py", line 496, in execute\n'],
        "current_inputs": {},
        "current_outputs": [],
    }


def interruption(job: Job) -> Ended:
    node = job.saving[0]
    kind = job.graph[node]["class_type"]
    return "execution_interrupted", {"node_id": node, "node_type": kind, "executed": []}


def milliseconds() -> int:
    """Now, as the server stamps it."""
    return round(time.time() * 1000)
