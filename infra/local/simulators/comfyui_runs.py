"""One graph after the other: the queue, the history, and the server's memory of what it drew."""

import asyncio
import hashlib
import json
import time

from infra.local.simulators.comfyui_desk import Desk
from infra.local.simulators.comfyui_graphs import ancestors
from infra.local.simulators.comfyui_history import (
    Ended,
    Job,
    NodeFailed,
    history_entry,
    interruption,
    trouble,
)
from infra.local.simulators.comfyui_inputs import Body, Graph
from infra.local.simulators.comfyui_pictures import Scaling, plan_picture, scale, with_workflow
from infra.local.simulators.drawing import UnreadableReference
from infra.local.simulators.faults import Fault
from infra.local.simulators.pictures import Artist, spoil
from infra.local.simulators.settings import SimulatorSettings

_FOREVER = 3600.0


class Runs:
    def __init__(self, settings: SimulatorSettings, desk: Desk, artist: Artist) -> None:
        self._settings = settings
        self._desk = desk
        self._artist = artist
        self.uploads: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.history: dict[str, Body] = {}
        self.waiting: list[Job] = []
        self.running: Job | None = None
        self._drawn: dict[str, Body] = {}
        self._working: asyncio.Task[None] | None = None

    def add(self, job: Job) -> None:
        self.waiting.append(job)
        if self._working is None or self._working.done():
            self._working = asyncio.get_running_loop().create_task(self._work())

    def interrupt(self, prompt_id: str | None) -> None:
        """What runs, if it is this one; None is whatever runs."""
        if self.running is not None and prompt_id in (None, self.running.id):
            assert self.running.task is not None, "what runs has a task"
            self.running.task.cancel()

    async def close(self) -> None:
        if self._working is not None:
            self.waiting.clear()
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)

    async def _work(self) -> None:
        while self.waiting:
            job = self.running = self.waiting.pop(0)
            job.task = asyncio.get_running_loop().create_task(self._run(job))
            self._desk.calls.began()
            try:
                outputs = await job.task
                self._remember(job, outputs, "success", ("execution_success", {}))
            except NodeFailed as failed:
                self._remember(job, {}, "error", trouble(job, failed))
            except asyncio.CancelledError:
                if not job.task.done():
                    job.task.cancel()
                    raise
                self._remember(job, {}, "error", interruption(job))
            except _Killed as died:
                self._forget(died.seconds)
            finally:
                self._desk.calls.ended()
                self.running = None

    async def _run(self, job: Job) -> Body:
        """The outputs of its nodes, by id."""
        key = self._key(job)
        if key in self._drawn:
            job.cached = sorted(set().union(*(ancestors(job.graph, one) for one in job.saving)))
            return self._drawn[key]
        delay = job.faults.get("delay")
        pause = asyncio.sleep(delay.number("seconds") if delay else self._settings.latency)
        if (fault := job.faults.get("run")) is not None:
            await pause
            return await self._go_wrong(fault)
        # Drawn while the time passes, so that the latency is the latency.
        pictures, _ = await asyncio.gather(self._pictures(job), pause)
        outputs = {node: {"images": [self._save(job, node, pictures[node])]} for node in pictures}
        self._drawn[key] = outputs
        return outputs

    async def _go_wrong(self, fault: Fault) -> Body:
        match fault.name:
            case "killed":
                raise _Killed(fault.number("seconds"))
            case "stuck":
                await asyncio.sleep(_FOREVER)
            case "runtime_error":
                raise NodeFailed(fault.text("node_type"), fault.text("message"))
        return {}

    async def _pictures(self, job: Job) -> dict[str, bytes]:
        pictures = {}
        for node_id in job.saving:
            try:
                order = await asyncio.to_thread(plan_picture, job.graph, node_id, self.uploads)
                drawn = (
                    await asyncio.to_thread(scale, order)
                    if isinstance(order, Scaling)
                    else await self._artist.draw(order)
                )
            except UnreadableReference as exc:
                said = f"{exc} '/opt/ComfyUI/input/{_loaded(job.graph)}'\n"
                raise NodeFailed("LoadImage", said, "PIL.UnidentifiedImageError") from exc
            pictures[node_id] = with_workflow(drawn, job.graph)
        return pictures

    def _save(self, job: Job, node_id: str, picture: bytes) -> Body:
        """Under the next free number after the prefix, whose folders it keeps."""
        folder, _, stem = job.graph[node_id]["inputs"]["filename_prefix"].rpartition("/")
        number = 1
        while f"{folder}/{stem}_{number:05}_.png".lstrip("/") in self.files:
            number += 1
        name = f"{stem}_{number:05}_.png"
        self.files[f"{folder}/{name}".lstrip("/")] = spoil(picture, job.faults.get("picture"))
        return {"filename": name, "subfolder": folder, "type": "output"}

    def _key(self, job: Job) -> str:
        """The same nodes on the same pictures are not run again."""
        needed = sorted(set().union(*(ancestors(job.graph, one) for one in job.saving)))
        nodes = [(one, job.graph[one]["class_type"], job.graph[one]["inputs"]) for one in needed]
        digest = hashlib.sha256(json.dumps(nodes, sort_keys=True).encode())
        for _, _, inputs in nodes:
            digest.update(self.uploads.get(str(inputs.get("image")), b""))
        return digest.hexdigest()

    def _remember(self, job: Job, outputs: Body, status: str, ended: Ended) -> None:
        self.history[job.id] = history_entry(job, outputs, status, ended)

    def _forget(self, seconds: float) -> None:
        """A restart: only what lies in folders is still there."""
        self.waiting.clear()
        self.history.clear()
        self._drawn.clear()
        self._desk.back_at = time.monotonic() + seconds


def _loaded(graph: Graph) -> str:
    return next(
        str(node["inputs"]["image"]) for node in graph.values() if node["class_type"] == "LoadImage"
    )


class _Killed(Exception):
    def __init__(self, seconds: float) -> None:
        super().__init__("the process died")
        self.seconds = seconds
