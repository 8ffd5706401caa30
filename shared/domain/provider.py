"""What is asked of an image provider and what comes back, in no vendor's words."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from shared.domain.entity import Entity
from shared.domain.errors import ProviderError
from shared.domain.images import ImageFormat
from shared.domain.request import Lora, OutputSize, ProviderName, Quality

NAMED_BY_US: Final = frozenset({ProviderName.COMFYUI})
"""Providers that run an attempt under the attempt's own id: it is bound before it is called, so
that a lost reply, a crash or a cancellation in between can still be looked up."""


class ReferencePicture(Entity):
    """A picture the model sees. `url` is a signed address of the same bytes, for providers
    that fetch for themselves; `size` is None where it does not matter."""

    data: bytes
    format: ImageFormat
    url: str
    size: OutputSize | None = None


class ProviderCall(Entity):
    """One image. `callback_url` is for providers that answer later; they drop the work by
    themselves after `give_up_after`."""

    attempt_id: str
    model: str
    prompt: str
    negative_prompt: str | None
    references: tuple[ReferencePicture, ...]
    aspect_ratio: str
    quality: Quality
    seed: int
    output_format: ImageFormat | None
    lora: Lora | None = None
    callback_url: str
    give_up_after: timedelta

    @property
    def worded_prompt(self) -> str:
        """The prompt for a model that has no parameter for what is to be avoided."""
        return (
            f"{self.prompt}\nAvoid: {self.negative_prompt}" if self.negative_prompt else self.prompt
        )


class Output(Entity):
    """Exactly one of the two: the bytes, or where to fetch them."""

    data: bytes | None = None
    url: str | None = None


class Finished(Entity):
    """An image. `cost_micro_usd` follows from what the provider reports it used."""

    output: Output
    cost_micro_usd: int


class Pending(Entity):
    """The provider works on it and will call back."""

    prediction_id: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The prediction ended without an image, and why: a type of its own, so that it is never
    taken for a provider that could not be asked."""

    error: ProviderError


type PredictionReport = Finished | Pending | Failed
"""What a poll or a callback says of a prediction. A ProviderError raised instead means that
the provider could not be asked: the prediction may still be fine."""
