"""The composition root of analytics."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from shared.domain.analytics.changes import Change
from shared.runtime import aws
from shared.runtime.clock import clock
from shared.runtime.observability import measure
from shared.runtime.settings import AnalyticsSettings
from shared.services.archive_events import ArchiveEvents
from shared.services.follow_variants import FollowVariants
from shared.services.record_changes import RecordChanges


@cache
def settings() -> AnalyticsSettings:
    return AnalyticsSettings.read()


def changes_of(stream: list[Mapping[str, Any]]) -> list[Change]:
    """The stream's records, as Lambda hands them on."""
    from shared.adapters.dynamo.changes import changes_of as read

    return read(stream, aws.table(settings().table_name))


@cache
def record_changes() -> RecordChanges:
    from shared.adapters.dynamo.rollups import DynamoRollups
    from shared.adapters.dynamo.variants import DynamoVariants
    from shared.adapters.event_bus import EventBridge
    from shared.adapters.sqs_analyses import SqsAnalyses

    return RecordChanges(
        rollups=DynamoRollups(aws.table(settings().table_name), clock),
        bus=EventBridge(aws.client("events"), settings().event_bus_name),
        analyses=SqsAnalyses(aws.client("sqs"), settings().analysis_queue_url),
        follow_variants=FollowVariants(DynamoVariants(aws.table(settings().table_name)), clock),
        measure=measure,
        clock=clock,
        daily_threshold_micro_usd=settings().daily_spend_threshold_usd * 1_000_000,
    )


@cache
def archive_events() -> ArchiveEvents:
    return ArchiveEvents(aws.image_store(settings().archive_bucket))
