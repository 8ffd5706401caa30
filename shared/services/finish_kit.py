"""The last step of a kit's workflow: what was not let go has failed, and the generation closes."""

from dataclasses import dataclass

from shared.domain.errors import NotFound
from shared.domain.ports import Generations
from shared.services.close_generation import CloseGeneration
from shared.services.give_up_held import GiveUpHeld


@dataclass(frozen=True, slots=True)
class FinishKit:
    """Repeated, it changes nothing. What still runs, after a step that was given up, is closed by
    whoever ends it."""

    generations: Generations
    give_up_held: GiveUpHeld
    close_generation: CloseGeneration

    def __call__(self, *, generation_id: str) -> None:
        """Of a kit that has been deleted meanwhile nothing is left to finish."""
        try:
            self.give_up_held(self.generations.get(generation_id))
            self.close_generation(generation_id=generation_id)
        except NotFound:
            return
