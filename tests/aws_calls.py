"""Counts every AWS call of the process by operation, and answers some of them with a fault."""

from collections import Counter, defaultdict, deque
from typing import Any

import botocore.handlers
from botocore.awsrequest import AWSResponse
from botocore.model import OperationModel

_READS = ("BatchGet", "Describe", "Get", "Head", "List", "Query", "Scan")


class AwsCalls:
    """`count["dynamodb.PutItem"]`; batches and retries of ours count as the calls they are.
    `tried_writes` are all calls that may change something since the process began."""

    def __init__(self) -> None:
        self.tried_writes = 0
        self.count: Counter[str] = Counter()
        self._faults: defaultdict[str, deque[dict[str, Any]]] = defaultdict(deque)

    def reset(self) -> None:
        self.count.clear()
        self._faults.clear()

    def fail(
        self, operation: str, code: str, *, reasons: list[str] | None = None, times: int = 1
    ) -> None:
        """The next `times` calls of `operation` (`dynamodb.PutItem`) are refused with `code`
        and do nothing; `reasons` are those of a cancelled transaction, one per write."""
        answer: dict[str, Any] = {
            "Error": {"Code": code, "Message": "injected"},
            "ResponseMetadata": {"HTTPStatusCode": 400, "RetryAttempts": 0},
        }
        if reasons is not None:
            answer["CancellationReasons"] = [{"Code": reason} for reason in reasons]
        self._faults[operation].extend([answer] * times)

    def __call__(self, model: OperationModel, **_: Any) -> tuple[AWSResponse, Any] | None:
        """botocore's `before-call`: an answer given here replaces the request."""
        operation = f"{model.service_model.service_name}.{model.name}"
        self.count[operation] += 1
        self.tried_writes += not model.name.startswith(_READS)
        if not self._faults[operation]:
            return None
        return AWSResponse("", 400, {}, None), self._faults[operation].popleft()  # type: ignore[arg-type]  # nothing reads the raw body


calls = AwsCalls()
# Every session takes these over, also those that the code under test makes for itself.
botocore.handlers.BUILTIN_HANDLERS.append(("before-call", calls))
