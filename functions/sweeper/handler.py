"""Each minute what is overdue; dead letters as they come."""

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

from shared.domain.work import parse_work
from shared.runtime import bootstrap_sweeper as bootstrap
from shared.runtime.observability import count, logger, metrics

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def bury(record: SQSRecord) -> None:
    """A letter that nobody can read is told of and let go: trying again cannot help it."""
    try:
        work = parse_work(record.body)
    except ValidationError:
        logger().error("dead letter is malformed", message_id=record.message_id)
        count("dead_letter", "malformed")
        return
    bootstrap.bury_dead_letter()(work=work)


def lambda_handler(
    event: dict[str, Any], context: LambdaContext
) -> PartialItemFailureResponse | dict[str, int]:
    try:
        if "Records" in event:
            return process_partial_response(
                event=event, record_handler=bury, processor=processor, context=context
            )
        return {"due": bootstrap.sweep()()}
    finally:
        metrics().flush_metrics()
