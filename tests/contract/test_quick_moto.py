"""moto, made quicker, still answers with all that an item may hold."""

from typing import Any

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
