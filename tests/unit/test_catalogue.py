"""The table of models: whole, dated, and right about money."""

from datetime import date

import pytest

from shared.domain.errors import Unprocessable
from shared.domain.pricing.catalogue import (
    PRICE_TABLE,
    Model,
    default_model,
    effective,
    estimate_micro_usd,
    find_model,
    models,
    nearest_ratio,
    pixels,
    recorded_model,
)
from shared.domain.pricing.cost import Tokens, token_cost
from shared.domain.pricing.model import ModelStatus, TokenPrice
from shared.domain.request import OutputSize, ProviderName, Quality, Reach

GEMINI, REPLICATE = ProviderName.GEMINI, ProviderName.REPLICATE
RETIRED = ("gemini-3.1-flash-image", "gemini-2.5-flash-image")


def banana() -> Model:
    return find_model(GEMINI, "gemini-nano-banana-2.1")


def every_model() -> list[Model]:
    retired = [recorded_model(GEMINI, model_id) for model_id in RETIRED]
    return [*models(), *(model for model in retired if model is not None)]


@pytest.mark.parametrize("model", every_model(), ids=lambda model: model.id)
def test_every_row_draws_each_of_its_shapes_at_each_quality(model: Model) -> None:
    for ratio in model.aspect_ratios:
        for quality in Quality:
            size = pixels(model, ratio, quality)
            wide, high = map(int, ratio.split(":"))
            assert size.width / size.height == pytest.approx(wide / high, rel=0.08)
            assert size.width % 8 == size.height % 8 == 0


@pytest.mark.parametrize("model", every_model(), ids=lambda model: model.id)
def test_a_better_quality_never_costs_less(model: Model) -> None:
    costs = [
        estimate_micro_usd(model, aspect_ratio="3:4", quality=quality, references=1)
        for quality in (Quality.DRAFT, Quality.STANDARD, Quality.HIGH)
    ]
    assert costs == sorted(costs)
    assert (costs[0] == 0) == (model.provider is ProviderName.COMFYUI), "one's own server"


@pytest.mark.parametrize("model", models(), ids=lambda model: model.id)
def test_a_wish_is_called_native_only_where_the_model_has_a_field_for_it(model: Model) -> None:
    if model.provider is REPLICATE:
        assert (model.seed is Reach.NATIVE) == (model.inputs.seed is not None)
        native = model.inputs.negative_prompt is not None
        assert (model.negative_prompt is Reach.NATIVE) == native
        assert (model.inputs.references is not None) == (model.max_references > 0)
        assert (model.inputs.output_format is not None) or not model.output_formats


def test_a_model_is_retired_once_its_shutdown_lies_before_the_date_of_the_table() -> None:
    as_of = date.fromisoformat(PRICE_TABLE)
    for model in every_model():
        past = model.shutdown is not None and model.shutdown <= as_of
        assert (model.status is ModelStatus.RETIRED) == past


@pytest.mark.parametrize("model_id", RETIRED)
def test_a_retired_model_cannot_be_asked_for_but_keeps_its_prices(model_id: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        find_model(GEMINI, model_id)
    assert refused.value.code == "model_retired"
    assert refused.value.details["known"][0] == "gemini-nano-banana-2.1"
    assert model_id not in refused.value.details["known"]
    recorded = recorded_model(GEMINI, model_id)
    assert recorded is not None
    assert isinstance(recorded.price, TokenPrice)


@pytest.mark.parametrize(
    ("provider", "model_id"),
    [(GEMINI, "gemini-9"), (GEMINI, "google/nano-banana"), (REPLICATE, "gemini-3-pro-image")],
)
def test_an_unknown_model_is_refused_with_those_that_the_provider_has(
    provider: ProviderName, model_id: str
) -> None:
    with pytest.raises(Unprocessable) as refused:
        find_model(provider, model_id)
    assert refused.value.code == "unknown_model"
    known = refused.value.details["known"]
    assert known == [model.id for model in models() if model.provider is provider]


def test_a_person_is_drawn_by_default_with_a_model_that_takes_their_picture() -> None:
    assert default_model(GEMINI, references=0).id == "gemini-nano-banana-2.1"
    assert default_model(GEMINI, references=1).max_references >= 2
    assert default_model(REPLICATE, references=0).id == "black-forest-labs/flux-schnell"
    assert default_model(REPLICATE, references=1).id == "black-forest-labs/flux-2-pro"


@pytest.mark.parametrize(
    ("width", "height", "ratio"),
    [(1024, 1024, "1:1"), (1920, 1080, "16:9"), (900, 1200, "3:4"), (4096, 64, "8:1")],
)
def test_a_size_is_drawn_in_the_ratio_nearest_to_its_shape(
    width: int, height: int, ratio: str
) -> None:
    assert nearest_ratio(banana(), width, height) == ratio


def test_a_portrait_has_the_pixels_of_its_tier() -> None:
    assert pixels(banana(), "3:4", Quality.STANDARD) == OutputSize(width=896, height=1200)
    assert pixels(banana(), "3:4", Quality.HIGH) == OutputSize(width=1792, height=2400)


def test_the_cost_of_a_call_is_what_the_provider_charges_for_its_tokens() -> None:
    """1,121 tokens in at $1.50 a million and one picture of 1,120 at $30: $0.0352815."""
    price = banana().price
    assert isinstance(price, TokenPrice)
    assert token_cost(price, Tokens(input=1121, image=1120)) == 35_282
    assert token_cost(price, Tokens(input=1121, image=1120, text=240)) == 37_082


def test_an_estimate_counts_the_pictures_that_the_model_is_shown() -> None:
    def estimate(references: int) -> int:
        return estimate_micro_usd(
            banana(), aspect_ratio="3:4", quality=Quality.STANDARD, references=references
        )

    assert estimate(0) == 33_600 + 300 + 1_800
    assert estimate(1) == 33_600 + 300 + 1_800 + 1_680
    assert estimate(99) == estimate(14), "more than it takes are not sent"


def test_a_price_by_the_megapixel_follows_the_size() -> None:
    flux = find_model(REPLICATE, "black-forest-labs/flux-2-pro")

    def estimate(quality: Quality, references: int) -> int:
        return estimate_micro_usd(flux, aspect_ratio="1:1", quality=quality, references=references)

    assert estimate(Quality.STANDARD, 0) == 30_000
    assert estimate(Quality.STANDARD, 2) == 60_000
    assert estimate(Quality.HIGH, 0) == pytest.approx(45_000, rel=0.01)


def test_what_was_not_wished_for_has_no_effect_to_tell() -> None:
    told = effective(banana(), style_strength=None, negative_prompt="hats")
    assert (told.seed, told.size) == (Reach.NATIVE, Reach.NATIVE)
    assert (told.style_strength, told.negative_prompt) == (None, Reach.PROMPT)
