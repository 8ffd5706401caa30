"""Read one style capsule."""

from dataclasses import dataclass

from shared.domain.ports import StyleCapsules
from shared.domain.style_capsule import StyleCapsule


@dataclass(frozen=True, slots=True)
class ReadStyleCapsule:
    capsules: StyleCapsules

    def __call__(self, *, owner: str, capsule_id: str) -> StyleCapsule:
        """Raises NotFound, also for another owner's."""
        return self.capsules.get(owner, capsule_id)
