"""Each minute what is overdue, each hour what nobody owns; dead letters as they come."""

import contextlib
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from shared.domain.analysis import (
    Analysis,
    ImageToAnalyse,
    KitToAnalyse,
    SourceToAnalyse,
    parse_analysis,
)
from shared.domain.dead_letter import DeadLetter
from shared.domain.work import Work, parse_work
from shared.runtime import bootstrap_sweeper as bootstrap
from shared.runtime.observability import count, logger, measure, metrics

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def bury(record: SQSRecord) -> None:
    """Kept first, so that none is let go unkept. What nobody can read is kept apart and not
    tried again: that cannot help it."""
    told = _read(record.body)
    key = bootstrap.keep_dead_letter()(letter=_letter(record, readable=told is not None))
    kind = "malformed" if told is None else told.kind
    logger().error("dead letter", kind=kind, message_id=record.message_id, kept_as=key)
    match told:
        case None:
            count("dead_letter", "malformed")
        case SourceToAnalyse() | KitToAnalyse() | ImageToAnalyse():
            bootstrap.give_up_analysis()(analysis=told)
        case _:
            bootstrap.bury_dead_letter()(work=told)


def _read(body: str) -> Work | Analysis | None:
    for parse in (parse_work, parse_analysis):
        with contextlib.suppress(ValidationError):
            return parse(body)
    return None


def _letter(record: SQSRecord, *, readable: bool) -> DeadLetter:
    return DeadLetter(
        message_id=record.message_id,
        queue=record.event_source_arn.rpartition(":")[2],
        sent_at=datetime.fromtimestamp(int(record.attributes.sent_timestamp) / 1000, UTC),
        body=record.body,
        readable=readable,
    )


def collect(*, dry_run: bool) -> dict[str, Any]:
    """Runs the hourly round, and tells what it did."""
    report = bootstrap.collect()(dry_run=dry_run).model_dump(mode="json")
    logger().info("collected", **report)
    for name, found in report.items():
        if name not in ("dry_run", "key_hashes") and found and not report["dry_run"]:
            measure(f"collected_{name}", found)
    return report


def lambda_handler(
    event: dict[str, Any], context: LambdaContext
) -> PartialItemFailureResponse | dict[str, Any]:
    try:
        if "Records" in event:
            return process_partial_response(
                event=event, record_handler=bury, processor=processor, context=context
            )
        if event.get("kind") == "collect":
            return collect(dry_run=event.get("dry_run") is True)
        return {"due": bootstrap.sweep()()}
    finally:
        metrics().flush_metrics()
