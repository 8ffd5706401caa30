"""Serves finished pictures from the simulator's own origin, where Replicate uses a CDN."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import RedirectResponse, Response, StreamingResponse

from infra.local.simulators.faults import Fault, FaultQueue
from infra.local.simulators.pictures import spoil
from infra.local.simulators.replicate_predictions import Prediction
from infra.local.simulators.replicate_results import media_type

_DRIPS = 100


def serve_output(prediction: Prediction | None, name: str, faults: FaultQueue) -> Response:
    """The picture, or 404 once the prediction's data was removed."""
    number = name.partition(".")[0]
    if prediction is None or not number.isdigit() or int(number) >= len(prediction.pictures):
        return Response("Not Found", status_code=404)
    picture = prediction.pictures[int(number)]
    kind = media_type(picture)
    spoilt = spoil(picture, faults.take("picture", prediction.prompt))
    fault = faults.take("output", prediction.prompt)
    return Response(spoilt, media_type=kind) if fault is None else _odd(spoilt, kind, fault)


def _odd(picture: bytes, kind: str, fault: Fault) -> Response:
    if fault.name == "output_redirect":
        return RedirectResponse(fault.text("location"), status_code=302)
    if fault.name == "output_slow":
        return StreamingResponse(
            _drip(picture, fault.number("seconds")),
            media_type=kind,
            headers={"content-length": str(len(picture))},
        )
    status = 503 if fault.name == "output_unavailable" else 404
    return Response("Service Unavailable" if status == 503 else "Not Found", status_code=status)


async def _drip(picture: bytes, seconds: float) -> AsyncIterator[bytes]:
    """The whole picture, spread evenly over the time."""
    size = max(1, -(-len(picture) // _DRIPS))
    for start in range(0, len(picture), size):
        yield picture[start : start + size]
        await asyncio.sleep(seconds / _DRIPS)
