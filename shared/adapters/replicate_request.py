"""Puts a call into a Replicate model's own input names."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

from shared.domain.errors import ProviderRefused
from shared.domain.images import ImageFormat
from shared.domain.pricing.model import Model
from shared.domain.provider import ProviderCall, ReferencePicture

_LARGEST_DATA_URL: Final = 256_000
"""Bytes; larger files are linked (replicate.com/docs/topics/predictions/input-files, 2026-11)."""
_FORMAT_NAMES: Final = {ImageFormat.JPEG: "jpg"}


def create_path(model: Model) -> str:
    """Official models run by name, community models by version only."""
    return f"/v1/models/{model.id}/predictions" if model.version is None else "/v1/predictions"


def create_body(model: Model, call: ProviderCall) -> dict[str, Any]:
    """One callback, at the end. Raises ProviderRefused when a picture is missing."""
    version = {} if model.version is None else {"version": model.version}
    return {
        **version,
        "input": _input(model, call),
        "webhook": call.callback_url,
        "webhook_events_filter": ["completed"],
    }


def _input(model: Model, call: ProviderCall) -> Mapping[str, Any]:
    """Only what is known: a null is refused, and a name the model lacks is dropped unseen."""
    names = model.inputs
    worded = names.negative_prompt is None
    wishes = (
        ("prompt", call.worded_prompt if worded else call.prompt),
        (names.negative_prompt, call.negative_prompt),
        (names.references, _references(model, call)),
        (names.lora_weights, call.lora and call.lora.weights),
        (names.lora_scale, call.lora and call.lora.scale),
        (names.aspect_ratio, call.aspect_ratio),
        (names.tier, model.quality[call.quality]),
        (names.seed, call.seed),
        (names.output_format, _format(model, call)),
    )
    return {**names.fixed, **{name: wish for name, wish in wishes if name and wish is not None}}


def _references(model: Model, call: ProviderCall) -> list[str] | str | None:
    if len(call.references) < model.min_references:
        raise ProviderRefused("The model needs a reference picture.", code="reference_required")
    addresses = [_address(picture) for picture in call.references[: model.max_references]]
    if not addresses:
        return None
    return addresses if model.max_references > 1 else addresses[0]


def _address(picture: ReferencePicture) -> str:
    """A store without TLS lies on the caller's own network, out of the provider's reach: what
    is small enough travels in the request."""
    if picture.url.startswith("https://") or len(picture.data) > _LARGEST_DATA_URL:
        return picture.url
    return f"data:{picture.format.media_type};base64,{b64encode(picture.data).decode('ascii')}"


def _format(model: Model, call: ProviderCall) -> str | None:
    wanted = call.output_format
    if wanted is None or wanted not in model.output_formats:
        return None
    return _FORMAT_NAMES.get(wanted, str(wanted))
