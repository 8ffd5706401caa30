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


def test_what_is_told_of_a_picture_is_of_whoever_brought_it() -> None:
    drawn = ended(a_kit_snapshot(), C, C, C)
    first = drawn.items[1].model_copy(update={"seed": 11, "attempts": 3})
    drawn = drawn.model_copy(update={"items": (drawn.items[0], first, drawn.items[2])})
    again = ended(a_kit_snapshot(2, slots=["profile"]), F)
    failed = again.items[0].model_copy(update={"seed": 12, "attempts": 1})
    again = again.model_copy(update={"items": (failed,)})
    kit = a_kit(drawn)
    profile = kit.slots[1].model_copy(update={"drawn": failed.ref, "earlier": first.ref})
    kit = kit.model_copy(update={"slots": (kit.slots[0], profile, kit.slots[2])})

    shown = KitView.whole(shown_with(kit, drawn, again), URLS).slots["profile"]

    assert first.image is not None
    assert (shown.status, shown.image and shown.image.id) == (F, first.image.id)
    assert (shown.seed, shown.attempts) == (11, 3)
    nothing = shown_with(kit, again)
    assert KitView.whole(nothing, URLS).slots["profile"].seed == 12
