"""Give a reference kit another name."""

from dataclasses import dataclass

from shared.domain.errors import StaleWrite
from shared.domain.ports import Clock, ReferenceKits
from shared.domain.reference_kit import ShownKit
from shared.services.show_kit import ShowKit

_RACES = 4


@dataclass(frozen=True, slots=True)
class RenameKit:
    """Also while it is drawn: nothing else of it changes."""

    kits: ReferenceKits
    show_kit: ShowKit
    clock: Clock

    def __call__(self, *, owner: str, kit_id: str, name: str) -> ShownKit:
        """Raises NotFound."""
        for _ in range(_RACES):
            kit = self.kits.get(owner, kit_id)
            changes = {"name": name, "version": kit.version + 1, "updated_at": self.clock()}
            renamed = kit.model_copy(update=changes)
            try:
                self.kits.save(renamed)
            except StaleWrite:
                continue
            return self.show_kit.all_of([renamed])[0]
        raise StaleWrite("the reference kit changes faster than it can be renamed")
