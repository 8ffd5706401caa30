"""Routes beside the provider's own: `/_faults` queues trouble, `/_calls` tells what was asked."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.simulators.calls import CallLog
from infra.local.simulators.faults import FaultQueue, UnknownFault


def control_routes(faults: FaultQueue, calls: CallLog) -> list[Route]:
    async def add_fault(request: Request) -> Response:
        try:
            order = json.loads(await request.body())
            if not isinstance(order, dict):
                raise UnknownFault("send one JSON object")
            return JSONResponse(faults.add(order).as_json(), status_code=201)
        except ValueError as refused:
            return JSONResponse({"detail": str(refused)}, status_code=400)

    async def list_faults(request: Request) -> Response:
        return JSONResponse(faults.as_json())

    async def clear_faults(request: Request) -> Response:
        faults.clear()
        return Response(status_code=204)

    async def list_calls(request: Request) -> Response:
        return JSONResponse(calls.as_json())

    async def clear_calls(request: Request) -> Response:
        calls.clear()
        return Response(status_code=204)

    return [
        Route("/_faults", add_fault, methods=["POST"]),
        Route("/_faults", list_faults, methods=["GET"]),
        Route("/_faults", clear_faults, methods=["DELETE"]),
        Route("/_calls", list_calls, methods=["GET"]),
        Route("/_calls", clear_calls, methods=["DELETE"]),
    ]
