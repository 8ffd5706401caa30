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
    log = state.logs / "functions.log"
    with an_engine(state) as engine:
        engine.client("sqs").send_message(QueueUrl=created, MessageBody="after the restart")
        deadline = time.monotonic() + 20
        while "after the restart" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.1)
    assert "received after the restart" in log.read_text()
