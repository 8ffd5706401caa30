"""Composing what a model is told, from the data files beside this one.

A caller's words are put into a fixed template as data: markers in them mean nothing.
"""

from typing import Any

from shared.domain.character import Attributes, Character
from shared.domain.prompts.data import booster, negative, poses, read, room_styles, room_types
from shared.domain.request import GenerationRequest, Mode, Reach
from shared.domain.variant_types import variant_type


def compose(
    request: GenerationRequest, character: Character | None, style_strength: Reach | None
) -> tuple[str, ...]:
    """One prompt per item. The style strength is put into words only where the model has no
    parameter for it; the negative prompt is the provider's to place."""
    words = _style_words(request.style_strength) if style_strength is Reach.PROMPT else ""
    if request.mode is Mode.PORTRAIT:
        assert character is not None, "a portrait shows a character"
        return tuple(
            _portrait(request, character, index, words) for index in range(request.image_count)
        )
    if request.mode is Mode.VARIANT:
        assert character is not None, "a variant shows a character"
        assert request.draws_variant is not None, "a variant is of a type"
        framing = variant_type(request.draws_variant).framing
        return (_shot(request, character, framing, 0, words),) * request.image_count
    return (_one_for_all(request, character, words),) * request.image_count


def avoided(request: GenerationRequest) -> str | None:
    """The caller's words first, then what is never wanted in this mode."""
    said = [words for words in (request.negative_prompt, negative(request.mode)) if words]
    return ", ".join(said) or None


def _one_for_all(request: GenerationRequest, character: Character | None, words: str) -> str:
    match request.mode:
        case Mode.REDESIGN | Mode.STAGING:
            return _room(request, character, words)
        case Mode.COMPOSE:
            return _composition(request, character, words)
        case Mode.FACE_SWAP:
            return _face_swap(request, words)
        case Mode.ASSET:
            return _asset(request, character, words)
        case _:
            return _joined(request.prompt or "", _appearing(request, character), words)


def _room(request: GenerationRequest, character: Character | None, words: str) -> str:
    template = read(request.mode)
    opening = (
        template["opening"]
        .replace("{room_type}", room_types()[request.room_type or ""])
        .replace("{style}", room_styles()[request.style or ""])
    )
    return _joined(
        opening,
        template["guardrails"],
        template["change"],
        _appearing(request, character),
        booster(request.mode),
        _wish(template, request),
        words,
        template["closing"],
    )


def _composition(request: GenerationRequest, character: Character | None, words: str) -> str:
    template = read("compose")
    return _joined(
        template["opening"].replace("{count}", str(request.inputs)),
        template["guardrails"],
        _appearing(request, character),
        _wish(template, request),
        words,
    )


def _face_swap(request: GenerationRequest, words: str) -> str:
    template = read("face_swap")
    return _joined(
        _numbered(template["opening"]["source" if request.lora is None else "lora"], request),
        template["guardrails"],
        _wish(template, request),
        words,
        template["closing"],
    )


def _asset(request: GenerationRequest, character: Character | None, words: str) -> str:
    assert request.asset is not None, "an asset has a place"
    template = read("asset")
    job: dict[str, str] = template["jobs"][request.asset.job_type]
    return _joined(
        job["opening"],
        job.get("guardrails", ""),
        _appearing(request, character),
        _wish(template, request),
        words,
        job["closing"],
    )


def _appearing(request: GenerationRequest, character: Character | None) -> str:
    """The character who is to be in a picture of something else."""
    if character is None:
        return ""
    wording = read("identity")
    person = _person(character.attributes)
    return _joined(
        _numbered(wording["source"], request) if request.lora is None else "",
        wording["person"].replace("{attributes}", person) if person else "",
    )


def _numbered(words: str, request: GenerationRequest) -> str:
    """The person's picture comes after the request's own, and before those of a style."""
    return words.replace("{number}", str(request.inputs + 1))


def _portrait(request: GenerationRequest, character: Character, index: int, words: str) -> str:
    wished = request.poses or tuple(poses())
    return _shot(request, character, poses()[wished[index % len(wished)]], index, words)


def _shot(
    request: GenerationRequest, character: Character, framing: str, index: int, words: str
) -> str:
    template = read("portrait")
    person = _person(character.attributes)
    return _joined(
        template["opening"],
        "" if request.lora else _same_person(character, index),
        template["person"].replace("{attributes}", person) if person else "",
        template["pose"].replace("{pose}", framing),
        _wish(template, request),
        words,
        template["closing"],
    )


def _same_person(character: Character, index: int) -> str:
    """Without a source the first image is drawn alone; the others are shown an earlier one."""
    wording: dict[str, str] = read("portrait")["same_person"]
    if character.source is not None:
        return wording["source"]
    return wording["earlier_image"] if index else ""


def _person(attributes: Attributes) -> str:
    phrases: dict[str, str] = read("portrait")["attributes"]
    said = attributes.model_dump()
    return ", ".join(
        phrase.replace("{}", said[name]) for name, phrase in phrases.items() if said[name]
    )


def _wish(template: dict[str, Any], request: GenerationRequest) -> str:
    return str(template["wish"]).replace("{prompt}", request.prompt) if request.prompt else ""


def _style_words(strength: float | None) -> str:
    if strength is None:
        return ""
    bands: list[dict[str, Any]] = read("style_strength")
    return next(str(band["words"]) for band in bands if strength <= band["up_to"])


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
