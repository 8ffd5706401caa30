"""From a wish to a request: which provider and model serve it, and what the defaults are."""

from collections.abc import Sequence

from shared.domain.character import Character, Consistency
from shared.domain.errors import Unprocessable
from shared.domain.pricing.catalogue import Model, default_model, find_model, nearest_ratio
from shared.domain.request import GenerationRequest, Mode, ProviderName
from shared.domain.wish import Wish

_DEFAULT_RATIO = {Mode.IMAGINE: "1:1", Mode.PORTRAIT: "3:4"}


def references_wanted(wish: Wish) -> int:
    """Every portrait but the first of a pack without a source is drawn after a picture."""
    return 1 if wish.mode is Mode.PORTRAIT else 0


def choose_model(wish: Wish, offered: Sequence[ProviderName]) -> Model:
    """The first offered provider whose model serves the wish. Raises Unprocessable with the
    first provider's reason when none does."""
    if wish.provider is not None:
        check_offered(wish.provider, offered)
    refusals: list[Unprocessable] = []
    for provider in offered if wish.provider is None else (wish.provider,):
        try:
            return _model_of(provider, wish)
        except Unprocessable as refusal:
            refusals.append(refusal)
    raise refusals[0]


def check_offered(provider: ProviderName, offered: Sequence[ProviderName]) -> None:
    """Raises Unprocessable, which carries the providers that can be asked."""
    if provider not in offered:
        raise Unprocessable(
            "This provider is not offered here.",
            code="provider_not_offered",
            pointer="/provider",
            known=list(offered),
        )


def _model_of(provider: ProviderName, wish: Wish) -> Model:
    references = references_wanted(wish)
    if wish.model is None:
        model = default_model(provider, references=references)
    else:
        model = find_model(provider, wish.model)
    if model.max_references < references:
        raise Unprocessable(
            "This model takes no reference picture, so it cannot keep a person's identity.",
            code="model_without_references",
            pointer="/model",
        )
    if wish.aspect_ratio is not None and wish.aspect_ratio not in model.aspect_ratios:
        raise Unprocessable(
            "The model does not draw in this aspect ratio.",
            code="unsupported_aspect_ratio",
            pointer="/aspect_ratio",
            known=list(model.aspect_ratios),
        )
    if wish.output_format is not None and wish.output_format not in model.output_formats:
        raise Unprocessable(
            "The model does not deliver this format.",
            code="unsupported_output_format",
            pointer="/output_format",
            known=[str(format_) for format_ in model.output_formats],
        )
    return model


def complete_request(
    wish: Wish, model: Model, character: Character | None, drawn_seed: int
) -> GenerationRequest:
    """The wish with every default filled in: a character's own settings come before ours."""
    own = character.consistency if character else Consistency(seed=drawn_seed)
    return GenerationRequest(
        mode=wish.mode,
        prompt=wish.prompt,
        image_count=wish.image_count,
        aspect_ratio=_ratio(wish, model),
        exact_size=wish.exact_size,
        quality=wish.quality,
        seed=own.seed if wish.seed is None else wish.seed,
        negative_prompt=wish.negative_prompt or own.negative_prompt,
        style_strength=(own.style_strength if wish.style_strength is None else wish.style_strength),
        provider=model.provider,
        model=model.id,
        output_format=wish.output_format,
        visibility=wish.visibility,
        max_cost_micro_usd=wish.max_cost_micro_usd,
        character_id=wish.character_id,
        poses=wish.poses,
    )


def _ratio(wish: Wish, model: Model) -> str:
    if wish.exact_size is not None:
        return nearest_ratio(model, wish.exact_size.width, wish.exact_size.height)
    return wish.aspect_ratio or _DEFAULT_RATIO[wish.mode]
