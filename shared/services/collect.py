"""The collector's hourly round."""

from dataclasses import dataclass

from shared.domain.collecting import Collected
from shared.services.collect_orphans import CollectOrphans
from shared.services.collect_strays import CollectStrays, CollectUploads
from shared.services.forget_generations import ForgetGenerations
from shared.services.forget_variants import ForgetVariants


@dataclass(frozen=True, slots=True)
class Collect:
    """What records tell of comes first, what they do not tell of last."""

    forget: ForgetGenerations
    forget_variants: ForgetVariants
    orphans: CollectOrphans
    uploads: CollectUploads
    strays: CollectStrays
    dry_run: bool

    def __call__(self, *, dry_run: bool = False) -> Collected:
        """The report. Nothing is changed when the deployment or this run is a dry one."""
        report = Collected(dry_run=self.dry_run or dry_run)
        report = self.forget_variants(self.forget(report))
        return self.strays(self.uploads(self.orphans(report)))
