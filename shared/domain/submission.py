"""What a request becomes: a generation with its items, its brief and its estimate."""

from datetime import datetime

from shared.domain.character import Character
from shared.domain.errors import Unprocessable
from shared.domain.generation import Brief, Dispatch, Generation, Item, Snapshot
from shared.domain.ids import IdFactory, Kind
from shared.domain.image_input import InputSource
from shared.domain.images import StoredImage
from shared.domain.pricing.catalogue import PRICE_TABLE, Model, effective, estimate_micro_usd
from shared.domain.prompts.capsule import styled
from shared.domain.prompts.compose import avoided, compose
from shared.domain.quota import period_of
from shared.domain.request import GenerationRequest, Mode, Owner
from shared.domain.seeds import item_seed
from shared.domain.slots import ANCHOR
from shared.domain.styling import Style, under_style


def submission(
    request: GenerationRequest,
    *,
    owner: Owner,
    model: Model,
    character: Character | None,
    style: Style | None = None,
    now: datetime,
    new_id: IdFactory,
    inputs: tuple[InputSource, ...] = (),
    people: tuple[StoredImage, ...] = (),
) -> tuple[Snapshot, Brief]:
    """`inputs` are as many as the request counts; `people` are the pictures of a reference kit,
    which stand in for the character's source. Raises Unprocessable when the model needs a
    picture that is not there, when a score is asked for of somebody of whom there is none, or
    when the estimate is above what the caller would pay."""
    references = people or _references(request, character)
    request = under_style(request, style)
    style_images = style.images if style else ()
    _check_acceptance(request, character)
    if request.inputs + len(references) < model.min_references:
        raise Unprocessable(
            "This model draws only after a reference picture.",
            code="model_needs_reference",
            pointer="/model",
        )
    generation = Generation(
        id=new_id(Kind.GENERATION, now),
        owner=owner.id,
        plan=owner.plan,
        mode=request.mode,
        character_id=request.character_id,
        effective=effective(
            model,
            negative_prompt=request.negative_prompt,
            style_strength=request.style_strength,
        ),
        exact_size=request.exact_size,
        style_capsule=style.applied if style else None,
        inputs=request.inputs,
        asset=request.asset,
        accept=request.accept,
        draws_variant=request.draws_variant,
        kit_id=request.kit_id,
        created_at=now,
        units=request.image_count,
        quota_period=period_of(now),
        estimated_micro_usd=estimate(request, model, len(references), len(style_images)),
        price_table=PRICE_TABLE,
    )
    strength = generation.effective.style_strength
    prompts = compose(request, character, strength, people=len(people))
    brief = Brief(
        request=request,
        prompts=styled(prompts, style.applied) if style else prompts,
        negative_prompt=avoided(request),
        inputs=inputs,
        references=references,
        style_images=style_images,
    )
    return Snapshot(generation=generation, items=_items(generation, brief, now, new_id)), brief


def _references(request: GenerationRequest, character: Character | None) -> tuple[StoredImage, ...]:
    """LoRA weights know the person already."""
    if request.lora is not None or character is None or character.source is None:
        return ()
    return (character.source.image,)


def _check_acceptance(request: GenerationRequest, character: Character | None) -> None:
    """Without a picture of the person nothing can be measured, so nothing could pass."""
    known = request.kit_id is not None or (character is not None and character.source is not None)
    if request.accept is not None and not known:
        raise Unprocessable(
            "Only images of a person of whom there is a picture can be scored: name a character"
            " with a source image, or a reference kit.",
            code="accept_needs_person",
            pointer="/accept",
        )


def begins_alone(request: GenerationRequest, references: int) -> bool:
    """A pack without anything to go by draws its first image alone, and the others after it."""
    return request.mode is Mode.PORTRAIT and request.lora is None and not references


def _items(
    generation: Generation, brief: Brief, now: datetime, new_id: IdFactory
) -> tuple[Item, ...]:
    waits = begins_alone(brief.request, len(brief.references))
    slots = brief.request.slots
    return tuple(
        Item(
            id=new_id(Kind.ITEM, now),
            generation_id=generation.id,
            index=index,
            seed=item_seed(brief.request.seed, index),
            queued_at=now,
            dispatch=Dispatch.HELD if waits and index else Dispatch.PENDING,
            slot=slots[index].name if slots else None,
            accept=brief.request.accept,
        )
        for index in range(brief.request.image_count)
    )


def slot_references(model: Model, slot: str) -> int:
    """The anchor is drawn after the photo; the others after the anchor and the photo, or after
    the anchor alone where the model sees a single picture."""
    return min(model.max_references, 1 if slot == ANCHOR else 2)


def image_costs(
    request: GenerationRequest, model: Model, references: int, of_style: int
) -> tuple[int, ...]:
    """Micro-USD of each image, the pictures a model is shown included: the request's own, the
    person's `references` and those `of_style`."""
    shown = [request.inputs + references] * request.image_count
    if begins_alone(request, references):
        shown = [min(index, 1) for index in range(request.image_count)]
    if request.slots:
        shown = [slot_references(model, slot.name) for slot in request.slots]
    return tuple(
        estimate_micro_usd(
            model,
            aspect_ratio=request.aspect_ratio,
            quality=request.quality,
            references=count + of_style,
        )
        for count in shown
    )


def estimate(request: GenerationRequest, model: Model, references: int, of_style: int) -> int:
    """Micro-USD for all images. Raises Unprocessable above what the caller would pay."""
    total = sum(image_costs(request, model, references, of_style))
    limit = request.max_cost_micro_usd
    if limit is not None and total > limit:
        raise Unprocessable(
            f"The estimate is {total / 1_000_000:.6f} USD, more than `max_cost_usd`.",
            code="max_cost_exceeded",
            pointer="/max_cost_usd",
            estimated_usd=total / 1_000_000,
        )
    return total
