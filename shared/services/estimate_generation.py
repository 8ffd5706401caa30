"""Tell what a generation would be and cost, and leave nothing behind."""

from dataclasses import dataclass

from shared.domain.entity import Entity
from shared.domain.generation import Brief, Generation
from shared.domain.moderation.asked import verdict_on
from shared.domain.ports import Limits, Owners
from shared.domain.pricing.catalogue import Model
from shared.domain.request import Owner
from shared.domain.submission import image_costs
from shared.domain.wish import Wish
from shared.services.request_generation import RequestGeneration


class Estimate(Entity):
    """`allowed` is the verdict of moderation; costs are in micro-USD, one for each image."""

    generation: Generation
    brief: Brief
    costs: tuple[int, ...]
    allowed: bool
    quota_left: int


@dataclass(frozen=True, slots=True)
class EstimateGeneration:
    """Takes the way of a submission up to its last step. What only matters once it is taken
    is not asked: the slot, whether the quota suffices, whether input pictures are there."""

    request_generation: RequestGeneration
    owners: Owners
    limits: Limits

    def __call__(self, *, owner: Owner, wish: Wish) -> Estimate:
        """Raises Unprocessable, Forbidden, NotFound, SourceNotReady, KitNotReady."""
        model = self.request_generation.model_for(wish)
        character, people, style = self.request_generation.named_in(wish, owner, model)
        snapshot, brief = self.request_generation.submit_generation.draft(
            owner=owner,
            wish=wish,
            model=model,
            character=character,
            style=style,
            people=people,
        )
        generation = snapshot.generation
        used = self.owners.images_used(owner.id, generation.quota_period)
        return Estimate(
            generation=generation,
            brief=brief,
            costs=_costs(brief, model),
            allowed=verdict_on(wish, character, style) is None,
            quota_left=max(0, self.limits.of(owner.plan).monthly_images - used),
        )


def _costs(brief: Brief, model: Model) -> tuple[int, ...]:
    return image_costs(brief.request, model, len(brief.references), len(brief.style_images))
