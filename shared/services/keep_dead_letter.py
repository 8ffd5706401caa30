"""Keep a dead letter where an operator finds it."""

from dataclasses import dataclass

from shared.domain.dead_letter import DeadLetter
from shared.domain.ports import Clock, ImageStore


@dataclass(frozen=True, slots=True)
class KeepDeadLetter:
    """Before anything is done about it: a letter that is let go has been kept."""

    store: ImageStore
    clock: Clock

    def __call__(self, *, letter: DeadLetter) -> str:
        """Its key. Kept once, however often it is received."""
        self.store.put(letter.key, letter.content(self.clock()), "application/json")
        return letter.key
