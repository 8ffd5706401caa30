"""Replicate's HTTP API on this machine: predictions, files, models, the webhook secret."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.simulators.control import control_routes
from infra.local.simulators.pictures import Artist
from infra.local.simulators.replicate_desk import Desk
from infra.local.simulators.replicate_errors import ReplicateRefusal, not_found
from infra.local.simulators.replicate_files import FileEndpoints
from infra.local.simulators.replicate_models import ModelSpec, model_specs
from infra.local.simulators.replicate_predictions import Body
from infra.local.simulators.replicate_runs import Runs
from infra.local.simulators.replicate_service import PredictionEndpoints
from infra.local.simulators.replicate_sources import Sources
from infra.local.simulators.replicate_webhooks import WebhookSender
from infra.local.simulators.settings import SimulatorSettings


def replicate_app(settings: SimulatorSettings) -> Starlette:
    """Serves `/v1/...`, finished pictures under `/_outputs/`, and `/_faults`, `/_calls`."""
    desk, artist, sources = Desk(settings), Artist(), Sources()
    webhooks = WebhookSender(settings, desk.calls)
    runs = Runs(settings, calls=desk.calls, artist=artist, sources=sources, webhooks=webhooks)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await runs.close()
        await webhooks.close()
        await sources.close()
        artist.close()

    return Starlette(
        routes=[
            *PredictionEndpoints(desk, runs).routes(),
            *FileEndpoints(desk, sources).routes(),
            *_account_routes(desk),
            *control_routes(desk.faults, desk.calls),
        ],
        exception_handlers={ReplicateRefusal: _refuse, 404: _not_found},
        lifespan=lifespan,
    )


def _account_routes(desk: Desk) -> list[Route]:
    async def webhook_secret(request: Request) -> Response:
        desk.authenticate(request)
        return JSONResponse({"key": desk.settings.webhook_secret})

    async def get_model(request: Request) -> Response:
        desk.authenticate(request)
        spec = model_specs().get("{owner}/{name}".format(**request.path_params))
        if spec is None:
            raise not_found()
        return JSONResponse(_model_body(spec))

    return [
        Route("/v1/webhooks/default/secret", webhook_secret, methods=["GET"]),
        Route("/v1/models/{owner}/{name}", get_model, methods=["GET"]),
    ]


def _model_body(spec: ModelSpec) -> Body:
    owner, _, name = spec.name.partition("/")
    version = {
        "id": spec.version or "hidden",
        "created_at": datetime(2026, 11, 20, tzinfo=UTC).isoformat(),
        "cog_version": "0.16.0",
        "openapi_schema": {},
    }
    return {
        "url": f"https://replicate.com/{spec.name}",
        "owner": owner,
        "name": name,
        "description": "Simulated on this machine",
        "visibility": "public",
        "run_count": 0,
        "default_example": None,
        "latest_version": version,
    }


async def _refuse(request: Request, refused: Exception) -> Response:
    if not isinstance(refused, ReplicateRefusal):
        raise refused
    return JSONResponse(refused.body, refused.status, media_type="application/problem+json")


async def _not_found(request: Request, exc: Exception) -> Response:
    return await _refuse(request, not_found())
