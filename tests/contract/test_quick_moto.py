"""moto, made quicker, still answers with all that an item may hold."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.aws import TABLE, Aws

EVERY_TYPE: Any = {
    "pk": {"S": "one"},
    "sk": {"S": "of each"},
    "text": {"S": ""},
    "number": {"N": "-1.50"},
    "bytes": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "no": {"BOOL": False},
    "nothing": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
    "many bytes": {"BS": [b"a", b"b"]},
    "list": {"L": [{"S": "x"}, {"L": []}, {"M": {"deep": {"B": b"z"}}}]},
    "map": {"M": {"empty": {"M": {}}, "none": {"NULL": True}, "S": {"N": "7"}}},
}
KEY: Any = {name: EVERY_TYPE[name] for name in ("pk", "sk")}


def test_what_is_put_is_what_is_got_whatever_its_type(aws: Aws) -> None:
    aws.dynamodb.put_item(TableName=TABLE, Item=EVERY_TYPE)

    assert aws.dynamodb.get_item(TableName=TABLE, Key=KEY)["Item"] == EVERY_TYPE
    assert aws.records() == [EVERY_TYPE]


def test_a_number_is_compared_as_a_number_and_a_text_as_a_text(aws: Aws) -> None:
    aws.dynamodb.put_item(TableName=TABLE, Item=EVERY_TYPE)

    def holds(name: str, comparison: str, value: Any) -> bool:
        found = aws.dynamodb.scan(
            TableName=TABLE,
            FilterExpression=f"#name {comparison} :value",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":value": value},
        )
        return found["Count"] == 1

    assert holds("number", "=", {"N": "-1.5"})
    assert holds("number", "<", {"N": "10"})
    assert not holds("sk", "=", {"S": "of  each"})
    assert holds("sk", ">", {"S": "of"})


def test_of_a_transaction_that_is_refused_nothing_stays(aws: Aws) -> None:
    aws.dynamodb.put_item(TableName=TABLE, Item=EVERY_TYPE)
    changed = aws.dynamodb.get_item(TableName=TABLE, Key=KEY)["Item"]
    changes: Any = {
        "UpdateExpression": "ADD #n :one, texts :more SET #m.#s = :one, #l[0] = :one REMOVE yes",
        "ExpressionAttributeNames": {"#n": "number", "#m": "map", "#s": "S", "#l": "list"},
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":more": {"SS": ["c"]}},
    }
    missing: Any = {"pk": {"S": "two"}, "sk": {"S": "missing"}}
    update: Any = {"TableName": TABLE, "Key": KEY, **changes}
    check: Any = {"TableName": TABLE, "Key": missing, "ConditionExpression": "attribute_exists(pk)"}

    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        aws.dynamodb.transact_write_items(
            TransactItems=[
                {"Update": update},
                {"ConditionCheck": check},
            ]
        )

    assert aws.records() == [changed] == [EVERY_TYPE]
    aws.dynamodb.update_item(TableName=TABLE, Key=KEY, **changes)
    assert aws.records() != [EVERY_TYPE]
