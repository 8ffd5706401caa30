"""What the system relies on in AWS, checked on the local engine: data, objects and messages."""

import json
import time
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest

from tests.e2e.aws_words import Engine, key, messages_in, refusal

pytestmark = pytest.mark.e2e


class TestDynamoDB:
    def test_a_refused_transaction_names_each_reason_and_hands_over_the_row(
        self, engine: Engine, table: str
    ) -> None:
        dynamodb = engine.client("dynamodb")
        dynamodb.put_item(TableName=table, Item={**key("first"), "winner": {"S": "ann"}})
        refused = refusal(
            lambda: dynamodb.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": table, "Item": key("second")}},
                    {
                        "Put": {
                            "TableName": table,
                            "Item": key("first"),
                            "ConditionExpression": "attribute_not_exists(pk)",
                            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                        }
                    },
                ]
            )
        )
        assert refused["Error"]["Code"] == "TransactionCanceledException"
        nothing, failed = refused["CancellationReasons"]
        assert nothing["Code"] == "None"
        assert failed["Code"] == "ConditionalCheckFailed"
        assert failed["Item"]["winner"] == {"S": "ann"}
        assert "Item" not in dynamodb.get_item(TableName=table, Key=key("second"))

    def test_a_transaction_sent_twice_with_one_token_happens_once(
        self, engine: Engine, table: str
    ) -> None:
        dynamodb, token = engine.client("dynamodb"), uuid4().hex
        for _ in range(2):
            dynamodb.transact_write_items(
                ClientRequestToken=token,
                TransactItems=[
                    {
                        "Update": {
                            "TableName": table,
                            "Key": key("counter"),
                            "UpdateExpression": "ADD used :one",
                            "ExpressionAttributeValues": {":one": {"N": "1"}},
                        }
                    }
                ],
            )
        counter = dynamodb.get_item(TableName=table, Key=key("counter"))["Item"]
        assert counter["used"] == {"N": "1"}

    def test_a_refused_update_hands_over_the_old_item(self, engine: Engine, table: str) -> None:
        dynamodb = engine.client("dynamodb")
        dynamodb.put_item(TableName=table, Item={**key("versioned"), "version": {"N": "7"}})
        refused = refusal(
            lambda: dynamodb.update_item(
                TableName=table,
                Key=key("versioned"),
                UpdateExpression="SET version = :next",
                ConditionExpression="version = :read",
                ExpressionAttributeValues={":next": {"N": "4"}, ":read": {"N": "3"}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        )
        assert refused["Error"]["Code"] == "ConditionalCheckFailedException"
        assert refused["Item"]["version"] == {"N": "7"}

    def test_a_set_grows_only_below_its_cap(self, engine: Engine, table: str) -> None:
        dynamodb = engine.client("dynamodb")

        def take(generation: str) -> None:
            dynamodb.update_item(
                TableName=table,
                Key=key("slot"),
                UpdateExpression="ADD running :one",
                ConditionExpression="attribute_not_exists(running) OR size(running) < :cap",
                ExpressionAttributeValues={":one": {"SS": [generation]}, ":cap": {"N": "1"}},
            )

        take("gen_1")
        refused = refusal(lambda: take("gen_2"))
        assert refused["Error"]["Code"] == "ConditionalCheckFailedException"

    def test_a_sparse_index_lists_by_key_in_order_and_page_by_page(
        self, engine: Engine, table: str
    ) -> None:
        dynamodb = engine.client("dynamodb")
        for number in range(3):
            row = {**key("due", str(number)), "due_shard": {"S": "4"}, "note": {"S": "x"}}
            dynamodb.put_item(TableName=table, Item=row)
        dynamodb.put_item(TableName=table, Item=key("due", "not-due"))
        query = {
            "TableName": table,
            "IndexName": "due",
            "KeyConditionExpression": "due_shard = :shard AND sk < :now",
            "ExpressionAttributeValues": {":shard": {"S": "4"}, ":now": {"S": "9"}},
        }
        page = dynamodb.query(**query, Limit=2)
        assert [item["sk"]["S"] for item in page["Items"]] == ["0", "1"]
        assert set(page["Items"][0]) == {"pk", "sk", "due_shard"}
        rest = dynamodb.query(**query, ExclusiveStartKey=page["LastEvaluatedKey"])
        assert [item["sk"]["S"] for item in rest["Items"]] == ["2"]


class TestSqs:
    def test_a_delayed_message_comes_late(self, engine: Engine) -> None:
        sqs = engine.client("sqs")
        queue = sqs.create_queue(QueueName="delayed")["QueueUrl"]
        sent = time.monotonic()
        sqs.send_message(QueueUrl=queue, MessageBody="later", DelaySeconds=1)
        assert "Messages" not in sqs.receive_message(QueueUrl=queue)
        late = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)
        assert late["Messages"][0]["Body"] == "later"
        assert time.monotonic() - sent >= 1

    def test_a_message_received_too_often_becomes_a_dead_letter(self, engine: Engine) -> None:
        sqs = engine.client("sqs")
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
        policy = {"deadLetterTargetArn": arn["Attributes"]["QueueArn"], "maxReceiveCount": 3}
        queue = sqs.create_queue(
            QueueName="crashing",
            Attributes={"VisibilityTimeout": "0", "RedrivePolicy": json.dumps(policy)},
        )["QueueUrl"]
        sqs.send_message(QueueUrl=queue, MessageBody="poison")
        received = [sqs.receive_message(QueueUrl=queue).get("Messages", []) for _ in range(4)]
        assert [len(messages) for messages in received] == [1, 1, 1, 0]
        letters = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=5)["Messages"]
        assert [letter["Body"] for letter in letters] == ["poison"]

    def test_only_the_failed_message_of_a_batch_returns_to_the_queue(
        self, engine: Engine, make_function: Callable[[str], str]
    ) -> None:
        function = make_function(
            "def handle(event, context):\n"
            "    failed = [r['messageId'] for r in event['Records'] if r['body'] == 'bad']\n"
            "    return {'batchItemFailures': [{'itemIdentifier': i} for i in failed]}\n"
        )
        sqs = engine.client("sqs")
        queue = sqs.create_queue(QueueName="mixed", Attributes={"VisibilityTimeout": "2"})
        url = queue["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        for body in ("good", "bad", "good"):
            sqs.send_message(QueueUrl=url, MessageBody=body)
        mapping = engine.client("lambda").create_event_source_mapping(
            FunctionName=function,
            EventSourceArn=arn["Attributes"]["QueueArn"],
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )
        deadline = time.monotonic() + 10
        while messages_in(sqs, url) != 1 and time.monotonic() < deadline:
            time.sleep(0.05)
        engine.client("lambda").delete_event_source_mapping(UUID=mapping["UUID"])
        left = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5, MaxNumberOfMessages=10)
        assert [message["Body"] for message in left["Messages"]] == ["bad"]


class TestS3:
    def test_a_presigned_post_takes_what_it_was_signed_for_and_nothing_else(
        self, engine: Engine, bucket: str
    ) -> None:
        s3 = engine.client("s3")
        form = s3.generate_presigned_post(
            bucket,
            "uploads/upl_1",
            Fields={"Content-Type": "image/png"},
            Conditions=[{"Content-Type": "image/png"}, ["content-length-range", 1, 100]],
            ExpiresIn=60,
        )

        def post(size: int, **changed: str) -> int:
            fields = {**form["fields"], **{k.replace("_", "-"): v for k, v in changed.items()}}
            files = {"file": ("photo.png", b"x" * size, "image/png")}
            return httpx.post(form["url"], data=fields, files=files).status_code

        assert post(101) == 400
        assert post(0) == 400
        assert post(50, key="uploads/another") == 403
        assert post(50, Content_Type="text/html") == 403
        assert post(50, x_amz_signature="0" * 64) == 403
        assert post(50) == 204
        stored = s3.head_object(Bucket=bucket, Key="uploads/upl_1")
        assert (stored["ContentType"], stored["ContentLength"]) == ("image/png", 50)

    def test_an_object_is_never_overwritten_where_that_is_forbidden(
        self, engine: Engine, bucket: str
    ) -> None:
        s3 = engine.client("s3")
        s3.put_object(Bucket=bucket, Key="original", Body=b"first", IfNoneMatch="*")
        refused = refusal(
            lambda: s3.put_object(Bucket=bucket, Key="original", Body=b"second", IfNoneMatch="*")
        )
        assert refused["Error"]["Code"] == "PreconditionFailed"
        assert s3.get_object(Bucket=bucket, Key="original")["Body"].read() == b"first"

    def test_an_object_opens_with_a_signed_url_only(self, engine: Engine, bucket: str) -> None:
        s3 = engine.client("s3")
        s3.put_object(Bucket=bucket, Key="private", Body=b"picture")
        signed = s3.generate_presigned_url(
            "get_object", {"Bucket": bucket, "Key": "private"}, ExpiresIn=60
        )
        assert httpx.get(signed).content == b"picture"
        assert httpx.get(signed.split("?")[0]).status_code == 403
        assert httpx.get(signed[:-4] + "dead").status_code == 403
