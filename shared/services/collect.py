"""The collector's hourly round."""

from dataclasses import dataclass

from shared.domain.collecting import Collected
from shared.services.collect_orphans import CollectOrphans
from shared.services.collect_strays import CollectStrays, CollectUploads


@dataclass(frozen=True, slots=True)
class Collect:
    """What records tell of first; what they do not tell of is looked for as far as time allows."""

    orphans: CollectOrphans
    uploads: CollectUploads
    strays: CollectStrays
    dry_run: bool

    def __call__(self, *, dry_run: bool = False) -> Collected:
        """The report. Nothing is changed when the deployment or this run is a dry one."""
        report = Collected(dry_run=self.dry_run or dry_run)
        return self.strays(self.uploads(self.orphans(report)))
