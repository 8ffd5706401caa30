"""Pictures of characters, one after the other: quality, embedding, similarity."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.domain.analysis import ImageToAnalyse, KitToAnalyse, SourceToAnalyse, parse_analysis
from shared.domain.errors import NotFound
from shared.runtime import bootstrap_face_analysis as bootstrap
from shared.runtime.observability import count, logger, metrics

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def analyse(record: SQSRecord) -> None:
    """Raises to return the message to the queue: its receives count crashes only."""
    analysis = parse_analysis(record.body)
    try:
        match analysis:
            case SourceToAnalyse(owner=owner, character_id=character_id, version=version):
                bootstrap.analyse_source()(owner=owner, character_id=character_id, version=version)
            case KitToAnalyse(owner=owner, kit_id=kit_id):
                bootstrap.analyse_kit()(owner=owner, kit_id=kit_id)
            case ImageToAnalyse(owner=owner, image_id=image_id):
                bootstrap.analyse_image()(owner=owner, image_id=image_id)
    except NotFound:
        count("analysis_ignored", "deleted")
        return
    except Exception:
        logger().exception("analysis failed", message_id=record.message_id)
        raise
    count("analysed", analysis.kind)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    try:
        return process_partial_response(
            event=event, record_handler=analyse, processor=processor, context=context
        )
    finally:
        metrics().flush_metrics()
