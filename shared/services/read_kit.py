"""Read one reference kit."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.errors import NotFound
from shared.domain.ports import Generations
from shared.domain.redrawing import prompts_of
from shared.domain.reference_kit import ReferenceKit, ShownKit
from shared.services.show_kit import ShowKit


@dataclass(frozen=True, slots=True)
class ReadKit:
    show_kit: ShowKit

    def __call__(self, *, owner: str, kit_id: str) -> ShownKit:
        """Raises NotFound, also for another owner's."""
        return self.show_kit(owner=owner, kit_id=kit_id)


@dataclass(frozen=True, slots=True)
class ReadKitPrompts:
    generations: Generations

    def __call__(self, kit: ReferenceKit) -> Mapping[str, str]:
        """What a model is told, by slot; nothing of a kit that is being deleted."""
        try:
            _, brief = self.generations.load(kit.generations[0])
        except NotFound:
            return {}
        return prompts_of(brief)
