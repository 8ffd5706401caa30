"""Looks models up in the dated table, and tells what an image at one of them costs."""

import json
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from shared.domain.errors import Unprocessable
from shared.domain.pricing.cost import TYPICAL_PROMPT_TOKENS, Tokens, picture_cost, token_cost
from shared.domain.pricing.model import Model, ModelStatus, TokenPrice
from shared.domain.request import Effective, OutputSize, ProviderName, Quality, Reach
from shared.domain.workflows.catalogue import workflows
from shared.domain.workflows.workflow import InputName, Workflow

__all__ = [
    "PRICE_TABLE",
    "FindModel",
    "Model",
    "default_model",
    "default_uses",
    "effective",
    "effective_at",
    "estimate_micro_usd",
    "find_model",
    "models",
    "nearest_ratio",
    "pixels",
    "recorded_model",
    "without_lora",
]

_TABLE: Final[Mapping[str, Any]] = json.loads(
    # Decimal, lest a price becomes the nearest binary fraction.
    Path(__file__).with_name("models.json").read_text(encoding="utf-8"),
    parse_float=Decimal,
)
PRICE_TABLE: Final[str] = _TABLE["as_of"]
"""The date of the prices, kept with every estimate."""

type FindModel = Callable[[ProviderName, str], Model | None]


@cache
def models() -> tuple[Model, ...]:
    """Every model that can be asked for."""
    return tuple(model for model in _all() if model.status is ModelStatus.AVAILABLE)


def find_model(provider: ProviderName, model_id: str) -> Model:
    """Raises Unprocessable, which carries the ids that can be asked for."""
    model = recorded_model(provider, model_id)
    if model is not None and model.status is ModelStatus.AVAILABLE:
        return model
    known = [model.id for model in models() if model.provider is provider]
    if model is not None:
        raise Unprocessable("The model has been retired.", code="model_retired", known=known)
    raise Unprocessable("The provider has no such model.", code="unknown_model", known=known)


def recorded_model(provider: ProviderName, model_id: str) -> Model | None:
    """Also a retired model: what was drawn by one keeps its cost."""
    return next((m for m in _all() if (m.provider, m.id) == (provider, model_id)), None)


def default_model(provider: ProviderName, *, references: int, lora: bool = False) -> Model:
    """With references, one that keeps a person's identity and takes as many. Raises
    Unprocessable where the provider has none."""
    choice = _TABLE["defaults"][provider]
    if lora and "lora" not in choice:
        raise without_lora()
    model = find_model(provider, choice["lora" if lora else "person" if references else "words"])
    if lora or references <= model.max_references:
        return model
    enough = (
        one for one in models() if one.provider is provider and references <= one.max_references
    )
    return next(enough, model)


def default_uses(model: Model) -> list[str]:
    """What its provider's model it is for: `words`, `person`, `lora`."""
    choices = _TABLE["defaults"][model.provider]
    return [use for use, model_id in choices.items() if model_id == model.id]


def without_lora() -> Unprocessable:
    """Carries the models that can do it."""
    return Unprocessable(
        "This model draws no person from LoRA weights.",
        code="model_without_lora",
        pointer="/model",
        known=[model.id for model in models() if model.takes_lora],
    )


def nearest_ratio(model: Model, width: int, height: int) -> str:
    """The model's aspect ratio that loses least of a picture of this shape."""

    def distance(ratio: str) -> float:
        wide, high = ratio.split(":")
        return abs(math.log(width / height) - math.log(int(wide) / int(high)))

    return min(model.aspect_ratios, key=distance)


def pixels(model: Model, aspect_ratio: str, quality: Quality) -> OutputSize:
    """The size the model draws at."""
    return model.size_of(aspect_ratio, model.tier(quality))


def estimate_micro_usd(
    model: Model, *, aspect_ratio: str, quality: Quality, references: int
) -> int:
    """One image, drawn from a prompt of usual length."""
    tier = model.tier(quality)
    shown = min(references, model.max_references)
    if isinstance(model.price, TokenPrice):
        asked = TYPICAL_PROMPT_TOKENS + shown * model.price.reference_tokens
        thought = model.thinking_tokens.get(quality, 0)
        used = Tokens(input=asked, text=thought, image=tier.image_tokens)
        return token_cost(model.price, used)
    size = model.size_of(aspect_ratio, tier)
    return picture_cost(model.price, tier, size, references=shown)


def effective(
    model: Model, *, style_strength: object | None, negative_prompt: object | None
) -> Effective:
    """What becomes of each wish at this model; a wish is anything but None."""
    return Effective(
        seed=model.seed,
        style_strength=_reach(model.style_strength, style_strength),
        negative_prompt=_reach(model.negative_prompt, negative_prompt),
        size=model.size,
    )


def effective_at(planned: Effective, drawn_by: Model | None) -> Effective:
    """The same wishes at the model that was called in the end; as planned before that."""
    if drawn_by is None:
        return planned
    return effective(
        drawn_by,
        style_strength=planned.style_strength,
        negative_prompt=planned.negative_prompt,
    )


def _reach(reach: Reach, wish: object) -> Reach | None:
    return None if wish is None else reach


@cache
def _all() -> tuple[Model, ...]:
    rows = [*_TABLE["models"], *map(_row_of, workflows())]
    return tuple(Model.model_validate(_filled_in(row)) for row in rows)


def _row_of(workflow: Workflow) -> dict[str, Any]:
    """Each workflow is a model, which can do what its manifest has an input for."""
    pictures = int(workflow.takes(InputName.REFERENCE))
    words = Reach.PROMPT if workflow.takes(InputName.PROMPT) else Reach.IGNORED
    avoids = workflow.takes(InputName.NEGATIVE_PROMPT)
    return {
        **_TABLE["workflow"],
        "id": workflow.name,
        "min_references": pictures,
        "max_references": pictures,
        "seed": Reach.NATIVE if workflow.takes(InputName.SEED) else Reach.IGNORED,
        "negative_prompt": Reach.NATIVE if avoids else words,
        "style_strength": words,
        "size": Reach.NATIVE if workflow.takes_size else Reach.IGNORED,
    }


def _filled_in(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with the shared lists in the place of their names."""
    return {
        **row,
        "aspect_ratios": _TABLE["aspect_ratios"][row["aspect_ratios"]],
        "pixels": _TABLE["pixels"][row["pixels"]],
    }
