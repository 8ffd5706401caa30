"""One image model: what it takes, how large it draws, what it costs."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.domain.entity import Entity
from shared.domain.images import ImageFormat
from shared.domain.request import OutputSize, ProviderName, Quality, Reach


class ModelStatus(StrEnum):
    """A retired model cannot be asked for; its row tells the cost of what it drew."""

    AVAILABLE = "available"
    RETIRED = "retired"


class Tier(Entity):
    """An output size of a model. `scale` multiplies the sides of its table of pixels; `usd`
    comes on top of the model's price per image."""

    scale: float = 1.0
    image_tokens: int = 0
    usd: Decimal = Decimal(0)


class TokenPrice(Entity):
    """USD per million tokens, which is micro-USD per token. `reference_tokens` is what one
    picture that the model is shown counts for."""

    per: Literal["token"]
    input: Decimal
    text: Decimal
    image: Decimal
    reference_tokens: int


class PicturePrice(Entity):
    """USD per image, and per megapixel (1024 squared) shown to the model and drawn by it."""

    per: Literal["picture"]
    image: Decimal = Decimal(0)
    megapixel_in: Decimal = Decimal(0)
    megapixel_out: Decimal = Decimal(0)


class Sees(StrEnum):
    """What the pictures are that a model is shown."""

    ANY = "any"
    PERSON = "person"
    INPUT = "input"


class Inputs(Entity):
    """The names of a Replicate model's input fields; None where it has no such field.

    A model that takes several references wants a list of them. `fixed` is always sent.
    """

    lora_weights: str | None = None
    lora_scale: str | None = None
    references: str | None = None
    aspect_ratio: str | None = "aspect_ratio"
    tier: str | None = None
    seed: str | None = "seed"
    negative_prompt: str | None = None
    output_format: str | None = "output_format"
    fixed: Mapping[str, Any] = {}


class Model(Entity):
    """A row of the table.

    `version` is set for Replicate's community models, which run by version only. `thinking`
    names how long a model should think where that is not left to it, and `thinking_tokens` what
    that is estimated to take of text. `output_formats` is empty where the format cannot be
    chosen.
    """

    id: str
    provider: ProviderName
    status: ModelStatus = ModelStatus.AVAILABLE
    shutdown: date | None = None
    version: str | None = None
    min_references: int = 0
    max_references: int
    sees: Sees = Sees.ANY
    aspect_ratios: tuple[str, ...]
    pixels: Mapping[str, tuple[int, int]]
    tiers: Mapping[str, Tier]
    quality: Mapping[Quality, str]
    thinking: Mapping[Quality, str] = {}
    thinking_tokens: Mapping[Quality, int] = {}
    output_formats: tuple[ImageFormat, ...] = ()
    price: Annotated[TokenPrice | PicturePrice, Field(discriminator="per")]
    inputs: Inputs = Inputs()
    seed: Reach
    negative_prompt: Reach = Reach.PROMPT
    style_strength: Reach = Reach.PROMPT
    size: Reach = Reach.NATIVE

    @property
    def takes_lora(self) -> bool:
        return self.inputs.lora_weights is not None

    def takes(self, *, inputs: int, persons: int) -> bool:
        """Whether all of these pictures can be shown to the model."""
        seen = {Sees.ANY: inputs + persons, Sees.PERSON: persons, Sees.INPUT: inputs}
        return inputs + persons == seen[self.sees] <= self.max_references

    def tier(self, quality: Quality) -> Tier:
        return self.tiers[self.quality[quality]]

    def size_of(self, aspect_ratio: str, tier: Tier) -> OutputSize:
        width, height = (_in_eights(side * tier.scale) for side in self.pixels[aspect_ratio])
        return OutputSize(width=width, height=height)


def _in_eights(side: float) -> int:
    """Models draw in blocks of eight pixels."""
    return round(side / 8) * 8
