"""Counts what AWS would bill: calls by operation, DynamoDB's units by the size of each record.

moto answers with consumed capacity that is not AWS's; the sizes are real, and the rules are
public: a write is billed by the larger of the record before and after, per started KB, twice in a
transaction; each index that changes is a write of its own; a consistent read per started 4 KB.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from botocore.model import OperationModel

from shared.adapters.dynamo.keys import BY_OWNER, DUE_INDEX
from shared.runtime import aws as clients

type Item = Mapping[str, Mapping[str, Any]]

_METERED = ("dynamodb", "events", "s3", "sqs")
_WRITTEN_KB, _READ_KB = 1024, 4096
_HASH_OF_INDEX = {BY_OWNER: ("owner_list", "listed_at"), DUE_INDEX: ("due_shard", "due_at")}
_KEYS_ONLY = {DUE_INDEX}


@dataclass(slots=True)
class Consumption:
    """What some work took: `calls["dynamodb.PutItem"]`, units as DynamoDB bills them."""

    calls: Counter[str] = field(default_factory=Counter)
    write_units: float = 0
    read_units: float = 0
    events: int = 0

    def of(self, service: str) -> int:
        """All calls of one service."""
        return sum(n for call, n in self.calls.items() if call.startswith(f"{service}."))


@contextmanager
def metered(dynamodb: Any) -> Iterator[Consumption]:
    """Everything the functions' own clients do meanwhile; `dynamodb` is another client, which
    looks at records before they change."""
    meter = _Meter(dynamodb, Consumption())
    handlers: dict[str, Callable[..., None]] = {
        "before-call": meter.before,
        "after-call": meter.after,
    }
    events = [clients.client(service).meta.events for service in _METERED]
    for emitter in events:
        for event, handler in handlers.items():
            emitter.register(event, handler)
    try:
        yield meter.used
    finally:
        for emitter in events:
            for event, handler in handlers.items():
                emitter.unregister(event, handler)


@dataclass(slots=True)
class _Meter:
    dynamodb: Any
    used: Consumption
    one_at_a_time: Lock = field(default_factory=Lock)

    def before(self, model: OperationModel, params: Any, context: dict[str, Any], **_: Any) -> None:
        """The records a write is about to change travel with the call: calls run side by side."""
        with self.one_at_a_time:
            self.used.calls[f"{model.service_model.service_name}.{model.name}"] += 1
        if model.name == "PutEvents":
            self.used.events += len(json.loads(params["body"])["Entries"])
        if model.service_model.service_name == "dynamodb":
            request = json.loads(params["body"])
            context["written"] = [
                (write, self._stored(write)) for write in _writes(model.name, request)
            ]
            context["request"] = request

    def after(self, model: OperationModel, parsed: Any, context: dict[str, Any], **_: Any) -> None:
        if "written" not in context:
            return
        factor = 2 if model.name == "TransactWriteItems" else 1
        written = 0
        for write, old in context["written"]:
            new = _after(write, old)
            written += factor * _units(max(_size(old), _size(new), 1), _WRITTEN_KB)
            written += sum(_index_units(index, old, new) for index in _HASH_OF_INDEX)
        with self.one_at_a_time:
            self.used.write_units += written
            self.used.read_units += _read_units(model.name, context["request"], parsed)

    def _stored(self, write: Mapping[str, Any]) -> Item:
        item = write.get("Item")
        key = write["Key"] if item is None else {name: item[name] for name in ("pk", "sk")}
        answer = self.dynamodb.get_item(TableName=write["TableName"], Key=key)
        stored: Item = answer.get("Item", {})
        return stored


def _writes(operation: str, request: Mapping[str, Any]) -> list[Any]:
    if operation == "TransactWriteItems":
        return [write for one in request["TransactItems"] for write in one.values()]
    return [request] if operation in {"PutItem", "UpdateItem", "DeleteItem"} else []


def _after(write: Mapping[str, Any], old: Item) -> Item:
    """The record as the write leaves it: of an update, only plain assignments are followed."""
    if "Item" in write:
        item: Item = write["Item"]
        return item
    if "UpdateExpression" not in write:
        return {}
    set_ = re.findall(r"(#\w+) = (:\w+)", write["UpdateExpression"])
    names, values = write["ExpressionAttributeNames"], write["ExpressionAttributeValues"]
    return {**write["Key"], **old} | {names[name]: values[value] for name, value in set_}


def _index_units(index: str, old: Item, new: Item) -> int:
    """An index is written once when what it shows changes, twice when its place in it does."""
    places = [
        tuple(item[name]["S"] for name in _HASH_OF_INDEX[index]) if _shown(index, item) else None
        for item in (old, new)
    ]
    if places[0] != places[1]:
        return sum(
            _units(_size(item), _WRITTEN_KB)
            for item, place in zip((old, new), places, strict=True)
            if place is not None
        )
    unchanged = places[1] is None or index in _KEYS_ONLY or old == new
    return 0 if unchanged else _units(max(_size(old), _size(new)), _WRITTEN_KB)


def _shown(index: str, item: Item) -> bool:
    return all(name in item for name in _HASH_OF_INDEX[index])


def _read_units(operation: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    if operation not in {"GetItem", "Query"}:
        return 0
    read = sum(_size(item) for item in answer.get("Items", [answer.get("Item", {})]))
    return _units(max(read, 1), _READ_KB) * (1 if request.get("ConsistentRead") else 0.5)


def _units(size: int, step: int) -> int:
    return math.ceil(size / step)


def _size(item: Item) -> int:
    """Bytes as DynamoDB counts them: names and values, numbers at two digits to a byte."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return math.ceil(len(content) / 2) + 1
        case "SS":
            return sum(len(one.encode()) for one in content)
        case "L":
            return 3 + sum(1 + _value_size(one) for one in content)
        case "M":
            return 3 + len(content) + _size(content)
        case "BOOL" | "NULL":
            return 1
    raise ValueError(f"no record of ours holds a {kind}")
