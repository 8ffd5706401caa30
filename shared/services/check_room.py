"""Refuse early what the owner's plan has no room for."""

from dataclasses import dataclass

from shared.domain.ports import Clock, Limits, Owners
from shared.domain.quota import in_flight_limit, period_of, quota_exceeded
from shared.domain.request import Owner


@dataclass(frozen=True, slots=True)
class CheckRoom:
    """Before a picture is stored for a request. It spares work and decides nothing: the
    transaction that submits looks again."""

    owners: Owners
    limits: Limits
    clock: Clock

    def __call__(self, *, owner: Owner, images: int) -> None:
        """Raises InFlightLimit, QuotaExceeded."""
        allowance, period = self.limits.of(owner.plan), period_of(self.clock())
        running = self.owners.running(owner.id)
        if len(running) >= allowance.in_flight:
            raise in_flight_limit(running, allowance.in_flight)
        used = self.owners.images_used(owner.id, period)
        if used + images > allowance.monthly_images:
            raise quota_exceeded(
                period=period, limit=allowance.monthly_images, used=used, requested=images
            )
