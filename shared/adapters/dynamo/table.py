"""The table itself: records in, records out, writes that commit together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import ClientError

from shared.adapters.dynamo.keys import Key
from shared.adapters.dynamo.records import Record
from shared.adapters.dynamo.transactions import TRIES, Patience, refusal
from shared.adapters.dynamo.writes import Write, expressions, from_wire, to_wire
from shared.domain.errors import Unavailable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_BATCH_READ = 100
_BATCH_WRITE = 25


@dataclass(frozen=True, slots=True)
class Table:
    """Reads are consistent where the table can be; indexes cannot."""

    client: "DynamoDBClient"
    name: str
    patience: Patience = field(default_factory=Patience)

    def commit(self, *writes: Write) -> None:
        """All or nothing. Raises the refusal of the first write whose belief did not hold."""
        try:
            if len(writes) == 1:
                self._write_one(writes[0])
            else:
                self._write_together(writes)
        except ClientError as exc:
            raise refusal(exc, writes) from exc

    def change(self, write: Write) -> Record:
        """One update, and the record as it is then. Raises as `commit`."""
        request = write.request | {"ReturnValues": "ALL_NEW"}
        try:
            answer = self.patience.retry(
                partial(self.client.update_item, TableName=self.name, **request)
            )
        except ClientError as exc:
            raise refusal(exc, [write]) from exc
        return from_wire(answer["Attributes"])

    def get(self, key: Key) -> Record | None:
        read = partial(
            self.client.get_item, TableName=self.name, Key=to_wire(key), ConsistentRead=True
        )
        answer = self.patience.retry(read)
        return from_wire(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Iterable[Key]) -> list[Record]:
        """Those that are there, in no order; one call for up to a hundred."""
        records: list[Record] = []
        for some in batched(keys, _BATCH_READ, strict=False):
            wanted: Any = {
                self.name: {"Keys": [to_wire(key) for key in some], "ConsistentRead": True}
            }
            records += self._get_batch(wanted)
        return records

    def between(self, first: Key, last: Key) -> list[Record]:
        """The records of one partition between two sort keys, both included."""
        values = {"pk": first["pk"], "first": first["sk"], "last": last["sk"]}
        condition = "#pk = :pk AND #sk BETWEEN :first AND :last"
        return list(self.query(condition, values, consistent=True))

    def query(
        self,
        condition: str,
        values: Mapping[str, Any],
        *,
        index: str | None = None,
        consistent: bool = False,
        newest_first: bool = False,
    ) -> Iterator[Record]:
        """Everything that matches, page by page as it is asked for."""
        request: dict[str, Any] = expressions(values, KeyConditionExpression=condition)
        request |= {"ConsistentRead": consistent, "ScanIndexForward": not newest_first}
        if index is not None:
            request["IndexName"] = index
        while True:
            records, next_key = self.query_page(request)
            yield from records
            if next_key is None:
                return
            request["ExclusiveStartKey"] = next_key

    def query_page(self, request: Mapping[str, Any]) -> tuple[list[Record], dict[str, Any] | None]:
        """One page and where the next one starts, in the API's own words."""
        answer = self.patience.retry(partial(self.client.query, TableName=self.name, **request))
        return [from_wire(item) for item in answer["Items"]], answer.get("LastEvaluatedKey")

    def delete_many(self, keys: Iterable[Key]) -> None:
        """Not together: each is gone or not. Repeating it finishes the work."""
        for some in batched(keys, _BATCH_WRITE, strict=False):
            requests = [{"DeleteRequest": {"Key": to_wire(key)}} for key in some]
            self._write_batch({self.name: requests})

    def _write_one(self, write: Write) -> None:
        methods: Mapping[str, Any] = {
            "Put": self.client.put_item,
            "Update": self.client.update_item,
            "Delete": self.client.delete_item,
        }
        self.patience.retry(partial(methods[write.kind], TableName=self.name, **write.request))

    def _write_together(self, writes: Sequence[Write]) -> None:
        together: Any = [
            {write.kind: {"TableName": self.name, **write.request}} for write in writes
        ]
        # One token for all tries: a try that succeeded though its answer was lost is not undone.
        token = str(uuid4())
        self.patience.retry(
            partial(
                self.client.transact_write_items,
                TransactItems=together,
                ClientRequestToken=token,
            )
        )

    def _get_batch(self, wanted: Any) -> list[Record]:
        records: list[Record] = []
        for tries in range(TRIES):
            answer = self.patience.retry(partial(self.client.batch_get_item, RequestItems=wanted))
            records += [from_wire(item) for item in answer["Responses"].get(self.name, [])]
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                return records
            self.patience.pause(tries + 1)
        raise Unavailable("The store is busy; please try again.")

    def _write_batch(self, requests: Any) -> None:
        for tries in range(TRIES):
            answer = self.patience.retry(
                partial(self.client.batch_write_item, RequestItems=requests)
            )
            requests = answer.get("UnprocessedItems")
            if not requests:
                return
            self.patience.pause(tries + 1)
        raise Unavailable("The store is busy; please try again.")
