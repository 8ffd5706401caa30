"""Other providers for a request, should its own be down: as it was understood, at its price."""

from collections.abc import Sequence

from shared.domain.generation import Brief
from shared.domain.pricing.catalogue import Model, nearest_ratio
from shared.domain.request import GenerationRequest, Substitute
from shared.domain.submission import image_costs


def substitutes_for(brief: Brief, model: Model, others: Sequence[Model]) -> tuple[Substitute, ...]:
    """Those of `others` that can be sent the brief as it was composed for `model`, and keep to
    `max_cost_usd` however its images are shared out among the two."""
    found = []
    for other in others:
        ratio = _ratio(brief.request, other)
        substitute = Substitute(provider=other.provider, model=other.id, aspect_ratio=ratio)
        if (
            ratio in other.aspect_ratios
            and other.style_strength is model.style_strength
            and _sees_all(brief, other)
            and _affordable(brief, model, brief.drawn_by(substitute), other)
        ):
            found.append(substitute)
    return tuple(found)


def _ratio(request: GenerationRequest, other: Model) -> str:
    size = request.exact_size
    return request.aspect_ratio if size is None else nearest_ratio(other, size.width, size.height)


def _sees_all(brief: Brief, other: Model) -> bool:
    """A model that takes a single picture would take one of the style for what is to be drawn."""
    own, of_style = brief.request.inputs + len(brief.references), len(brief.style_images)
    if len(brief.references) > 1 and own > other.max_references:
        return False
    if of_style and (other.max_references == 1 or own + of_style > other.max_references):
        return False
    return own >= other.min_references


def _affordable(brief: Brief, model: Model, substituted: Brief, other: Model) -> bool:
    limit = brief.request.max_cost_micro_usd
    if limit is None:
        return True
    return sum(map(max, _costs(brief, model), _costs(substituted, other))) <= limit


def _costs(brief: Brief, model: Model) -> tuple[int, ...]:
    return image_costs(brief.request, model, len(brief.references), len(brief.style_images))
