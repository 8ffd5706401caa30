"""What a use case answers that may be asked twice under one idempotency key."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.entity import Entity
from shared.domain.idempotency import FirstAnswer, IdempotencyKey
from shared.domain.ports import Answers


@dataclass(frozen=True, slots=True)
class Answer[T]:
    """`replayed` is true when this is the answer that was given the first time."""

    value: T
    replayed: bool = False


def keeping(key: IdempotencyKey | None, answer: str) -> IdempotencyKey | None:
    """The key with what those who come again are to be told; None stays None."""
    return None if key is None else key.model_copy(update={"answer": answer})


def again[E: Entity](first: FirstAnswer, kind: type[E]) -> Answer[E]:
    """What was kept of the first time."""
    return Answer(kind.model_validate_json(first.answer), replayed=True)


def answered[E: Entity](
    answers: Answers, key: IdempotencyKey | None, now: datetime, kind: type[E]
) -> Answer[E] | None:
    """Asked first of all: by now what the request needs may be used up or gone. None the first
    time. Raises IdempotencyKeyReused."""
    first = None if key is None else answers.find(key, now)
    return None if first is None else again(first, kind)
