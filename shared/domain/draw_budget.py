"""What drawing an image again costs, and how much of it the caller allows.

An item may spend an equal share of `max_cost_usd`: none has to ask what the others spent, so
none can take what another was about to.
"""

from shared.domain.events import Judged
from shared.domain.generation import Brief, Generation
from shared.domain.pricing.catalogue import recorded_model
from shared.domain.request import GenerationRequest
from shared.domain.submission import image_costs


def judged(generation: Generation, brief: Brief, index: int) -> Judged:
    return Judged(
        price_micro_usd=_dearest(brief, index),
        share_micro_usd=share_micro_usd(brief.request),
        cancelled=generation.cancel_receipt is not None,
    )


def share_micro_usd(request: GenerationRequest) -> int | None:
    """Of each item; None where the caller set no limit."""
    limit = request.max_cost_micro_usd
    return None if limit is None else limit // request.image_count


def at_most_micro_usd(request: GenerationRequest, costs: tuple[int, ...]) -> int:
    """What all images cost if each is drawn as often as `accept` and the money allow."""
    if request.accept is None:
        return sum(costs)
    share, draws = share_micro_usd(request), request.accept.max_attempts
    if share is None:
        return draws * sum(costs)
    affordable = (min(draws, share // cost) if cost else draws for cost in costs)
    return sum(cost * max(1, times) for cost, times in zip(costs, affordable, strict=True))


def _dearest(brief: Brief, index: int) -> int:
    """A substitute may draw it."""
    asked = (brief.request, *(brief.drawn_by(each).request for each in brief.substitutes))
    return max(_price(request, brief, index) for request in asked)


def _price(request: GenerationRequest, brief: Brief, index: int) -> int:
    model = recorded_model(request.provider, request.model)
    if model is None:
        return 0  # It is drawn by nobody any more.
    return image_costs(request, model, len(brief.references), len(brief.style_images))[index]
