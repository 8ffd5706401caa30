"""Work as SQS messages: two lanes, and the queue of callbacks and polls."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.entity import Entity
from shared.domain.errors import Unavailable
from shared.domain.generation import Lane
from shared.domain.image_keys import owner_folder
from shared.domain.work import Work

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient
    from types_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_BATCH = 10
_MAX_DELAY_SECONDS = 900
"""SQS holds a message back at most this long; what is due later is looked at again then."""


@dataclass(frozen=True, slots=True)
class SqsWork:
    """`lanes` maps each lane to its queue's URL."""

    client: "SQSClient"
    lanes: Mapping[Lane, str]
    ingest_url: str

    def send(self, lane: Lane, work: Work, *, owner: str, delay: timedelta = timedelta(0)) -> None:
        # The group makes the standard lane fair: one owner's backlog does not delay the others.
        # A hash of the owner keeps to the characters and the length a group id may have.
        group: dict[str, Any] = (
            {"MessageGroupId": owner_folder(owner)} if lane is Lane.STANDARD else {}
        )
        with _ours():
            self.client.send_message(
                QueueUrl=self.lanes[lane],
                MessageBody=work.model_dump_json(),
                DelaySeconds=_seconds(delay),
                **group,
            )

    def ingest(self, works: Sequence[Work], delay: timedelta = timedelta(0)) -> None:
        """Raises Unavailable when some were not taken; sending all of them again is harmless."""
        send_all(self.client, self.ingest_url, works, delay)


def send_all(
    client: "SQSClient", url: str, messages: Sequence[Entity], delay: timedelta = timedelta(0)
) -> None:
    """Ten at a time. Raises Unavailable when some were not taken."""
    for some in batched(messages, _BATCH, strict=False):
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {
                "Id": str(number),
                "MessageBody": message.model_dump_json(),
                "DelaySeconds": _seconds(delay),
            }
            for number, message in enumerate(some)
        ]
        with _ours():
            answer = client.send_message_batch(QueueUrl=url, Entries=entries)
        if answer.get("Failed"):
            raise Unavailable("The queue did not take all messages.")


@contextmanager
def _ours() -> Iterator[None]:
    """Whatever keeps a message out of its queue, what is recorded is sent again later."""
    try:
        yield
    except (BotoCoreError, ClientError) as exc:
        raise Unavailable("The queue cannot be reached.") from exc


def _seconds(delay: timedelta) -> int:
    return min(_MAX_DELAY_SECONDS, max(0, round(delay.total_seconds())))
