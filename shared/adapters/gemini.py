"""Gemini draws one picture per call and answers within the call."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import httpx

from shared.adapters.gemini_reply import read_error, read_reply
from shared.adapters.provider_http import BoundedTransport, no_answer, tls
from shared.domain.errors import ModelRetired, ProviderTimedOut, ProviderUnavailable
from shared.domain.generation import Attempt
from shared.domain.limits import PROVIDER_CALL
from shared.domain.pricing.catalogue import FindModel, Model, recorded_model
from shared.domain.pricing.model import TokenPrice
from shared.domain.provider import Failed, Finished, PredictionReport, ProviderCall
from shared.domain.request import ProviderName, Reach

if TYPE_CHECKING:
    from google.genai import Client, types

_ANSWER_WITHIN: Final = PROVIDER_CALL - timedelta(seconds=2)
"""Told to the service too: better its word that the time is up than ours."""


def connect(
    api_key: str, base_url: str | None, *, answer_within: timedelta = _ANSWER_WITHIN
) -> "Gemini":
    """`base_url` None means Google's."""
    from google.genai import Client, types

    options = types.HttpOptions(
        base_url=base_url,
        timeout=round(answer_within.total_seconds() * 1000),
        # Without this the SDK may send a paid call twice over.
        retry_options=types.HttpRetryOptions(attempts=1),
        async_client_args={
            # Of httpx, which keeps the SDK from taking aiohttp where that is installed.
            "transport": BoundedTransport(answer_within=answer_within),
            # For the SDK's other connections; else it reads the certificates for each.
            "verify": tls(),
            "ssl": tls(),
        },
    )
    return Gemini(Client(api_key=api_key, vertexai=False, http_options=options))


class Gemini:
    """An ImageProvider. Keeps the client: the SDK closes one that nobody refers to."""

    def __init__(self, client: "Client", find: FindModel = recorded_model) -> None:
        self.name = ProviderName.GEMINI
        self.calls_back = False
        self._client = client
        self._find = find

    async def start(self, call: ProviderCall) -> Finished:
        model = self._find(self.name, call.model)
        if model is None:
            raise ModelRetired("The image provider no longer has this model.")
        body = await self._generate(model, call)
        assert isinstance(model.price, TokenPrice), "Gemini counts tokens"
        return read_reply(body, model.price, model.tier(call.quality))

    async def poll(self, attempt: Attempt) -> PredictionReport:
        return _nothing_comes_later()

    async def cancel(self, prediction_id: str) -> None:
        """Nothing is left to stop once a call has been given up."""

    def report(self, payload: Mapping[str, object], attempt: Attempt) -> PredictionReport:
        return _nothing_comes_later()

    async def close(self) -> None:
        await self._client.aio.aclose()

    async def _generate(self, model: Model, call: ProviderCall) -> str:
        """The body as it came: the SDK's own reading of it warns of every new enum value and
        breaks in several ways where an answer is broken."""
        from google.genai import errors

        try:
            reply = await self._client.aio.models.generate_content(
                model=model.id, contents=_contents(model, call), config=_config(model, call)
            )
        except errors.APIError as exc:
            headers = getattr(exc.response, "headers", {})
            raise read_error(exc.code, exc.details, headers) from None
        except httpx.RequestError as exc:
            raise no_answer(exc) from exc
        except UnicodeDecodeError:
            raise ProviderUnavailable("The image provider's answer cannot be read.") from None
        answer = reply.sdk_http_response
        return (answer.body if answer is not None else None) or ""


def _contents(model: Model, call: ProviderCall) -> "types.Content":
    from google.genai import types

    prompt = call.prompt if model.negative_prompt is not Reach.PROMPT else call.worded_prompt
    pictures = [
        types.Part.from_bytes(data=picture.data, mime_type=picture.format.media_type)
        for picture in call.references[: model.max_references]
    ]
    return types.Content(role="user", parts=[types.Part(text=prompt), *pictures])


def _config(model: Model, call: ProviderCall) -> "types.GenerateContentConfig":
    from google.genai import types

    thinking = model.thinking.get(call.quality)
    # A model of one size only takes no word about it.
    size = model.quality[call.quality] if len(model.tiers) > 1 else None
    return types.GenerateContentConfig(
        seed=call.seed,
        response_modalities=["IMAGE"],
        image_config=types.ImageConfig(aspect_ratio=call.aspect_ratio, image_size=size),
        thinking_config=(
            types.ThinkingConfig(thinking_level=types.ThinkingLevel(thinking)) if thinking else None
        ),
        should_return_http_response=True,
    )


def _nothing_comes_later() -> Failed:
    return Failed(ProviderTimedOut("The image provider did not answer."))
