"""What a caller asks for in its own words, before a provider and a model are chosen."""

from shared.domain.entity import Entity
from shared.domain.image_input import ImageInput
from shared.domain.images import ImageFormat
from shared.domain.request import (
    Acceptance,
    AssetPlace,
    Lora,
    Mode,
    OutputSize,
    ProviderName,
    Quality,
    Visibility,
)
from shared.domain.slots import SlotWish


class Wish(Entity):
    """None means that the caller left it to us. At most one of `aspect_ratio` and `exact_size`.

    The person is `character_id`'s, or `lora`'s where both are given; `variant_type` takes the
    character's hero of that type in place of its source image, and `kit_id` the pictures of a
    reference kit.
    """

    mode: Mode
    prompt: str | None = None
    image_count: int = 1
    aspect_ratio: str | None = None
    exact_size: OutputSize | None = None
    quality: Quality = Quality.STANDARD
    seed: int | None = None
    negative_prompt: str | None = None
    style_strength: float | None = None
    provider: ProviderName | None = None
    model: str | None = None
    output_format: ImageFormat | None = None
    visibility: Visibility = Visibility.PRIVATE
    max_cost_micro_usd: int | None = None
    accept: Acceptance | None = None
    character_id: str | None = None
    variant_type: str | None = None
    poses: tuple[str, ...] = ()
    style_capsule_id: str | None = None
    lora: Lora | None = None
    inputs: tuple[ImageInput, ...] = ()
    room_type: str | None = None
    style: str | None = None
    asset: AssetPlace | None = None
    draws_variant: str | None = None
    kit_id: str | None = None
    slots: tuple[SlotWish, ...] = ()

    @property
    def shows_a_person(self) -> bool:
        """A certain one, whose likeness is theirs to give."""
        known_by = (self.character_id, self.kit_id, self.lora)
        return any(one is not None for one in known_by)
