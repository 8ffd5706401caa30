"""What every ComfyUI route starts with: the log, and queued faults."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from infra.local.simulators.calls import Call, CallLog
from infra.local.simulators.comfyui_faults import COMFYUI_FAULTS
from infra.local.simulators.comfyui_graphs import refused_graph
from infra.local.simulators.comfyui_inputs import Body, Graph
from infra.local.simulators.connection_faults import cut_or_garble
from infra.local.simulators.faults import FaultQueue
from infra.local.simulators.serving import cut_connection

_STATUSES = {"server_error": 500, "unavailable": 503, "not_found": 404}

_TROUBLE = "500 Internal Server Error\n\nServer got itself in trouble"

type Endpoint = Callable[[Request, Call], Awaitable[Response]]


class Desk:
    def __init__(self) -> None:
        self.faults = FaultQueue(COMFYUI_FAULTS)
        self.calls = CallLog()
        self.back_at = 0.0
        """When the process is there again, by the monotonic clock."""

    def logged(self, action: str, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint, with its outcome in the call log. While the server is down, nobody."""

        async def answer(request: Request) -> Response:
            call = self.calls.add(
                Call(
                    action=action,
                    method=request.method,
                    path=request.url.path,
                    started_at=datetime.now(UTC).isoformat(),
                )
            )
            if time.monotonic() < self.back_at or self.faults.strike("connect", call) is not None:
                return await cut_connection(request)
            struck = None if action == "prompt" else await self.strike(request, call, action)
            try:
                response = struck or await endpoint(request, call)
            except (ValueError, TypeError, AttributeError):
                # As observed: the server trips over a body that is not what it expects.
                response = Response(_TROUBLE, 500, {"connection": "close"}, "text/plain")
            call.status = response.status_code
            return response

        return answer

    async def strike(self, request: Request, call: Call, stage: str) -> Response | None:
        """Act on a queued HTTP fault: an answer, or None after a mere delay."""
        fault = self.faults.strike(stage, call)
        if fault is None:
            return None
        if fault.name == "hang":
            await asyncio.sleep(fault.number("seconds"))
            return None
        answer = await cut_or_garble(request, fault)
        return answer or Response(status_code=_STATUSES[fault.name])

    def refuse_on_purpose(self, call: Call, graph: Graph, saving: list[str]) -> None:
        """As where a model file is missing; raises ComfyRefusal."""
        fault = self.faults.strike("refuse", call)
        if fault is None:
            return
        node_id, file = next(iter(graph)), fault.text("file")
        error: Body = {
            "type": "value_not_in_list",
            "message": "Value not in list",
            "details": f"unet_name: '{file}' not in []",
            "extra_info": {
                "input_name": "unet_name",
                "input_config": [[], {}],
                "received_value": file,
            },
        }
        raise refused_graph(graph, saving, {node_id: [error]})
