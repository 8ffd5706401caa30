"""Collect objects that no record tells of: strays among the pictures, and uploads unused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.domain.collecting import (
    ORPHAN_AGE,
    UPLOAD_AGE,
    Collected,
    ListedObject,
    Listing,
)
from shared.domain.errors import StaleWrite, Unavailable
from shared.domain.image_keys import generation_of_key, image_of_key
from shared.domain.ports import Clock, Generations, Images, ImageStore, Listings, ObjectLists

_PAGES = 10
"""Of a thousand objects each, in one run."""


def collected(
    report: Collected, count: str, objects: Sequence[ListedObject], store: ImageStore
) -> Collected:
    """The report with these objects, gone unless it is of a dry run. What could not be deleted
    now is found again by the next walk."""
    if objects and not report.dry_run:
        try:
            store.delete([one.key for one in objects])
        except Unavailable:
            return report.model_copy(update={"failed": report.failed + len(objects)})
    return report.with_objects(count, objects)


@dataclass(frozen=True, slots=True)
class CollectStrays:
    """Over all pictures once a week, some pages an hour. A record is there before its objects
    and goes after them, so an object without one is left over from a writer that outlived it."""

    generations: Generations
    images: Images
    store: ImageStore
    lists: ObjectLists
    listings: Listings
    clock: Clock

    def __call__(self, report: Collected) -> Collected:
        """A crash repeats some pages; a dry run looks at the first ones and remembers nothing."""
        now = self.clock()
        listing = Listing(started_at=now) if report.dry_run else self._current()
        if listing.after is None:
            return report
        after: str | None = listing.after
        for _ in range(_PAGES):
            page = self.lists.page(after or "")
            strays = self._strays(page.objects)
            report = collected(report, "strays", strays, self.store)
            after = page.objects[-1].key if page.more else None
            if after is None:
                break
        if not report.dry_run:
            self._save(listing.model_copy(update={"after": after, "version": listing.version + 1}))
        return report

    def _current(self) -> Listing:
        now = self.clock()
        listing = self.listings.current()
        if listing is None:
            return Listing(started_at=now, version=0)
        if listing.after is None and not listing.is_over(now):
            return Listing(started_at=now, version=listing.version)
        return listing

    def _save(self, listing: Listing) -> None:
        try:
            self.listings.save(listing)
        except StaleWrite:
            return  # Another run was quicker, and has deleted what this one would have.

    def _strays(self, objects: Sequence[ListedObject]) -> list[ListedObject]:
        """Old enough that their record is not about to be written, and of no record: neither of
        a picture nor, as its input, of a generation."""
        now = self.clock()
        old = [one for one in objects if one.stored_at + ORPHAN_AGE <= now]
        of_image = {one.key: name for one in old if (name := image_of_key(one.key))}
        of_generation = {one.key: name for one in old if (name := generation_of_key(one.key))}
        images = {one.id for one in self.images.stored(sorted(set(of_image.values())))}
        generations = self.generations.existing(sorted(set(of_generation.values())))
        lost = {key for key, name in of_image.items() if name not in images}
        lost |= {key for key, name in of_generation.items() if name not in generations}
        return [one for one in old if one.key in lost]


@dataclass(frozen=True, slots=True)
class CollectUploads:
    """What the bucket's own rule deletes a day later; where no such rule is kept, this does."""

    store: ImageStore
    lists: ObjectLists
    clock: Clock

    def __call__(self, report: Collected) -> Collected:
        for unused in self._unused():
            report = collected(report, "uploads", unused, self.store)
        return report

    def _unused(self) -> Iterator[list[ListedObject]]:
        after, now = "", self.clock()
        for _ in range(_PAGES):
            page = self.lists.page(after)
            yield [one for one in page.objects if one.stored_at + UPLOAD_AGE <= now]
            if not page.more:
                return
            after = page.objects[-1].key
