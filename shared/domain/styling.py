"""How a style capsule enters a submission: its words, its pictures, and the record of both."""

from shared.domain.entity import Entity
from shared.domain.images import StoredImage
from shared.domain.pricing.catalogue import Model
from shared.domain.prompts.capsule import also_avoided
from shared.domain.request import GenerationRequest
from shared.domain.style_capsule import AppliedStyle, StyleCapsule


class Style(Entity):
    """A capsule as it is used once: what is recorded, and the pictures the model is shown."""

    applied: AppliedStyle
    images: tuple[StoredImage, ...] = ()


def style_of(
    capsule: StyleCapsule, images: tuple[StoredImage, ...], *, model: Model, others: int
) -> Style:
    """`others` are the pictures that come before the style's: of persons, and inputs. A model
    that takes a single picture would take it for what is to be drawn."""
    room = model.max_references - others if model.max_references > 1 else 0
    shown = images[: max(0, room)]
    return Style(applied=AppliedStyle.of(capsule, len(shown)), images=shown)


def under_style(request: GenerationRequest, style: Style | None) -> GenerationRequest:
    """The request with what the capsule avoids."""
    if style is None:
        return request
    avoided = also_avoided(request.negative_prompt, style.applied)
    return request.model_copy(update={"negative_prompt": avoided})
