"""What the engine still knows after it was stopped and started, on whatever port."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.local.engine_process import running_engine
from infra.local.identity import Issuer
from infra.local.layout import StateDir
from infra.local.server import ApiGateway
from tests.e2e.aws_words import Engine, function_of
from tests.e2e.up_process import free_port

pytestmark = pytest.mark.e2e

REMEMBER = """
def handle(event, context):
    print('received', event['Records'][0]['body'])
"""


READ_CHANGES = """
def handle(event, context):
    for record in event['Records']:
        print('read', record['dynamodb']['Keys']['pk']['S'])
"""


@contextmanager
def an_engine(state: StateDir) -> Iterator[Engine]:
    nowhere = "http://127.0.0.1:9"
    with running_engine(state, port=free_port(), issuer_documents=nowhere) as endpoint:
        yield Engine(endpoint, Issuer(state.signing_key), ApiGateway(endpoint), nowhere)


def test_a_queue_feeds_its_function_after_a_restart_on_another_port(tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    state.create()
    with an_engine(state) as engine:
        sqs = engine.client("sqs")
        created = sqs.create_queue(QueueName="work")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=created, AttributeNames=["QueueArn"])
        engine.client("lambda").create_event_source_mapping(
            FunctionName=function_of(engine, REMEMBER),
            EventSourceArn=arn["Attributes"]["QueueArn"],
            BatchSize=1,
        )
    with an_engine(state) as engine:
        engine.client("sqs").send_message(QueueUrl=created, MessageBody="after the restart")
        assert logged(state, "received after the restart")


def logged(state: StateDir, words: str, *, seconds: float = 20) -> bool:
    log = state.logs / "functions.log"
    deadline = time.monotonic() + seconds
    while not (log.exists() and words in log.read_text()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_a_stream_is_read_on_after_a_restart(tmp_path: Path) -> None:
    """Five changes before it, one after it: with its place kept and the records not, the reader
    would be told nothing until there were six of them again."""
    state = StateDir(tmp_path)
    state.create()

    def put(engine: Engine, name: str) -> None:
        engine.client("dynamodb").put_item(TableName="told", Item={"pk": {"S": name}})

    with an_engine(state) as engine:
        table = engine.client("dynamodb").create_table(
            TableName="told",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        engine.client("lambda").create_event_source_mapping(
            FunctionName=function_of(engine, READ_CHANGES),
            EventSourceArn=table["TableDescription"]["LatestStreamArn"],
            StartingPosition="TRIM_HORIZON",
        )
        for number in range(5):
            put(engine, f"change-{number}")
        assert logged(state, "read change-4")
    with an_engine(state) as engine:
        put(engine, "change-after-the-restart")
        assert logged(state, "read change-after-the-restart")
        log = (state.logs / "functions.log").read_text()
    assert "read change-4" not in log, "what was read before is not told again"
