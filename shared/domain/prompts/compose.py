"""Composing what a model is told, from the data files beside this one.

A caller's words are put into a fixed template as data: markers in them mean nothing.
"""

from typing import Any

from shared.domain.character import Attributes, Character
from shared.domain.prompts.data import booster, negative, poses, read, room_styles, room_types
from shared.domain.request import GenerationRequest, Mode, Reach
from shared.domain.slots import SlotWish, in_words, slot_shot
from shared.domain.variant_types import variant_type


def compose(
    request: GenerationRequest,
    character: Character | None,
    style_strength: Reach | None,
    *,
    people: int = 0,
) -> tuple[str, ...]:
    """One prompt per item. `people` counts the pictures of a reference kit that are shown. The
    style strength is put into words only where the model has no parameter for it; the negative
    prompt is the provider's to place."""
    words = _style_words(request.style_strength) if style_strength is Reach.PROMPT else ""
    if request.mode is Mode.REFERENCE:
        return tuple(_slot(slot, character, words) for slot in request.slots)
    if request.mode is Mode.PORTRAIT:
        assert character is not None, "a portrait shows a character"
        return tuple(
            _portrait(request, character, index, words, people)
            for index in range(request.image_count)
        )
    if request.mode is Mode.VARIANT:
        assert character is not None, "a variant shows a character"
        assert request.draws_variant is not None, "a variant is of a type"
        framing = variant_type(request.draws_variant).framing
        same_person = _same_person(character, 0, people)
        return (_shot(request, character, framing, same_person, words),) * request.image_count
    appearing = _appearing(request, character, people)
    return (_one_for_all(request, appearing, words),) * request.image_count


def avoided(request: GenerationRequest) -> str | None:
    """The caller's words first, then what is never wanted in this mode."""
    said = [words for words in (request.negative_prompt, negative(request.mode)) if words]
    return ", ".join(said) or None


def _one_for_all(request: GenerationRequest, appearing: str, words: str) -> str:
    match request.mode:
        case Mode.REDESIGN | Mode.STAGING:
            return _room(request, appearing, words)
        case Mode.COMPOSE:
            return _composition(request, appearing, words)
        case Mode.FACE_SWAP:
            return _face_swap(request, words)
        case Mode.ASSET:
            return _asset(request, appearing, words)
        case _:
            return _joined(request.prompt or "", appearing, words)


def _slot(slot: SlotWish, character: Character | None, words: str) -> str:
    template, shot = read("reference"), slot_shot(slot.name)
    said = shot.model_dump(exclude={"kind", "same_person"})
    description: str = template["shot"]
    for name, value in said.items():
        description = description.replace(f"{{{name}}}", value)
    person = _person(character.attributes) if character else ""
    return _joined(
        template["opening"],
        shot.same_person,
        template["person"].replace("{attributes}", person) if person else "",
        description.replace("{wish}", in_words(slot)),
        template["clothes"],
        words,
        template["closing"],
    )


def _room(request: GenerationRequest, appearing: str, words: str) -> str:
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
        appearing,
        booster(request.mode),
        _wish(template, request),
        words,
        template["closing"],
    )


def _composition(request: GenerationRequest, appearing: str, words: str) -> str:
    template = read("compose")
    return _joined(
        template["opening"].replace("{count}", str(request.inputs)),
        template["guardrails"],
        appearing,
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


def _asset(request: GenerationRequest, appearing: str, words: str) -> str:
    assert request.asset is not None, "an asset has a place"
    template = read("asset")
    job: dict[str, str] = template["jobs"][request.asset.job_type]
    return _joined(
        job["opening"],
        job.get("guardrails", ""),
        appearing,
        _wish(template, request),
        words,
        job["closing"],
    )


def _appearing(request: GenerationRequest, character: Character | None, people: int) -> str:
    """The person who is to be in a picture of something else."""
    if character is None and not people:
        return ""
    wording = read("identity")
    person = _person(character.attributes) if character else ""
    shown = wording["kit"] if people > 1 else wording["source"]
    last = str(request.inputs + people)
    return _joined(
        _numbered(shown, request).replace("{last}", last) if request.lora is None else "",
        wording["person"].replace("{attributes}", person) if person else "",
    )


def _numbered(words: str, request: GenerationRequest) -> str:
    """The person's picture comes after the request's own, and before those of a style."""
    return words.replace("{number}", str(request.inputs + 1))


def _portrait(
    request: GenerationRequest, character: Character, index: int, words: str, people: int
) -> str:
    wished = request.poses or tuple(poses())
    pose = poses()[wished[index % len(wished)]]
    return _shot(request, character, pose, _same_person(character, index, people), words)


def _shot(
    request: GenerationRequest, character: Character, framing: str, same_person: str, words: str
) -> str:
    template = read("portrait")
    person = _person(character.attributes)
    return _joined(
        template["opening"],
        "" if request.lora else same_person,
        template["person"].replace("{attributes}", person) if person else "",
        template["pose"].replace("{pose}", framing),
        _wish(template, request),
        words,
        template["closing"],
    )


def _same_person(character: Character, index: int, people: int) -> str:
    """Without a source the first image is drawn alone; the others are shown an earlier one."""
    wording: dict[str, str] = read("portrait")["same_person"]
    if people > 1:
        return wording["kit"]
    if people or character.source is not None:
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
