"""Delete a style capsule; its pictures stay, and so does what was drawn with it."""

from dataclasses import dataclass

from shared.domain.ports import StyleCapsules


@dataclass(frozen=True, slots=True)
class DeleteStyleCapsule:
    capsules: StyleCapsules

    def __call__(self, *, owner: str, capsule_id: str) -> None:
        """Raises NotFound, also for another owner's."""
        self.capsules.delete(self.capsules.get(owner, capsule_id))
