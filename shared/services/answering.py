"""What a use case answers that may be asked twice under one idempotency key."""

from dataclasses import dataclass

from shared.domain.idempotency import IdempotencyKey


@dataclass(frozen=True, slots=True)
class Answer[T]:
    """`replayed` is true when this is the answer that was given the first time."""

    value: T
    replayed: bool = False


def keeping(key: IdempotencyKey | None, answer: str) -> IdempotencyKey | None:
    """The key with what those who come again are to be told; None stays None."""
    return None if key is None else key.model_copy(update={"answer": answer})
