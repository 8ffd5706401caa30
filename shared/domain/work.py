"""The messages on the queues: small, versioned, and never the only home of a fact."""

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from shared.domain.entity import Entity
from shared.domain.request import ProviderName


class RunItems(Entity):
    """Draw these items of a generation; at most ten in a message."""

    kind: Literal["run"] = "run"
    generation_id: str
    indexes: tuple[int, ...]


class PollPredictions(Entity):
    """Ask the provider about items that were let go; `round` doubles the next delay."""

    kind: Literal["poll"] = "poll"
    generation_id: str
    indexes: tuple[int, ...]
    round: int = 0


class TakeCallback(Entity):
    """A verified callback. `reference` names the attempt; `payload` is None when it was too
    large for a message, and the provider is asked instead."""

    kind: Literal["callback"] = "callback"
    provider: ProviderName
    reference: str
    prediction_id: str
    payload: dict[str, Any] | None = None


class JudgeDraws(Entity):
    """These items' images have been scored, or nobody could: are they good enough?"""

    kind: Literal["judge"] = "judge"
    generation_id: str
    indexes: tuple[int, ...]


class CancelPrediction(Entity):
    """Tell the provider, as well as may be."""

    kind: Literal["cancel"] = "cancel"
    provider: ProviderName
    prediction_id: str


type Work = Annotated[
    RunItems | PollPredictions | TakeCallback | JudgeDraws | CancelPrediction,
    Field(discriminator="kind"),
]


@cache
def _adapter() -> TypeAdapter[Work]:
    return TypeAdapter(Work)


def parse_work(body: str) -> Work:
    """Raises pydantic's ValidationError for what is no message of ours."""
    return _adapter().validate_json(body)


class AttemptReference(Entity):
    """Which attempt a callback speaks of, as written into its URL."""

    generation_id: str
    index: int
    number: int
    token: str

    def __str__(self) -> str:
        return f"{self.generation_id}.{self.index}.{self.number}.{self.token}"

    @classmethod
    def parse(cls, text: str) -> "AttemptReference | None":
        """None for anything that is not a reference."""
        parts = text.split(".")
        if len(parts) != 4 or not (parts[1].isdecimal() and parts[2].isdecimal()):
            return None
        if not text.isascii() or len(text) > 200:
            return None
        generation_id, index, number, token = parts
        return cls(generation_id=generation_id, index=int(index), number=int(number), token=token)
