"""Forget generations that are older than this deployment keeps them."""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.collecting import Collected
from shared.domain.errors import NotFound
from shared.domain.generation import Snapshot
from shared.domain.ports import Clock, Counter, Generations
from shared.domain.reference_kit import ShownKit, best_references
from shared.domain.request import Mode
from shared.services.delete_generation import DeleteGeneration
from shared.services.forget_image import ForgetImage
from shared.services.forgetting import forget_each
from shared.services.show_kit import ShowKit


@dataclass(frozen=True, slots=True)
class ForgetGenerations:
    """As if their owners had deleted them: records, images, renditions, inputs. What a reference
    kit shows stays for as long as the kit does; of a generation that has drawn such a picture only
    the others go. `kept` is None where everything is kept."""

    generations: Generations
    show_kit: ShowKit
    delete_generation: DeleteGeneration
    forget_image: ForgetImage
    clock: Clock
    count: Counter
    kept: timedelta | None

    def __call__(self, report: Collected) -> Collected:
        """The report with how many were forgotten, or would have been."""
        if self.kept is None:
            return report
        now, limit = self.clock(), self.clock() - self.kept

        def forget(generation_id: str) -> bool:
            snapshot = self.generations.get(generation_id)
            closed_at = snapshot.generation.closed_at
            if closed_at is None or closed_at > limit or not snapshot.is_final(now):
                return False
            kit = self._shown_by(snapshot)
            if report.dry_run:
                return kit is None
            if kit is not None:
                self._thin_out(snapshot, kit)
                return False
            self.delete_generation.erase(snapshot)
            return True

        return forget_each(
            self.generations.closed_before(limit),
            forget,
            counted_as="forgotten",
            report=report,
            count=self.count,
        )

    def _shown_by(self, snapshot: Snapshot) -> ShownKit | None:
        """The kit one of whose slots points to an item of this generation, or whose first one it
        is: by that one's brief all slots are drawn again."""
        generation = snapshot.generation
        if generation.mode is not Mode.REFERENCE or generation.kit_id is None:
            return None
        try:
            shown = self.show_kit(owner=generation.owner, kit_id=generation.kit_id)
        except NotFound:
            return None
        needed = {shown.kit.generations[0], *(ref.generation_id for ref in shown.kit.refs)}
        return shown if generation.id in needed else None

    def _thin_out(self, snapshot: Snapshot, kit: ShownKit) -> None:
        """Superseded pictures go, and draws that were not kept. The rest is looked at again when
        it is as old once more: else kits that are used for long would be the first of every
        round, and leave no room."""
        shown = {image.id for image in best_references(kit)}
        made = self.delete_generation.made(snapshot)
        doomed = [image for image in made if image.id not in shown]
        for image in doomed:
            self.forget_image(image)
        self.delete_generation.erase_images(images=doomed)
        self.generations.keep_on(snapshot.generation.id, self.clock())
