"""What a caller asks for in its own words, before a provider and a model are chosen."""

from shared.domain.entity import Entity
from shared.domain.images import ImageFormat
from shared.domain.request import Mode, OutputSize, ProviderName, Quality, Visibility


class Wish(Entity):
    """None means that the caller left it to us. At most one of `aspect_ratio` and `exact_size`."""

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
    character_id: str | None = None
    poses: tuple[str, ...] = ()
    style_capsule_id: str | None = None
