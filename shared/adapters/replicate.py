"""Replicate draws by itself once asked, and calls back; polls find out what a callback lost."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import httpx

from shared.adapters.provider_http import (
    BoundedTransport,
    bounded_seconds,
    no_answer,
    refusal,
    retry_after_header,
)
from shared.adapters.replicate_reply import read_prediction
from shared.adapters.replicate_request import create_body, create_path
from shared.domain.errors import (
    BadOutput,
    ModelRetired,
    ProviderError,
    ProviderTimedOut,
    ProviderUnavailable,
)
from shared.domain.generation import Attempt
from shared.domain.pricing.catalogue import FindModel, recorded_model
from shared.domain.provider import Failed, Pending, PredictionReport, ProviderCall
from shared.domain.request import ProviderName

if TYPE_CHECKING:
    from replicate.client import Client

_ANSWER_WITHIN: Final = timedelta(seconds=30)
_SHORTEST_CANCEL_AFTER: Final = timedelta(seconds=5)


def connect(
    api_key: str,
    base_url: str | None,
    *,
    answer_within: timedelta = _ANSWER_WITHIN,
    find: FindModel = recorded_model,
) -> "Replicate":
    """`base_url` is without `/v1`; None means Replicate's."""
    from replicate.client import Client

    transport = _Transport(answer_within=answer_within)
    client = Client(api_token=api_key, base_url=base_url, transport=transport)
    return Replicate(client, answer_within, find)


class Replicate:
    """An ImageProvider.

    Requests go through the SDK's client but not its typed calls (1.0.7): these send no
    `Cancel-After`, wait for ever, repeat a GET ten times, and cannot read `aborted`.
    """

    def __init__(
        self,
        client: "Client",
        answer_within: timedelta = _ANSWER_WITHIN,
        find: FindModel = recorded_model,
    ) -> None:
        """`client` as `connect` makes it: its transport is what reports errors here."""
        self.name = ProviderName.REPLICATE
        self.calls_back = True
        self._client = client
        self._answer_within = answer_within
        self._find = find

    async def start(self, call: ProviderCall) -> Pending:
        model = self._find(self.name, call.model)
        if model is None:
            raise ModelRetired("The image provider no longer has this model.")
        give_up_after = max(call.give_up_after, _SHORTEST_CANCEL_AFTER)
        try:
            created = await self._request(
                "POST",
                create_path(model),
                json=create_body(model, call),
                headers={"Cancel-After": f"{int(give_up_after.total_seconds())}s"},
            )
        except _Refused as refused:
            raise refused.as_create() from None
        except httpx.RequestError as exc:
            raise no_answer(exc) from exc
        except TimeoutError as exc:
            raise ProviderTimedOut("The image provider did not answer.") from exc
        prediction_id = _document(created).get("id")
        if not isinstance(prediction_id, str) or not prediction_id:
            # It said yes: the prediction may run, and its callback find the attempt.
            raise ProviderTimedOut("The image provider's answer cannot be read.")
        return Pending(prediction_id=prediction_id)

    async def poll(self, attempt: Attempt) -> PredictionReport:
        assert attempt.prediction_id is not None, "only a bound attempt can be asked about"
        try:
            response = await self._ask("GET", _path(attempt.prediction_id))
        except _Refused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise refused.as_error() from None
            gone = BadOutput("The image provider forgot the work.", code="prediction_gone")
            return Failed(gone)
        prediction = _document(response)
        if "status" not in prediction:
            raise ProviderUnavailable("The image provider's answer cannot be read.")
        return self.report(prediction, attempt)

    async def cancel(self, prediction_id: str) -> None:
        """Best effort: one that has ended or is unknown needs no cancelling."""
        try:
            await self._ask("POST", f"{_path(prediction_id)}/cancel")
        except _Refused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise refused.as_error() from None

    def report(self, payload: Mapping[str, object], attempt: Attempt) -> PredictionReport:
        assert attempt.prediction_id is not None, "a callback binds its attempt first"
        model = self._find(self.name, attempt.model)
        return read_prediction(payload, attempt.prediction_id, model)

    async def close(self) -> None:
        await self._client._async_client.aclose()

    async def _ask(self, method: str, path: str) -> httpx.Response:
        """A request that changes nothing that is paid for: a lost answer is no answer."""
        try:
            return await self._request(method, path)
        except (httpx.RequestError, TimeoutError) as exc:
            raise ProviderUnavailable("The image provider cannot be asked.") from exc

    async def _request(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The transport bounds each wait for bytes, this the whole."""
        async with asyncio.timeout(self._answer_within.total_seconds()):
            return await self._client._async_request(method, path, **request)


class _Refused(Exception):
    """An error answer, caught below the SDK, which would repeat the request or forget the
    headers."""

    def __init__(self, status: int, body: Mapping[str, Any], headers: httpx.Headers) -> None:
        super().__init__(status)
        self.status = status
        self._body = body
        self._headers = headers

    def as_error(self) -> ProviderError:
        told = retry_after_header(self._headers)
        return refusal(self.status, bounded_seconds(self._body.get("retry_after")) or told)

    def as_create(self) -> ProviderError:
        if str(self._body.get("title")).startswith("Invalid version"):
            return ModelRetired("The image provider no longer has this model.")
        return self.as_error()


class _Transport(BoundedTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            await response.aread()
            await response.aclose()
            raise _Refused(response.status_code, _document(response), response.headers)
        return response


def _path(prediction_id: str) -> str:
    return f"/v1/predictions/{quote(prediction_id, safe='')}"


def _document(response: httpx.Response) -> Mapping[str, Any]:
    """The JSON object in an answer; empty when there is none."""
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
