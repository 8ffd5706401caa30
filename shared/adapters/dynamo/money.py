"""What an owner uses: the minute's requests, the slot of each open generation, the month's
images, the ledger.

These writes are only ever part of a transaction with the generation they pay for.
"""

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.records import Record
from shared.adapters.dynamo.writes import ABSENT, Write, put, update
from shared.domain.closing import Closing, LateCompletion
from shared.domain.errors import InFlightLimit
from shared.domain.generation import Generation
from shared.domain.quota import MINUTE, in_flight_limit, minute_of, quota_exceeded, rate_limited


def count_request(generation: Generation, limit: int) -> Write:
    """One of the clock minute; the row is of no use after it."""
    minute = minute_of(generation.created_at)
    return update(
        keys.rate(generation.owner, minute),
        "ADD #requests :one SET #ttl = :ttl",
        "attribute_not_exists(#requests) OR #requests < :limit",
        values={"one": 1, "limit": limit, "ttl": int((minute + 2 * MINUTE).timestamp())},
        refused=lambda _: rate_limited(now=generation.created_at, limit=limit),
    )


def take_slot(generation: Generation, cap: int) -> Write:
    """Refused with the ids that hold the slots."""

    def full(slot: Record | None) -> InFlightLimit:
        return in_flight_limit(tuple((slot or {}).get("running", ())), cap)

    return update(
        keys.slot(generation.owner),
        "ADD #running :ids",
        "attribute_not_exists(#running) OR size(#running) < :cap",
        values={"ids": {generation.id}, "cap": cap},
        refused=full,
    )


def free_slot(generation: Generation) -> Write:
    return update(
        keys.slot(generation.owner), "DELETE #running :ids", values={"ids": {generation.id}}
    )


def hold(generation: Generation, limit: int) -> Write:
    """Conditions cannot add, so what may be used already is told: `limit` less the units."""
    room = limit - generation.units
    unused_is_enough = "attribute_not_exists(#used) OR " if room >= 0 else ""

    def exceeded(month: Record | None) -> Exception:
        used = int((month or {}).get("used", 0))
        return quota_exceeded(
            period=generation.quota_period,
            limit=limit,
            used=used,
            requested=generation.units,
        )

    return update(
        keys.quota(generation.owner, generation.quota_period),
        "SET #used = if_not_exists(#used, :none) + :units",
        f"{unused_is_enough}#used <= :room",
        values={"none": 0, "units": generation.units, "room": room},
        refused=exceeded,
    )


def release(closing: Closing) -> list[Write]:
    """To the month it was held from, whatever the month is now."""
    if not closing.released:
        return []
    generation = closing.after
    give_back = update(
        keys.quota(generation.owner, generation.quota_period),
        "SET #used = #used - :units",
        "#used >= :units",
        values={"units": closing.released},
    )
    return [give_back, entry(generation, "release", -closing.released)]


def recharge(late: LateCompletion) -> list[Write]:
    """Past the limit if need be: the image is there and was paid for."""
    if not late.recharged:
        return []
    generation = late.after
    take_again = update(
        keys.quota(generation.owner, generation.quota_period),
        "SET #used = if_not_exists(#used, :none) + :units,"
        " #overdraft = if_not_exists(#overdraft, :none) + :units",
        values={"none": 0, "units": late.recharged},
    )
    name = f"late#{late.move.after.index:02}"
    return [take_again, entry(generation, name, late.recharged)]


def entry(generation: Generation, name: str, units: int) -> Write:
    """Its key is unique, so that no sum moves twice; the rows of a month add up to `used`."""
    row = {"units": units, "period": generation.quota_period, "generation_id": generation.id}
    return put(keys.ledger(generation.owner, generation.id, name) | row, ABSENT)
