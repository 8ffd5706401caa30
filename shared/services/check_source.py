"""Whether a reference kit can be drawn after its photo."""

from dataclasses import dataclass

from shared.domain.errors import NotFound
from shared.domain.ports import Clock, ReferenceKits
from shared.domain.undrawn import PhotoVerdict, verdict_on


@dataclass(frozen=True, slots=True)
class CheckSource:
    kits: ReferenceKits
    clock: Clock

    def __call__(self, *, owner: str, kit_id: str) -> PhotoVerdict:
        """Of a kit that has been deleted meanwhile nothing is drawn."""
        try:
            return verdict_on(self.kits.get(owner, kit_id), self.clock())
        except NotFound:
            return PhotoVerdict.UNFIT
