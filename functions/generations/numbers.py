"""HTTP: what an owner has used, spent and got, and what waits."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BeforeValidator, Field

from shared.domain.analytics.statistics import CostSum, Jobs, LaneNow, OwnPlace, Statistics, Stored
from shared.domain.analytics.tallies import CostGroup
from shared.domain.entity import Timestamp
from shared.domain.generation import Lane, Status
from shared.domain.request import Owner, Plan
from shared.runtime import bootstrap_numbers as bootstrap
from shared.runtime.http import Api
from shared.runtime.models import Query, View, digits, usd
from shared.services.read_numbers import Queue, Usage

api = Api()

_LONGEST_HOURS = 24 * 31


class StoredView(View):
    """Originals of your live images."""

    images: int
    bytes: int

    @classmethod
    def of(cls, stored: Stored) -> Self:
        return cls(images=stored.images, bytes=stored.bytes)


class UsageView(View):
    """Of the running month (UTC), and what is there now."""

    plan: Plan
    period: str
    images_used: int
    images_left: int
    images_limit: int
    resets_at: Timestamp
    in_flight: int
    in_flight_limit: int
    requests_per_minute: int
    stored: StoredView

    @classmethod
    def of(cls, usage: Usage, plan: Plan) -> Self:
        limit = usage.allowance.monthly_images
        return cls(
            plan=plan,
            period=usage.period,
            images_used=usage.images_used,
            images_left=max(0, limit - usage.images_used),
            images_limit=limit,
            resets_at=usage.resets_at,
            in_flight=len(usage.running),
            in_flight_limit=usage.allowance.in_flight,
            requests_per_minute=usage.allowance.requests_per_minute,
            stored=StoredView.of(usage.stored),
        )


class SumView(View):
    """In USD."""

    sum_usd: float
    mean_usd: float

    @classmethod
    def of(cls, micro_usd: int, count: int) -> Self:
        return cls(sum_usd=usd(micro_usd), mean_usd=usd(round(micro_usd / max(1, count))))


class CostRowView(View):
    """`count` is of images where models are grouped by, else of generations."""

    key: str
    count: int
    estimated: SumView
    actual: SumView

    @classmethod
    def of(cls, row: CostSum) -> Self:
        return cls(
            key=row.key,
            count=row.count,
            estimated=SumView.of(row.estimated, row.count),
            actual=SumView.of(row.actual, row.count),
        )


class CostsView(View):
    """Of everything that has ended, failed attempts that were charged included."""

    group_by: CostGroup
    data: list[CostRowView]


class CostsQuery(Query):
    group_by: CostGroup = CostGroup.DAY


class EndedJobsView(View):
    """Generations that ended so."""

    status: Status
    count: int
    mean_duration_ms: int | None

    @classmethod
    def of(cls, jobs: Jobs) -> Self:
        return cls(status=jobs.status, count=jobs.count, mean_duration_ms=jobs.mean_ms)


class FailureView(View):
    """Images that failed with one code, and their share of all that ended."""

    code: str
    count: int
    rate: float


class StatsView(View):
    """Of what ended in the hours asked about."""

    hours: int
    jobs: list[EndedJobsView]
    images_completed: int
    images_failed: int
    success_rate: float | None
    failures: list[FailureView]
    first_image_p50_ms: int | None
    first_image_p95_ms: int | None
    consistent_share: float | None
    stored: StoredView

    @classmethod
    def of(cls, statistics: Statistics, stored: Stored, hours: int) -> Self:
        rates = statistics.failure_rates
        return cls(
            hours=hours,
            jobs=[EndedJobsView.of(jobs) for jobs in statistics.jobs],
            images_completed=statistics.images,
            images_failed=statistics.failed,
            success_rate=statistics.success_rate,
            failures=[
                FailureView(code=code, count=count, rate=rates[code])
                for code, count in statistics.failures.items()
            ],
            first_image_p50_ms=statistics.first_image_p50_ms,
            first_image_p95_ms=statistics.first_image_p95_ms,
            consistent_share=statistics.consistent_share,
            stored=StoredView.of(stored),
        )


class StatsQuery(Query):
    hours: Annotated[int, Field(ge=1, le=_LONGEST_HOURS), BeforeValidator(digits)] = 24


class LaneView(View):
    """`priority` takes the paid plan's work, `standard` the free one's."""

    lane: Lane
    waiting: int
    in_flight: int
    oldest_age_seconds: int | None

    @classmethod
    def of(cls, lane: LaneNow, now: datetime) -> Self:
        age = lane.oldest_age(now)
        return cls(
            lane=lane.lane,
            waiting=len(lane.waiting),
            in_flight=len(lane.running),
            oldest_age_seconds=None if age is None else max(0, round(age.total_seconds())),
        )


class OwnPlaceView(View):
    """A generation of yours that waits."""

    generation_id: str
    position: int
    estimated_completion_at: Timestamp | None

    @classmethod
    def of(cls, place: OwnPlace) -> Self:
        return cls(
            generation_id=place.generation_id,
            position=place.position,
            estimated_completion_at=place.ends_at,
        )


class QueueView(View):
    lanes: list[LaneView]
    own: list[OwnPlaceView]

    @classmethod
    def of(cls, queue: Queue) -> Self:
        return cls(
            lanes=[LaneView.of(lane, queue.read_at) for lane in queue.lanes],
            own=[OwnPlaceView.of(place) for place in queue.own],
        )


@api.get("/v1/usage", summary="What this month has used")
def read_usage(owner: Owner) -> UsageView:
    """Images held by running generations count as used until those are closed."""
    return UsageView.of(bootstrap.read_usage()(owner=owner), owner.plan)


@api.get("/v1/costs", summary="What it cost")
def read_costs(owner: Owner, query: CostsQuery) -> CostsView:
    """Sums are a few seconds behind. At most a thousand rows; days newest first."""
    rows = bootstrap.read_costs()(owner=owner.id, group=query.group_by)
    return CostsView(group_by=query.group_by, data=[CostRowView.of(row) for row in rows])


@api.get("/v1/stats", summary="How it went")
def read_stats(owner: Owner, query: StatsQuery) -> StatsView:
    """Of whole clock hours, the running one included; a few seconds behind. Times of first
    images are exact to ten percent."""
    statistics, stored = bootstrap.read_statistics()(owner=owner.id, hours=query.hours)
    return StatsView.of(statistics, stored, query.hours)


@api.get("/v1/queue", summary="What waits")
def read_queue(owner: Owner) -> QueueView:
    """Counted in generations. A position is by time of request; owners with little running may
    be served before it. Estimates go by how long recent generations took."""
    return QueueView.of(bootstrap.read_queue()(owner=owner.id))
