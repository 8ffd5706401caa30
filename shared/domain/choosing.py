"""From a wish to a request: which provider and model serve it, and what the defaults are."""

import contextlib
from collections.abc import Sequence
from typing import Final

from shared.domain.character import Character, Consistency
from shared.domain.errors import Unprocessable
from shared.domain.pricing.catalogue import (
    Model,
    default_model,
    find_model,
    models,
    nearest_ratio,
    recorded_model,
    without_lora,
)
from shared.domain.pricing.model import Sees
from shared.domain.provider import ReferencePicture
from shared.domain.request import GenerationRequest, JobType, Mode, ProviderName
from shared.domain.wish import Wish

_DEFAULT_RATIO = {Mode.PORTRAIT: "3:4", Mode.VARIANT: "3:4", Mode.REFERENCE: "3:4"}
_FRAMES = (JobType.START_FRAME, JobType.END_FRAME)
MAX_KIT_REFERENCES: Final = 4
"""Anchor, profile, half and full body: each further picture costs as much again (1,120 tokens at
Gemini, 2026-11) and shows nothing of the person that these do not."""
_FOLLOW_THEIR_INPUT = (Mode.REDESIGN, Mode.STAGING, Mode.FACE_SWAP)
"""What is asked for is the same picture with something changed, so it keeps its shape."""


def persons_shown(wish: Wish) -> int:
    """Pictures of the person, at least: LoRA weights need none, and every portrait but the first
    of a pack without a source is drawn after one. Of a kit more are shown where there is room."""
    known = wish.character_id is not None or wish.kit_id is not None
    return 1 if known and wish.lora is None else 0


def room_for_person(wish: Wish, model: Model) -> int:
    """How many pictures of a kit are shown: its anchor where one face replaces another."""
    if wish.mode is Mode.FACE_SWAP:
        return 1
    others = len(wish.inputs) if model.sees is Sees.ANY else 0
    return min(MAX_KIT_REFERENCES, model.max_references - others)


def references_wanted(wish: Wish) -> int:
    """All pictures that the model is to be shown, those of a style apart."""
    return len(wish.inputs) + persons_shown(wish)


def choose_model(wish: Wish, offered: Sequence[ProviderName]) -> Model:
    """The first offered provider whose model serves the wish. When none does, raises
    Unprocessable with the first reason, of those that have the model if there are any."""
    if wish.provider is not None:
        check_offered(wish.provider, offered)
    refusals: list[Unprocessable] = []
    for provider in offered if wish.provider is None else (wish.provider,):
        try:
            return _model_of(provider, wish, offered)
        except Unprocessable as refusal:
            refusals.append(refusal)
    raise next((one for one in refusals if one.code != "unknown_model"), refusals[0])


def choose_substitutes(
    wish: Wish, model: Model, offered: Sequence[ProviderName]
) -> tuple[Model, ...]:
    """Which models of the providers after the chosen one serve the wish too, in the deployment's
    order: none where the caller named a provider or a model."""
    if wish.provider is not None or wish.model is not None or model.provider not in offered:
        return ()
    found = []
    for provider in offered[offered.index(model.provider) + 1 :]:
        with contextlib.suppress(Unprocessable):
            found.append(_model_of(provider, wish, offered))
    return tuple(found)


def check_offered(provider: ProviderName, offered: Sequence[ProviderName]) -> None:
    """Raises Unprocessable, which carries the providers that can be asked."""
    if provider not in offered:
        raise Unprocessable(
            "This provider is not offered here.",
            code="provider_not_offered",
            pointer="/provider",
            known=list(offered),
        )


def _model_of(provider: ProviderName, wish: Wish, offered: Sequence[ProviderName]) -> Model:
    inputs, persons = len(wish.inputs), persons_shown(wish)
    if wish.model is None:
        model = default_model(provider, references=inputs + persons, lora=wish.lora is not None)
    else:
        model = find_model(provider, wish.model)
    if wish.lora is not None and not model.takes_lora:
        raise without_lora()
    if not model.takes(inputs=inputs, persons=persons):
        raise _shows_too_little(model, inputs, persons, offered)
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


def _shows_too_little(
    model: Model, inputs: int, persons: int, offered: Sequence[ProviderName]
) -> Unprocessable:
    known = [
        one.id
        for one in models()
        if one.provider in offered and one.takes(inputs=inputs, persons=persons)
    ]
    if not model.max_references:
        return Unprocessable(
            "This model takes no reference picture, so it cannot keep what is in one.",
            code="model_without_references",
            pointer="/model",
            known=known,
        )
    return Unprocessable(
        f"This model cannot be shown {inputs} input pictures and {persons} of a person.",
        code="too_many_references",
        pointer="/model",
        known=known,
    )


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
        follows_input=_follows_input(wish),
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
        accept=wish.accept,
        character_id=wish.character_id,
        poses=wish.poses,
        lora=wish.lora,
        inputs=len(wish.inputs),
        room_type=wish.room_type,
        style=wish.style,
        asset=wish.asset,
        draws_variant=wish.draws_variant,
        kit_id=wish.kit_id,
        slots=wish.slots,
    )


def _follows_input(wish: Wish) -> bool:
    """What is inpainted goes back into its picture, whatever shape was asked for."""
    if wish.asset is not None:
        return wish.asset.job_type is JobType.INPAINT
    unasked = wish.exact_size is None and wish.aspect_ratio is None
    return wish.mode in _FOLLOW_THEIR_INPUT and unasked


def ratio_to_draw(request: GenerationRequest, shown: Sequence[ReferencePicture]) -> str:
    """Once the input picture has been read, its shape may decide."""
    model = recorded_model(request.provider, request.model)
    size = shown[0].size if request.follows_input and shown else None
    if size is None or model is None:
        return request.aspect_ratio
    return nearest_ratio(model, size.width, size.height)


def _ratio(wish: Wish, model: Model) -> str:
    if wish.exact_size is not None:
        return nearest_ratio(model, wish.exact_size.width, wish.exact_size.height)
    framed = wish.asset is not None and wish.asset.job_type in _FRAMES
    return wish.aspect_ratio or ("16:9" if framed else _DEFAULT_RATIO.get(wish.mode, "1:1"))
