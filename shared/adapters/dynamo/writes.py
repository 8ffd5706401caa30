"""Writes as values: what is written, what it believes, and what its refusal means.

Expressions name attributes as `#name` and values as `:name`, always, so that no attribute can
collide with one of the table's many reserved words.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from shared.adapters.dynamo.keys import Key
from shared.adapters.dynamo.records import Record

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize

ABSENT = "attribute_not_exists(#pk)"
PRESENT = "attribute_exists(#pk)"


class ConditionFailed(Exception):
    """A belief that did not hold and that nobody translated into a domain error."""


type Refusal = Callable[[Record | None], Exception]
"""Makes the error from the record as it is stored; None when there is none."""


@dataclass(frozen=True, slots=True)
class Write:
    """One change of one record; `request` is in the API's words, without the table's name."""

    kind: Literal["Put", "Update", "Delete", "ConditionCheck"]
    request: dict[str, Any]
    refused: Refusal


def _unexpected(record: Record | None) -> Exception:
    return ConditionFailed(f"the stored record does not allow the write: {record!r:.80}")


def put(
    record: Record,
    condition: str | None = None,
    *,
    values: Mapping[str, Any] | None = None,
    refused: Refusal = _unexpected,
) -> Write:
    request = {"Item": to_wire(record), **expressions(values, ConditionExpression=condition)}
    return Write("Put", _with_winner(request), refused)


def update(
    key: Key,
    change: str,
    condition: str | None = None,
    *,
    values: Mapping[str, Any],
    refused: Refusal = _unexpected,
) -> Write:
    texts = expressions(values, UpdateExpression=change, ConditionExpression=condition)
    return Write("Update", _with_winner({"Key": to_wire(key), **texts}), refused)


def delete(
    key: Key,
    condition: str | None = None,
    *,
    values: Mapping[str, Any] | None = None,
    refused: Refusal = _unexpected,
) -> Write:
    texts = expressions(values, ConditionExpression=condition)
    return Write("Delete", _with_winner({"Key": to_wire(key), **texts}), refused)


def check(key: Key, condition: str, *, refused: Refusal) -> Write:
    """What must hold for the other writes of a transaction; it changes nothing itself."""
    texts = expressions(None, ConditionExpression=condition)
    return Write("ConditionCheck", _with_winner({"Key": to_wire(key), **texts}), refused)


def expressions(values: Mapping[str, Any] | None, **texts: str | None) -> dict[str, Any]:
    """The expressions that are given, with the names and values they use."""
    given: dict[str, Any] = {kind: text for kind, text in texts.items() if text}
    if names := {name for text in given.values() for name in re.findall(r"#\w+", text)}:
        given["ExpressionAttributeNames"] = {name: name[1:] for name in sorted(names)}
    if values:
        given["ExpressionAttributeValues"] = {
            f":{name}": _serialize(value) for name, value in values.items()
        }
    return given


def _with_winner(request: dict[str, Any]) -> dict[str, Any]:
    if "ConditionExpression" in request:
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return request


def to_wire(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _serialize(value) for name, value in record.items()}


def from_wire(item: Mapping[str, Any]) -> Record:
    return {name: _deserialize(value) for name, value in item.items()}
