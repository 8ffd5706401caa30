"""The deployed resources on moto, as the stack declares them: table, buckets, queues."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto import mock_aws
from moto.core import models as moto_core
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.config import DefaultConfig

from shared.adapters.dynamo.keys import BY_OWNER, DUE_INDEX
from tests import quick_moto
from tests.aws_calls import calls

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client
    from types_boto3_sqs import SQSClient

REGION = "us-east-1"
TABLE = "likeness-table"
IMAGES_BUCKET = "likeness-images"
UPLOADS_BUCKET = "likeness-uploads"
ARCHIVE_BUCKET = "likeness-archive"
QUEUES = ("work-priority", "work-standard", "ingest", "analysis")

# A new default session reads the SDK's own data again: 0.1 to 0.2 s for each kind of client.
_ONE_SESSION: DefaultConfig = {"core": {"reset_boto3_session": False}}
# Nothing here calls AWS but through botocore. To be watched by moto, `requests` would be given
# 1,200 patterns anew for each test.
moto_core.RESPONSES_METHODS.clear()
quick_moto.install()


@dataclass(frozen=True)
class Aws:
    """Clients and names of the resources; `queue_urls` by the names of QUEUES."""

    dynamodb: "DynamoDBClient"
    s3: "S3Client"
    sqs: "SQSClient"
    queue_urls: dict[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """What the functions are told of these resources."""
        return {
            "TABLE_NAME": TABLE,
            "IMAGES_BUCKET": IMAGES_BUCKET,
            "UPLOADS_BUCKET": UPLOADS_BUCKET,
            "ARCHIVE_BUCKET": ARCHIVE_BUCKET,
            "WORK_PRIORITY_QUEUE_URL": self.queue_urls["work-priority"],
            "WORK_STANDARD_QUEUE_URL": self.queue_urls["work-standard"],
            "INGEST_QUEUE_URL": self.queue_urls["ingest"],
            "ANALYSIS_QUEUE_URL": self.queue_urls["analysis"],
        }

    def records(self) -> list[dict[str, Any]]:
        """The whole table, to compare before and after."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=TABLE)
        return [dict(item) for page in pages for item in page["Items"]]

    def objects(self, bucket: str) -> dict[str, str]:
        """ETags by key."""
        answer = self.s3.list_objects_v2(Bucket=bucket)
        return {one["Key"]: one["ETag"] for one in answer.get("Contents", [])}


@contextmanager
def fresh_aws(*, stream: bool = False) -> Iterator[Aws]:
    """Empty resources for one test. Clients are kept: making them is what takes long. A stream
    makes every write half as slow again, and most tests look at none."""
    with mock_aws(config=_ONE_SESSION):
        dynamodb, s3, sqs = _clients()
        create_table(dynamodb, stream=stream)
        for bucket in (IMAGES_BUCKET, UPLOADS_BUCKET, ARCHIVE_BUCKET):
            s3.create_bucket(Bucket=bucket)
        urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES}
        calls.reset()
        yield Aws(dynamodb, s3, sqs, urls)


def create_table(client: "DynamoDBClient", *, stream: bool = False) -> None:
    names = ("pk", "sk", "owner_list", "listed_at", "due_shard", "due_at")
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=_key("pk", "sk"),
        **({"StreamSpecification": _STREAM} if stream else {}),
        GlobalSecondaryIndexes=[
            {
                "IndexName": BY_OWNER,
                "KeySchema": _key("owner_list", "listed_at"),
                "Projection": {"ProjectionType": "ALL"},
            },
            {
                "IndexName": DUE_INDEX,
                "KeySchema": _key("due_shard", "due_at"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
        ],
    )


_STREAM: Any = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def _key(partition: str, sort: str) -> Any:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


@cache
def _clients() -> tuple["DynamoDBClient", "S3Client", "SQSClient"]:
    _serve_one_call_at_a_time()
    session = boto3.Session(
        aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION
    )
    config = Config(retries={"mode": "standard", "total_max_attempts": 1})
    return (
        session.client("dynamodb", config=config),
        session.client("s3", config=config.merge(Config(signature_version="s3v4"))),
        session.client("sqs", config=config),
    )


def _serve_one_call_at_a_time() -> None:
    """moto is not thread-safe; the services it stands for serve each request as a whole."""
    serve, lock = BotocoreStubber.__call__, RLock()

    def serve_alone(self: Any, *args: Any, **kwargs: Any) -> Any:
        with lock:
            return serve(self, *args, **kwargs)

    BotocoreStubber.__call__ = serve_alone  # type: ignore[method-assign]  # moto offers no other way
