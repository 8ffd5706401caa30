"""Collect pictures that were begun and never finished, and finish deletions that were begun."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched, islice

from shared.domain.collecting import TOMBSTONE, Collected, Find, judged
from shared.domain.errors import StaleWrite, Unavailable
from shared.domain.images import StoredImage
from shared.domain.ports import Clock, Images, ImageStore

_AT_ONCE = 500
"""Pictures looked at in one run; the rest is still due an hour later."""
_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class CollectOrphans:
    """The index only nominates: each record is read again. Marked before deleted, so that no
    completion can come in between; a crash leaves marked records, which are due again."""

    images: Images
    store: ImageStore
    clock: Clock

    def __call__(self, report: Collected) -> Collected:
        """The report with what was found; with `dry_run` nothing else happens."""
        due = islice(self.images.due(self.clock()), _AT_ONCE)
        for some in batched(due, _TOGETHER, strict=False):
            found = self.images.stored(some)
            orphans = self._marked(self._judged(found, Find.ORPHAN), dry_run=report.dry_run)
            tombstones = self._judged(found, Find.TOMBSTONE)
            if not report.dry_run and not self._deleted([*orphans, *tombstones]):
                report = report.model_copy(update={"failed": report.failed + len(some)})
                continue
            if not report.dry_run:
                for image in tombstones:
                    self.images.remove(image)
            report = report.with_pictures(Find.ORPHAN, orphans)
            report = report.with_pictures(Find.TOMBSTONE, tombstones)
        return report

    def _judged(self, images: Sequence[StoredImage], find: Find) -> list[StoredImage]:
        now = self.clock()
        return [image for image in images if judged(image, now) is find]

    def _marked(self, orphans: Sequence[StoredImage], *, dry_run: bool) -> list[StoredImage]:
        """Those among them that did not become live at this very moment."""
        if dry_run:
            return list(orphans)
        marked = []
        for image in orphans:
            try:
                self.images.mark_deleting(image, again_at=self.clock() + TOMBSTONE)
            except StaleWrite:
                continue
            marked.append(image)
        return marked

    def _deleted(self, images: Sequence[StoredImage]) -> bool:
        """What could not be deleted now stays marked, and is tried again when it is due."""
        try:
            self.store.delete([key for image in images for key in image.all_keys()])
        except Unavailable:
            return False
        return True
