"""Work from the lanes and from `ingest`: items to draw, callbacks, polls, scores, cancellations."""

from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    AsyncBatchProcessor,
    EventType,
    async_process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.domain.work import (
    CancelPrediction,
    JudgeDraws,
    PollPredictions,
    RunItems,
    TakeCallback,
    parse_work,
)
from shared.runtime import bootstrap_worker as bootstrap
from shared.runtime.clock import clock
from shared.runtime.event_loop import event_loop
from shared.runtime.observability import logger, metrics

processor = AsyncBatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


async def do_work(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Raises to return the message to the queue: its receives count crashes only."""
    try:
        work = parse_work(record.body)
        match work:
            case RunItems():
                await bootstrap.run_message()(work=work, ends_at=_end_of(lambda_context))
            case TakeCallback():
                await bootstrap.apply_callback()(work=work)
            case PollPredictions():
                await bootstrap.poll()(work=work)
            case JudgeDraws():
                await bootstrap.judge()(work=work)
            case CancelPrediction():
                await bootstrap.tell_provider()(work=work)
    except Exception:
        logger().exception("message failed", message_id=record.message_id)
        raise


def _end_of(context: LambdaContext) -> datetime:
    return clock() + timedelta(milliseconds=context.get_remaining_time_in_millis())


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    event_loop()
    try:
        return async_process_partial_response(
            event=event, record_handler=do_work, processor=processor, context=context
        )
    finally:
        metrics().flush_metrics()
