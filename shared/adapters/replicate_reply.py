"""Reads a Replicate prediction, asked for or called back: an image and its cost, or a failure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from shared.adapters.data_uri import decode_data_uri
from shared.domain.errors import (
    BadOutput,
    ContentBlocked,
    ProviderError,
    ProviderTimedOut,
    ProviderUnavailable,
    TooLarge,
    UnsafeUrl,
)
from shared.domain.images import MAX_OUTPUT_BYTES
from shared.domain.pricing.cost import picture_cost
from shared.domain.pricing.model import Model, PicturePrice
from shared.domain.provider import Failed, Finished, Output, Pending, PredictionReport
from shared.domain.request import Quality

_DEEPEST_OUTPUT: Final = 4
_MOST_IMAGES: Final = 10
# What the service and its models say of a filter: E005 and the words around it.
_SENSITIVE: Final = re.compile(
    r"\bE005\b|\bNSFW\b|sensitive|content[ _-]?(policy|moderat|filter)|"
    r"safety (check|filter|system)|moderation",
    re.IGNORECASE,
)
# replicate.com/docs/reference/error-codes, 2026-11: faults of the service, not of the request.
_PASSING: Final = re.compile(
    r"\b(E1000|E1001|E6716|E8367|E8765|E9243|E9825)\b|interrupted|please retry|"
    r"temporarily|overloaded|timed? ?out|rate limit",
    re.IGNORECASE,
)


def read_prediction(
    prediction: Mapping[str, object], prediction_id: str, model: Model | None
) -> PredictionReport:
    """Read as plain JSON: the SDK's own type (1.0.7) breaks on `aborted` and on what is new."""
    match prediction.get("status"):
        case "succeeded":
            return _result(prediction, model)
        case "failed":
            return Failed(_failure(prediction))
        case "canceled":
            return Failed(ProviderTimedOut("The image provider stopped before the end."))
        case "aborted":
            return Failed(ProviderUnavailable("The image provider never began the work."))
        case _:
            return Pending(prediction_id=prediction_id)


def _result(prediction: Mapping[str, object], model: Model | None) -> Finished | Failed:
    if prediction.get("data_removed") is True:
        return Failed(BadOutput("The image provider has deleted the image.", code="output_expired"))
    output = next(_usable(prediction.get("output")), None)
    if output is None:
        return Failed(BadOutput("The image provider answered without an image.", code="no_image"))
    return Finished(output=output, cost_micro_usd=_cost(prediction, model))


def _failure(prediction: Mapping[str, object]) -> ProviderError:
    """The service's words are not passed on: they may quote the prompt."""
    said = str(prediction.get("error") or "")
    if _SENSITIVE.search(said):
        return ContentBlocked(
            "The image provider held back what it had drawn.", code="content_blocked_output"
        )
    if _PASSING.search(said):
        return ProviderUnavailable("The image provider broke off the work.")
    # Whether another try helps is not said: BadOutput earns one.
    return BadOutput("The image provider's model failed.", code="prediction_failed")


def _usable(output: object, depth: int = 0) -> Iterator[Output]:
    """Addresses and data URIs, wherever a model's own shape of output has put them."""
    match output:
        case str() if output.startswith(("https://", "http://")):
            yield Output(url=output)
        case str() if output[:5].lower() == "data:":
            yield from _decoded(output)
        case list() if depth < _DEEPEST_OUTPUT:
            for entry in output:
                yield from _usable(entry, depth + 1)
        case dict() if depth < _DEEPEST_OUTPUT:
            yield from _usable(list(output.values()), depth + 1)


def _decoded(uri: str) -> Iterator[Output]:
    try:
        yield Output(data=decode_data_uri(uri, MAX_OUTPUT_BYTES))
    except (UnsafeUrl, TooLarge):
        return


def _cost(prediction: Mapping[str, object], model: Model | None) -> int:
    """By the table, for what the prediction says it was given and made."""
    if model is None or not isinstance(model.price, PicturePrice):
        return 0
    given = _mapping(prediction.get("input"))
    ratio = given.get(model.inputs.aspect_ratio)
    ratio = ratio if isinstance(ratio, str) and ratio in model.pixels else model.aspect_ratios[0]
    named = given.get(model.inputs.tier)
    tier = model.tiers.get(named) if isinstance(named, str) else None
    tier = tier or model.tier(Quality.STANDARD)
    shown = given.get(model.inputs.references)
    return picture_cost(
        model.price,
        tier,
        model.size_of(ratio, tier),
        references=len(shown) if isinstance(shown, list) else int(shown is not None),
        images=_image_count(_mapping(prediction.get("metrics"))),
    )


def _image_count(metrics: Mapping[Any, object]) -> int:
    count = metrics.get("image_count")
    return count if type(count) is int and 0 < count <= _MOST_IMAGES else 1


def _mapping(value: object) -> Mapping[Any, object]:
    return value if isinstance(value, dict) else {}
