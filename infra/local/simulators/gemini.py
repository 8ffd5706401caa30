"""Gemini's generateContent on this machine: strict about requests, honest about pixels."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.simulators import gemini_errors as errors
from infra.local.simulators.calls import Call, CallLog
from infra.local.simulators.control import control_routes
from infra.local.simulators.drawing import Brief
from infra.local.simulators.faults import FaultQueue
from infra.local.simulators.gemini_answers import picture_answer, refusal_answer
from infra.local.simulators.gemini_errors import GeminiRefusal
from infra.local.simulators.gemini_faults import GEMINI_FAULTS, strike
from infra.local.simulators.gemini_models import ModelCard, model_cards
from infra.local.simulators.gemini_request import (
    GenerateRequest,
    parse_document,
    prompt_of,
    understand,
)
from infra.local.simulators.pictures import Artist, spoil
from infra.local.simulators.serving import cut_connection
from infra.local.simulators.settings import SimulatorSettings

_VERSIONS = ("v1", "v1beta")
_METHOD = ":generateContent"
_REFUSING = frozenset({"prompt_blocked", "blocked", "no_candidates"})


def gemini_app(settings: SimulatorSettings) -> Starlette:
    """Serves `/{v1,v1beta}/models...` and the control routes `/_faults`, `/_calls`."""
    simulator = _GeminiSimulator(settings)
    routes = [
        route
        for version in _VERSIONS
        for route in (
            Route(f"/{version}/models", simulator.list_models, methods=["GET"]),
            Route(f"/{version}/models/{{model}}", simulator.get_model, methods=["GET"]),
            Route(f"/{version}/models/{{target}}", simulator.generate, methods=["POST"]),
        )
    ]

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        simulator.artist.close()

    return Starlette(
        routes=[*routes, *control_routes(simulator.faults, simulator.calls)],
        exception_handlers={GeminiRefusal: _refuse},
        lifespan=lifespan,
    )


async def _refuse(request: Request, refused: Exception) -> Response:
    if not isinstance(refused, GeminiRefusal):
        raise refused
    return JSONResponse(refused.body, status_code=refused.code, headers=refused.headers)


class _GeminiSimulator:
    def __init__(self, settings: SimulatorSettings) -> None:
        self._settings = settings
        self.faults = FaultQueue(GEMINI_FAULTS)
        self.calls = CallLog()
        self.artist = Artist()

    async def list_models(self, request: Request) -> Response:
        self._authenticate(request)
        cards = [card.as_json() for card in model_cards().values() if not card.retired]
        return JSONResponse({"models": cards})

    async def get_model(self, request: Request) -> Response:
        self._authenticate(request)
        return JSONResponse(_card(request, request.path_params["model"]).as_json())

    async def generate(self, request: Request) -> Response:
        call = self.calls.add(
            Call(
                action="generate",
                method=request.method,
                path=request.url.path,
                started_at=datetime.now(UTC).isoformat(),
            )
        )
        self.calls.began()
        try:
            response = await self._generate(request, call)
        except GeminiRefusal as refused:
            call.status = refused.code
            raise
        finally:
            self.calls.ended()
        call.status = response.status_code
        return response

    async def _generate(self, request: Request, call: Call) -> Response:
        self._authenticate(request)
        # Decoding megabytes of base64 and pictures would hold up every other request.
        document = await asyncio.to_thread(parse_document, await request.body())
        call.prompt = prompt_of(document)
        model = _called_card(request)
        call.model = model.id
        asked = await asyncio.to_thread(understand, document, model)
        call.seed, call.references = asked.seed, len(asked.images)
        call.shown = [sha256(image).hexdigest() for image in asked.images]
        trouble = self.faults.strike("generate", call)
        if trouble is not None:
            return await strike(request, trouble, model.id, _version(request))
        return await self._answer(request, asked, call)

    async def _answer(self, request: Request, asked: GenerateRequest, call: Call) -> Response:
        delay = self.faults.strike("delay", call)
        oddity = self.faults.strike("answer", call)
        latency = delay.number("seconds") if delay else self._settings.latency
        if oddity is not None and oddity.name in _REFUSING:
            await self._within_deadline(request, latency)
            return JSONResponse(refusal_answer(asked, oddity))
        self.calls.charge(call)
        # Drawn while the time passes, so that the latency is the latency.
        picture, _ = await asyncio.gather(
            self.artist.draw(self._brief(asked)), self._within_deadline(request, latency)
        )
        spoilt = spoil(picture, self.faults.strike("picture", call))
        response = JSONResponse(picture_answer(asked, spoilt, oddity))
        lost = self.faults.strike("reply", call)
        if lost is None:
            return response
        if lost.name == "lost_reply":
            return await cut_connection(request)
        await asyncio.sleep(lost.number("seconds"))
        return response

    def _authenticate(self, request: Request) -> None:
        key = request.headers.get("x-goog-api-key") or request.query_params.get("key")
        if not key:
            raise errors.missing_key()
        if key not in self._settings.gemini_api_keys:
            raise errors.unknown_key()

    def _brief(self, asked: GenerateRequest) -> Brief:
        width, height = asked.pixels
        return Brief(
            prompt=asked.prompt,
            seed=self.artist.seed(asked.seed),
            width=width,
            height=height,
            references=asked.images,
            format=self._settings.gemini_format,
        )

    async def _within_deadline(self, request: Request, seconds: float) -> None:
        """Sleep; the service gives up at the deadline that the client itself announced."""
        announced = request.headers.get("x-server-timeout", "")
        if announced.isdigit() and seconds > int(announced):
            await asyncio.sleep(int(announced))
            raise errors.deadline_exceeded()
        await asyncio.sleep(seconds)


def _card(request: Request, name: str) -> ModelCard:
    card = model_cards().get(name)
    if card is None or card.retired:
        raise errors.unknown_model(name, _version(request))
    return card


def _called_card(request: Request) -> ModelCard:
    """The model of `{model}:generateContent`; the image models have no other method."""
    target: str = request.path_params["target"]
    if not target.endswith(_METHOD):
        raise errors.unknown_model(target.partition(":")[0], _version(request))
    return _card(request, target.removesuffix(_METHOD))


def _version(request: Request) -> str:
    return request.url.path.split("/")[1]
