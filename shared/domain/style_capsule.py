"""A style capsule: a visual style with a name, and what a generation keeps of it."""

from typing import Final

from shared.domain.entity import Entity, Timestamp

MAX_STYLE_IMAGES: Final = 4


class StyleCapsule(Entity):
    """`version` counts changes; `reference_images` are ids of images of the same owner."""

    id: str
    owner: str
    name: str
    prompt: str
    negative_prompt: str | None = None
    reference_images: tuple[str, ...] = ()
    version: int = 1
    created_at: Timestamp
    updated_at: Timestamp


class AppliedStyle(Entity):
    """What a capsule said when it was used: later changes of it change nothing of the use.

    `images_shown` counts its pictures that the model is shown.
    """

    capsule_id: str
    name: str
    prompt: str
    negative_prompt: str | None = None
    images_shown: int = 0

    @classmethod
    def of(cls, capsule: StyleCapsule, images_shown: int) -> "AppliedStyle":
        return cls(
            capsule_id=capsule.id,
            name=capsule.name,
            prompt=capsule.prompt,
            negative_prompt=capsule.negative_prompt,
            images_shown=images_shown,
        )
