"""What a use case answers that may be asked twice under one idempotency key."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.domain.entity import Entity
from shared.domain.errors import AlreadyAnswered, LikenessError
from shared.domain.idempotency import FirstAnswer, IdempotencyKey
from shared.domain.ports import Answers, Clock


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


def once[E: Entity](
    answers: Answers, key: IdempotencyKey | None, clock: Clock, kind: type[E], act: Callable[[], E]
) -> Answer[E]:
    """What `act` gives, or gave the first time: whoever is refused asks again, because the same
    request, sent twice at once, may have used up meanwhile what this one needs."""
    first = answered(answers, key, clock(), kind)
    if first is not None:
        return first
    try:
        return Answer(act())
    except AlreadyAnswered as earlier:
        return again(earlier.answer, kind)
    except LikenessError:
        first = answered(answers, key, clock(), kind)
        if first is None:
            raise
        return first


def answered[E: Entity](
    answers: Answers, key: IdempotencyKey | None, now: datetime, kind: type[E]
) -> Answer[E] | None:
    """Asked first of all: by now what the request needs may be used up or gone. None the first
    time. Raises IdempotencyKeyReused."""
    first = None if key is None else answers.find(key, now)
    return None if first is None else again(first, kind)
