"""Whether another draw of an image may be made, and which of its draws is kept.

What could not be measured is not drawn again: it would mostly not be the second time either, and
the caller would pay for guesses.
"""

from datetime import datetime

from shared.domain.draws import Draw
from shared.domain.events import Judged
from shared.domain.generation import Item
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.limits import PROVIDER_CALL, SCORES_WITHIN


def score_may_still_come(item: Item, now: datetime) -> bool:
    """For as long as scores are waited for, and the item has time at all."""
    assert item.image is not None, "its score is awaited"
    in_time = item.deadline is None or now < item.deadline
    return in_time and now < item.image.created_at + SCORES_WITHIN


def may_draw_again(item: Item, event: Judged, now: datetime) -> bool:
    """Not while a later attempt than the one that brought the image may be running, and not when
    the call could not end by the deadline: it would be paid for and thrown away."""
    score = None if item.image is None else item.image.score
    if item.accept is None or score is None:
        return False
    if score >= item.accept.min_score or event.cancelled:
        return False
    share = event.share_micro_usd
    affordable = share is None or item.cost_micro_usd + event.price_micro_usd <= share
    in_time = item.deadline is None or now + PROVIDER_CALL <= item.deadline
    draws_left = len(item.draws) + 1 < item.accept.max_attempts
    return affordable and in_time and draws_left and item.won_by == item.calls


def on_record(item: Item) -> tuple[Draw, ...]:
    """All draws whose image is stored, the current one included."""
    image = _stored(item)
    if item.accept is None or image is None:
        return item.draws
    draw = Draw(
        image_id=image.id,
        seed=item.seed,
        score=image.score,
        attempts=item.attempts,
        provider=item.provider,
    )
    return (*item.draws, draw)


def best_image(item: Item) -> StoredImage | None:
    """The stored image with the highest score; one without a score only when there is no other.
    Of equals, the earlier one."""
    stored = [image for image in (item.best, _stored(item)) if image is not None]
    return max(stored, key=lambda image: -1 if image.score is None else image.score, default=None)


def _stored(item: Item) -> StoredImage | None:
    image = item.image
    return image if image is not None and image.status is ImageStatus.LIVE else None
