"""The pictures to be looked at, as messages of the analysis queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.adapters.sqs_work import send_all
from shared.domain.analysis import Analysis

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class SqsAnalyses:
    client: "SQSClient"
    url: str

    def send(self, analyses: Sequence[Analysis]) -> None:
        send_all(self.client, self.url, analyses)
