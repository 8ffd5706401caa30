"""AWS clients and the adapters on them, each made once per environment and on first use."""

from functools import cache, partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.adapters.dynamo.generations import DynamoGenerations
    from shared.adapters.dynamo.table import Table
    from shared.adapters.s3_images import S3Images
    from shared.adapters.s3_uploads import S3Uploads
    from shared.adapters.sqs_work import SqsWork
    from shared.adapters.step_functions import StepFunctionsTasks, StepFunctionsWorkflow
    from shared.runtime.settings import QueueSettings

_CONNECTIONS = 32
"""As many as the worker has threads, so that none waits for another's connection."""

# Addresses are signed for the bucket's own host in its region. At the global one S3 answers new
# buckets of other regions with a redirect, which a browser's upload does not survive.
_SIGNED_FOR_REGION: dict[str, Any] = {
    "signature_version": "s3v4",
    "s3": {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
}


@cache
def client(service: str) -> Any:
    """A low-level client: short timeouts, at most three tries of a call that failed."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=2,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=_CONNECTIONS,
        **_SIGNED_FOR_REGION if service == "s3" else {},
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload] # any service


@cache
def table(name: str) -> "Table":
    from shared.adapters.dynamo.table import Table

    return Table(client("dynamodb"), name)


@cache
def generations(table_name: str) -> "DynamoGenerations":
    from shared.adapters.dynamo.generations import DynamoGenerations

    return DynamoGenerations(table(table_name))


@cache
def image_store(bucket: str) -> "S3Images":
    from shared.adapters.s3_images import S3Images

    return S3Images(client("s3"), bucket)


@cache
def upload_store(bucket: str) -> "S3Uploads":
    from shared.adapters.s3_uploads import S3Uploads

    return S3Uploads(client("s3"), bucket)


@cache
def work_queue(settings: "QueueSettings") -> "SqsWork":
    from shared.adapters.sqs_work import SqsWork
    from shared.domain.generation import Lane

    lanes = {
        Lane.PRIORITY: settings.work_priority_queue_url,
        Lane.STANDARD: settings.work_standard_queue_url,
    }
    return SqsWork(client("sqs"), lanes, settings.ingest_queue_url)


@cache
def workflow_tasks() -> "StepFunctionsTasks":
    from shared.adapters.step_functions import StepFunctionsTasks

    return StepFunctionsTasks(partial(client, "stepfunctions"))


@cache
def kit_workflow(state_machine_arn: str) -> "StepFunctionsWorkflow":
    from shared.adapters.step_functions import StepFunctionsWorkflow

    return StepFunctionsWorkflow(partial(client, "stepfunctions"), state_machine_arn)
