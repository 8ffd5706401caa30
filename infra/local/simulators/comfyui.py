"""A ComfyUI server on this machine: its routes, one graph at a time, pictures that tell all."""

import contextlib
import itertools
import json
import mimetypes
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.simulators.calls import Call
from infra.local.simulators.comfyui_desk import Desk, Endpoint
from infra.local.simulators.comfyui_graphs import ComfyRefusal, check_graph, prompt_id_from
from infra.local.simulators.comfyui_history import Job, milliseconds
from infra.local.simulators.comfyui_inputs import Body, node_classes, node_info
from infra.local.simulators.comfyui_pictures import prompt_of, seed_of
from infra.local.simulators.comfyui_runs import Runs
from infra.local.simulators.control import control_routes
from infra.local.simulators.pictures import Artist
from infra.local.simulators.serving import cut_connection
from infra.local.simulators.settings import SimulatorSettings

_VERSION = "0.33.0"
_CARRIED = ("delay", "run", "picture")
"""Faults that a graph carries with it from its queueing."""


def comfyui_app(settings: SimulatorSettings) -> Starlette:
    """Serves ComfyUI's routes, also under `/api`, and the control routes `/_faults`, `/_calls`.
    There is no socket for progress: who wants to know asks the history."""
    desk = Desk()
    simulator = _ComfyUiSimulator(settings, desk)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await simulator.runs.close()
        simulator.artist.close()

    routes = [
        Route(prefix + path, desk.logged(action, endpoint), methods=[method])
        for prefix in ("", "/api")
        for method, path, action, endpoint in simulator.table()
    ]
    control = control_routes(desk.faults, desk.calls)
    return Starlette(routes=[*routes, *control], lifespan=lifespan)


class _ComfyUiSimulator:
    def __init__(self, settings: SimulatorSettings, desk: Desk) -> None:
        self._desk = desk
        self.artist = Artist()
        self.runs = Runs(settings, desk, self.artist)
        self._numbers = itertools.count(0)

    def table(self) -> list[tuple[str, str, str, Endpoint]]:
        return [
            ("POST", "/upload/image", "upload", self._upload),
            ("POST", "/prompt", "prompt", self._prompt),
            ("GET", "/prompt", "waiting", self._waiting),
            ("GET", "/history/{id}", "history", self._one_history),
            ("GET", "/history", "history", self._history),
            ("POST", "/history", "history", self._change_history),
            ("GET", "/view", "view", self._view),
            ("GET", "/queue", "queue", self._queue),
            ("POST", "/queue", "queue", self._change_queue),
            ("POST", "/interrupt", "interrupt", self._interrupt),
            ("POST", "/free", "free", self._free),
            ("GET", "/system_stats", "stats", self._stats),
            ("GET", "/object_info", "nodes", self._object_info),
            ("GET", "/object_info/{kind}", "nodes", self._object_info),
        ]

    async def _prompt(self, request: Request, call: Call) -> Response:
        order = await request.json()
        try:
            if "prompt" not in order:
                raise ComfyRefusal("no_prompt", "No prompt provided", "No prompt provided")
            prompt_id = prompt_id_from(order.get("prompt_id"))
            return await self._take_graph(request, call, order, prompt_id)
        except ComfyRefusal as refused:
            return JSONResponse(refused.body, 400)

    async def _take_graph(
        self, request: Request, call: Call, order: Body, prompt_id: str
    ) -> Response:
        graph = order["prompt"]
        call.prompt, call.seed = prompt_of(graph), seed_of(graph)
        call.references = sum(node.get("class_type") == "LoadImage" for node in graph.values())
        if (struck := await self._desk.strike(request, call, "prompt")) is not None:
            return struck
        saving, node_errors = check_graph(graph, frozenset(self.runs.uploads))
        self._desk.refuse_on_purpose(call, graph, saving)
        client = {"client_id": order["client_id"]} if "client_id" in order else {}
        job = Job(
            number=next(self._numbers),
            id=prompt_id,
            graph=graph,
            extra={**order.get("extra_data", {}), **client, "create_time": milliseconds()},
            saving=saving,
            call=call,
            faults={
                one: fault for one in _CARRIED if (fault := self._desk.faults.strike(one, call))
            },
        )
        call.prediction_id = job.id
        self.runs.add(job)
        if self._desk.faults.strike("reply", call) is not None:
            return await cut_connection(request)
        return JSONResponse({"prompt_id": job.id, "number": job.number, "node_errors": node_errors})

    async def _upload(self, request: Request, call: Call) -> Response:
        async with request.form() as form:
            image = form.get("image")
            if not isinstance(image, UploadFile) or not image.filename:
                return Response(status_code=400)
            folder, data = str(form.get("subfolder") or ""), await image.read()
            if _leads_out(folder):
                return Response(status_code=400)
            name, overwrite = image.filename, form.get("overwrite") in ("true", "1")
        stem, dot, ending = name.rpartition(".")
        for number in itertools.count(1):
            path = f"{folder}/{name}".lstrip("/")
            if overwrite or self.runs.uploads.get(path, data) == data:
                break
            name = f"{stem} ({number}){dot}{ending}"
        self.runs.uploads[path] = data
        return JSONResponse({"name": name, "subfolder": folder, "type": "input"})

    async def _one_history(self, request: Request, call: Call) -> Response:
        prompt_id = call.prediction_id = request.path_params["id"]
        entry = self.runs.history.get(prompt_id)
        return JSONResponse({} if entry is None else {prompt_id: entry})

    async def _history(self, request: Request, call: Call) -> Response:
        return JSONResponse(self.runs.history)

    async def _change_history(self, request: Request, call: Call) -> Response:
        order = await request.json()
        gone = list(self.runs.history) if order.get("clear") else order.get("delete", [])
        for prompt_id in gone:
            self.runs.history.pop(prompt_id, None)
        return Response()

    async def _view(self, request: Request, call: Call) -> Response:
        asked = request.query_params
        name, folder = asked.get("filename", ""), asked.get("subfolder", "")
        kept = {"output": self.runs.files, "input": self.runs.uploads}.get(
            asked.get("type", "output")
        )
        if name and (kept is None or _leads_out(name)):
            return Response(status_code=400)
        if _leads_out(folder):
            return Response(status_code=403)
        data = (kept or {}).get(f"{folder}/{name}".lstrip("/"))
        if data is None:
            return Response(status_code=404)
        headers = {"content-disposition": f'filename="{name}"', "x-content-type-options": "nosniff"}
        return Response(data, headers=headers, media_type=mimetypes.guess_type(name)[0])

    async def _queue(self, request: Request, call: Call) -> Response:
        running = [] if self.runs.running is None else [self.runs.running.row]
        waiting = [job.row for job in self.runs.waiting]
        return JSONResponse({"queue_running": running, "queue_pending": waiting})

    async def _change_queue(self, request: Request, call: Call) -> Response:
        order = await request.json()
        gone = order.get("delete", [])
        kept = [job for job in self.runs.waiting if job.id not in gone and not order.get("clear")]
        self.runs.waiting[:] = kept
        return Response()

    async def _interrupt(self, request: Request, call: Call) -> Response:
        body = await request.body()
        call.prediction_id = json.loads(body).get("prompt_id") if body else None
        self.runs.interrupt(call.prediction_id)
        return Response()

    async def _free(self, request: Request, call: Call) -> Response:
        return Response()

    async def _stats(self, request: Request, call: Call) -> Response:
        memory = {"ram_total": 2**34, "ram_free": 2**33}
        system = {"os": "linux", **memory, "comfyui_version": _VERSION, "python_version": "3.13"}
        device = {"name": "cpu", "type": "cpu", "index": None, "vram_total": 2**34}
        return JSONResponse({"system": system, "devices": [device]})

    async def _waiting(self, request: Request, call: Call) -> Response:
        left = len(self.runs.waiting) + (self.runs.running is not None)
        return JSONResponse({"exec_info": {"queue_remaining": left}})

    async def _object_info(self, request: Request, call: Call) -> Response:
        """The real one has words for people, too; a class it does not have is {} there as well."""
        asked = request.path_params.get("kind")
        kinds = node_classes().keys() if asked is None else node_classes().keys() & {asked}
        return JSONResponse({kind: node_info(kind) for kind in kinds})


def _leads_out(path: str) -> bool:
    return path.startswith("/") or ".." in path
