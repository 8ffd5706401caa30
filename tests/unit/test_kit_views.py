"""What callers are shown of a reference kit."""

from datetime import timedelta

from functions.reference_kits.views import KitSummaryView, KitView
from shared.domain.generation import Status
from shared.runtime.image_view import SignedUrls
from tests.builders import NOW
from tests.draw_builders import a_score
from tests.kit_builders import a_kit, a_kit_snapshot, ended, shown_with

C, F = Status.COMPLETED, Status.FAILED
URLS = SignedUrls(sign=lambda key: f"https://e.com/{key}", expires_at=NOW + timedelta(hours=1))


def test_a_summary_shows_the_face_and_how_well_the_kit_is_met() -> None:
    snapshot = ended(a_kit_snapshot(), C, C, F)
    scored = [
        item.model_copy(update={"image": item.image.model_copy(update={"similarity": a_score(n)})})
        for item, n in zip(snapshot.items, (96.0, 88.0, 0), strict=True)
        if item.image
    ]
    snapshot = snapshot.model_copy(update={"items": (*scored, snapshot.items[2])})
    kit = shown_with(a_kit(snapshot), snapshot)

    summary, whole = KitSummaryView.of(kit, URLS), KitView.whole(kit, URLS)

    assert summary.anchor_image == whole.slots["anchor_face"].image
    assert (summary.likeness.mean, summary.likeness.worst) == (92.0, 88.0)
    assert "slots" not in summary.model_dump()
    assert summary.model_dump() == whole.model_dump(exclude={"slots"})
