"""Messages to the worker: lanes, fairness, delays, batches."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from shared.adapters.sqs_work import SqsWork
from shared.domain.errors import Unavailable
from shared.domain.generation import Lane
from shared.domain.image_keys import owner_folder
from shared.domain.request import ProviderName
from shared.domain.work import PollPredictions, RunItems, TakeCallback
from tests.aws import Aws
from tests.builders import ADA
from tests.fakes import FakeWorkQueue, Sent

WORK = RunItems(generation_id="gen_1", indexes=(0, 1, 2))


@pytest.fixture
def queue(aws: Aws) -> SqsWork:
    urls = aws.queue_urls
    lanes = {Lane.PRIORITY: urls["work-priority"], Lane.STANDARD: urls["work-standard"]}
    return SqsWork(aws.sqs, lanes, urls["ingest"])


@pytest.mark.parametrize(
    ("lane", "name"), [(Lane.PRIORITY, "work-priority"), (Lane.STANDARD, "work-standard")]
)
def test_work_arrives_in_the_lane_it_was_sent_to(
    aws: Aws, queue: SqsWork, lane: Lane, name: str
) -> None:
    queue.send(lane, WORK, owner=ADA)

    (message,) = received(aws, name)
    assert json.loads(message["Body"]) == {
        "kind": "run",
        "generation_id": "gen_1",
        "indexes": [0, 1, 2],
    }


def test_the_standard_lane_is_shared_between_owners_by_a_hash(aws: Aws, queue: SqsWork) -> None:
    queue.send(Lane.STANDARD, WORK, owner=ADA)
    queue.send(Lane.PRIORITY, WORK, owner=ADA)

    (standard,) = received(aws, "work-standard")
    (priority,) = received(aws, "work-priority")
    assert standard["Attributes"]["MessageGroupId"] == owner_folder(ADA)
    assert "MessageGroupId" not in priority["Attributes"]


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        (timedelta(0), 0),
        (timedelta(seconds=45), 45),
        (timedelta(seconds=-3), 0),
        (timedelta(hours=2), 900),
    ],
    ids=["now", "a poll", "overdue", "longer than the queue can"],
)
def test_a_message_is_held_back_as_long_as_the_queue_can(
    aws: Aws, queue: SqsWork, delay: timedelta, seconds: int
) -> None:
    asked: list[int] = []

    def note(params: dict[str, int], **_: object) -> None:
        asked.append(params["DelaySeconds"])

    aws.sqs.meta.events.register("before-parameter-build.sqs.SendMessage", note)
    try:
        queue.send(Lane.STANDARD, WORK, owner=ADA, delay=delay)
    finally:
        aws.sqs.meta.events.unregister("before-parameter-build.sqs.SendMessage", note)

    assert asked == [seconds]


def test_polls_and_callbacks_go_to_the_ingest_queue_ten_in_a_call(
    aws: Aws, queue: SqsWork, count_calls: Counter[str]
) -> None:
    polls = [PollPredictions(generation_id=f"gen_{n}", indexes=(0,)) for n in range(11)]
    callback = TakeCallback(
        provider=ProviderName.REPLICATE,
        reference="gen_1.0.1.token",
        prediction_id="p1",
        payload={"id": "p1", "output": ["https://replicate.delivery/x.png"]},
    )

    queue.ingest([*polls, callback])
    queue.ingest([])

    assert count_calls == {"sqs.SendMessageBatch": 2}
    kinds = [json.loads(message["Body"])["kind"] for message in received(aws, "ingest", 12)]
    assert sorted(kinds) == ["callback"] + ["poll"] * 11


def test_a_message_the_queue_did_not_take_is_to_be_sent_again(
    aws: Aws, queue: SqsWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = {"Failed": [{"Id": "0", "SenderFault": False, "Code": "InternalError"}]}
    monkeypatch.setattr(aws.sqs, "send_message_batch", lambda **_: failed, raising=False)

    with pytest.raises(Unavailable):
        queue.ingest([WORK])


def test_the_fake_queue_keeps_what_was_sent_where_and_when() -> None:
    queue = FakeWorkQueue()

    queue.send(Lane.STANDARD, WORK, owner=ADA, delay=timedelta(seconds=2))
    queue.ingest([WORK], timedelta(seconds=45))

    assert queue.sent == [
        Sent(WORK, timedelta(seconds=2), Lane.STANDARD, ADA),
        Sent(WORK, timedelta(seconds=45)),
    ]


def received(aws: Aws, name: str, count: int = 1) -> list[Any]:
    messages: list[Any] = []
    while len(messages) < count:
        answer = aws.sqs.receive_message(
            QueueUrl=aws.queue_urls[name], MaxNumberOfMessages=10, AttributeNames=["All"]
        )
        messages += answer["Messages"]
    return messages
