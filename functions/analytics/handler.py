"""The table's changes become events and sums; the events of the bus become files."""

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.runtime import bootstrap_analytics as bootstrap
from shared.runtime.observability import logger, metrics


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """All records or none: what fails is told again, and nothing counts twice."""
    records = event["Records"]
    try:
        if records[0]["eventSource"] == "aws:sqs":
            key = bootstrap.archive_events()(
                envelopes=[json.loads(each["body"]) for each in records]
            )
            logger().info("events archived", key=key, events=len(records))
        else:
            changes = bootstrap.changes_of(records)
            bootstrap.record_changes()(changes=changes)
            logger().info("changes recorded", records=len(records), changes=len(changes))
    finally:
        metrics().flush_metrics()
