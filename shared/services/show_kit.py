"""Reference kits with the items that their slots point to."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.ports import Generations, ReferenceKits
from shared.domain.reference_kit import ReferenceKit, ShownKit, shown


@dataclass(frozen=True, slots=True)
class ShowKit:
    """Two reads, however many generations have drawn for it."""

    kits: ReferenceKits
    generations: Generations

    def __call__(self, *, owner: str, kit_id: str) -> ShownKit:
        """Raises NotFound."""
        return self.all_of([self.kits.get(owner, kit_id)])[0]

    def all_of(self, kits: Sequence[ReferenceKit]) -> tuple[ShownKit, ...]:
        items = self.generations.items([ref for kit in kits for ref in kit.refs])
        return tuple(shown(kit, items) for kit in kits)


def kept_answer(kit: ShownKit) -> str:
    """What is kept for those who repeat the request that drew it: without the vector of the
    face, which is the kit's alone and goes with it."""
    vector = {"kit": {"source": {"embedding": {"vector"}}}}
    return kit.model_dump_json(exclude_defaults=True, exclude=vector)
