"""The predictions endpoints: create, look up, list, cancel, and the finished picture."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.simulators import replicate_errors as errors
from infra.local.simulators.calls import Call
from infra.local.simulators.replicate_desk import Desk
from infra.local.simulators.replicate_downloads import serve_output
from infra.local.simulators.replicate_errors import ReplicateRefusal
from infra.local.simulators.replicate_headers import cancel_after_seconds, wait_seconds
from infra.local.simulators.replicate_inputs import (
    CreateRequest,
    check_input,
    read_create_request,
)
from infra.local.simulators.replicate_models import ModelSpec, find_by_version, model_specs
from infra.local.simulators.replicate_predictions import Body, Prediction
from infra.local.simulators.replicate_runs import Runs, image_uris
from infra.local.simulators.serving import cut_connection

_LISTED = 100
# Faults that a prediction carries with it from its creation.
_CARRIED = ("delay", "prediction", "result", "webhook")

Endpoint = Callable[[Request, Call], Awaitable[Response]]


class PredictionEndpoints:
    def __init__(self, desk: Desk, runs: Runs) -> None:
        self._desk = desk
        self._runs = runs

    def routes(self) -> list[Route]:
        model = "/v1/models/{owner}/{name}/predictions"
        single = "/v1/predictions/{id}"
        by_version, by_model = self._create_by_version, self._create_by_model
        return [
            Route("/v1/predictions", self._logged("create", by_version), methods=["POST"]),
            Route(model, self._logged("create", by_model), methods=["POST"]),
            Route("/v1/predictions", self._logged("list", self._list), methods=["GET"]),
            Route(single, self._logged("get", self._get), methods=["GET"]),
            Route(f"{single}/cancel", self._logged("cancel", self._cancel), methods=["POST"]),
            Route("/_outputs/{id}/{name}", self._download, methods=["GET"]),
        ]

    def _logged(self, action: str, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint behind the token check, with its outcome in the call log."""

        async def answer(request: Request) -> Response:
            call = self._desk.log(request, action)
            try:
                self._desk.authenticate(request)
                response = await endpoint(request, call)
            except ReplicateRefusal as refused:
                call.status = refused.status
                raise
            call.status = response.status_code
            return response

        return answer

    async def _create_by_model(self, request: Request, call: Call) -> Response:
        """Official models only: community models run by version, and are not found here."""
        asked = await self._read(request, call, by_version=False)
        spec = model_specs().get("{owner}/{name}".format(**request.path_params))
        if spec is None or not spec.official:
            raise errors.not_found()
        return await self._create(request, call, spec, asked)

    async def _create_by_version(self, request: Request, call: Call) -> Response:
        asked = await self._read(request, call, by_version=True)
        spec = find_by_version(asked.version or "")
        if spec is None:
            raise errors.unknown_version()
        return await self._create(request, call, spec, asked)

    async def _read(self, request: Request, call: Call, *, by_version: bool) -> CreateRequest:
        body = await request.body()
        asked = await asyncio.to_thread(read_create_request, body, by_version=by_version)
        prompt, seed = asked.input.get("prompt"), asked.input.get("seed")
        call.prompt = prompt if isinstance(prompt, str) else ""
        call.seed = seed if isinstance(seed, int) else None
        return asked

    async def _create(
        self, request: Request, call: Call, spec: ModelSpec, asked: CreateRequest
    ) -> Response:
        call.model = spec.name
        struck = await self._desk.strike(request, call, "create")
        if struck is not None:
            return struck
        await asyncio.to_thread(check_input, spec, asked.input)
        wait = wait_seconds(request.headers.get("prefer"))
        deadline = cancel_after_seconds(request.headers.get("cancel-after"))
        call.references = len(image_uris(spec, asked.input))
        call.ignored_inputs = sorted(set(asked.input) - set(spec.fields))
        prediction = self._new_prediction(request, call, spec, asked)
        created = prediction.body()
        self._desk.calls.charge(call)
        self._runs.start(prediction, spec, deadline)
        return await self._reply(request, prediction, created, wait)

    def _new_prediction(
        self, request: Request, call: Call, spec: ModelSpec, asked: CreateRequest
    ) -> Prediction:
        taken = {stage: self._desk.faults.strike(stage, call) for stage in _CARRIED}
        prediction = Prediction(
            model=spec.name,
            version=spec.version or "hidden",
            input=asked.input,
            base_url=self._desk.base_url(request),
            call=call,
            webhook=asked.webhook,
            events=asked.events,
            faults={stage: fault for stage, fault in taken.items() if fault is not None},
        )
        call.prediction_id = prediction.id
        return prediction

    async def _reply(
        self, request: Request, prediction: Prediction, created: Body, wait: int | None
    ) -> Response:
        """201 with the prediction; 202 when the caller's wait ran out before its end."""
        fault = self._desk.faults.strike("reply", prediction.call)
        match fault.name if fault is not None else None:
            case "lost_reply":
                return await cut_connection(request)
            case "webhook_before_reply":
                await prediction.told.wait()
                return JSONResponse(created, status_code=201)
            case "hang_after_create" if fault is not None:
                await asyncio.sleep(fault.number("seconds"))
        if wait is None:
            return JSONResponse(created, status_code=201)
        try:
            await asyncio.wait_for(prediction.ended.wait(), wait)
        except TimeoutError:
            return JSONResponse(prediction.body(), status_code=202)
        return JSONResponse(prediction.body(), status_code=201)

    async def _get(self, request: Request, call: Call) -> Response:
        prediction = self._find(request, call)
        struck = await self._desk.strike(request, call, "get")
        return struck if struck is not None else JSONResponse(prediction.body())

    async def _cancel(self, request: Request, call: Call) -> Response:
        prediction = self._find(request, call)
        struck = await self._desk.strike(request, call, "cancel")
        if struck is not None:
            return struck
        self._runs.cancel(prediction)
        return JSONResponse(prediction.body())

    async def _list(self, request: Request, call: Call) -> Response:
        newest = list(self._runs.predictions.values())[::-1][:_LISTED]
        results = [prediction.body() for prediction in newest]
        return JSONResponse({"previous": None, "next": None, "results": results})

    async def _download(self, request: Request) -> Response:
        """No token: the address itself is the secret, as on Replicate's own host."""
        call = self._desk.log(request, "download")
        call.prediction_id = request.path_params["id"]
        prediction = self._runs.predictions.get(request.path_params["id"])
        response = serve_output(prediction, request.path_params["name"], self._desk.faults)
        call.status = response.status_code
        return response

    def _find(self, request: Request, call: Call) -> Prediction:
        call.prediction_id = request.path_params["id"]
        prediction = self._runs.predictions.get(request.path_params["id"])
        if prediction is None:
            raise errors.not_found()
        call.model, call.prompt = prediction.model, prediction.prompt
        return prediction
