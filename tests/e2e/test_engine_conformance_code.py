"""What the system relies on in AWS, checked on the local engine: functions, HTTP API, access."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest

from infra.local.engine_process import engine_client
from tests.e2e.aws_words import Engine, invoke, key, refusal

pytestmark = pytest.mark.e2e


class TestHttpApi:
    @pytest.fixture
    def call(
        self, engine: Engine, make_function: Callable[[str], str]
    ) -> Callable[..., httpx.Response]:
        """Calls a route that wants a token, behind a function that answers who asked."""
        gateway = engine.client("apigatewayv2")
        api = gateway.create_api(Name="people", ProtocolType="HTTP")["ApiId"]
        function = make_function(
            "def handle(event, context):\n"
            "    if event['rawPath'].endswith('/boom'):\n"
            "        raise KeyError('a secret')\n"
            "    if event['rawPath'].endswith('/gone'):\n"
            "        return {'statusCode': 204, 'body': None}\n"
            "    claims = event['requestContext']['authorizer']['jwt']['claims']\n"
            "    return {'statusCode': 200, 'body': claims['sub'] + claims['cognito:groups']}\n"
        )
        integration = gateway.create_integration(
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=function,
            PayloadFormatVersion="2.0",
        )
        authorizer = gateway.create_authorizer(
            ApiId=api,
            Name="jwt",
            AuthorizerType="JWT",
            IdentitySource=["$request.header.Authorization"],
            JwtConfiguration={"Issuer": "https://likeness.localhost", "Audience": ["likeness"]},
        )
        gateway.create_route(
            ApiId=api,
            RouteKey="ANY /v1/{proxy+}",
            Target=f"integrations/{integration['IntegrationId']}",
            AuthorizationType="JWT",
            AuthorizerId=authorizer["AuthorizerId"],
        )
        gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
        engine.publish(api)

        def request(token: str | None, name: str = "x") -> httpx.Response:
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            return httpx.get(f"{engine.base_url}/v1/{name}", headers=headers, timeout=20)

        return request

    def test_a_token_opens_the_route_and_its_claims_arrive(
        self, engine: Engine, call: Callable[..., httpx.Response]
    ) -> None:
        answer = call(engine.issuer.mint_token("ann", "paid"))
        assert (answer.status_code, answer.text) == (200, "ann[paid]")

    def test_no_token_an_old_one_and_a_foreign_one_are_unauthorized(
        self, engine: Engine, call: Callable[..., httpx.Response]
    ) -> None:
        mint = engine.issuer.mint_token
        refused = {
            "none": None,
            "old": mint("ann", now=time.time() - 100_000),
            "for others": mint("ann", audience="others"),
            "by others": mint("ann", issuer="https://others.example"),
            "altered": mint("ann")[:-6] + "AAAAAA",
        }
        assert {why: call(token).status_code for why, token in refused.items()} == dict.fromkeys(
            refused, 401
        )

    def test_an_answer_may_have_no_body(
        self, engine: Engine, call: Callable[..., httpx.Response]
    ) -> None:
        answer = call(engine.issuer.mint_token("ann"), "gone")
        assert (answer.status_code, answer.content) == (204, b"")

    def test_an_error_in_a_function_stays_inside(
        self, engine: Engine, call: Callable[..., httpx.Response]
    ) -> None:
        answer = call(engine.issuer.mint_token("ann"), "boom")
        assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})


class TestLambda:
    def test_a_function_sees_neither_the_engines_packages_nor_its_settings(
        self, engine: Engine, make_function: Callable[[str], str]
    ) -> None:
        function = make_function(
            "import importlib.util, os\n"
            "def handle(event, context):\n"
            "    names = ('ministack', 'boto3', 'botocore', 'cryptography', 'pip')\n"
            "    seen = [n for n in names if importlib.util.find_spec(n)]\n"
            "    return {'packages': seen, 'settings': sorted(os.environ)}\n"
        )
        seen = invoke(engine, function)
        assert seen["packages"] == []
        assert {"STATE_DIR", "AUTH", "GATEWAY_PORT", "LIKENESS_ISSUER"}.isdisjoint(seen["settings"])
        assert {"AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME"} <= set(seen["settings"])

    def test_an_error_keeps_its_type_and_the_environment_stays_warm(
        self, engine: Engine, make_function: Callable[[str], str]
    ) -> None:
        function = make_function(
            "calls = []\n"
            "def handle(event, context):\n"
            "    calls.append(1)\n"
            "    if len(calls) == 1:\n"
            "        raise LookupError('nothing there')\n"
            "    return len(calls)\n"
        )
        failed = invoke(engine, function)
        assert (failed["errorType"], failed["errorMessage"]) == ("LookupError", "nothing there")
        assert invoke(engine, function) == 2


def user_who_may(engine: Engine, action: str) -> Callable[[str], Any]:
    """Makes clients of a new user who is granted one action."""
    name, iam = f"u{uuid4().hex[:8]}", engine.client("iam")
    iam.create_user(UserName=name)
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
    iam.put_user_policy(UserName=name, PolicyName="grant", PolicyDocument=policy)
    keys = iam.create_access_key(UserName=name)["AccessKey"]
    return partial(
        engine_client,
        engine.endpoint,
        access_key_id=keys["AccessKeyId"],
        secret_access_key=keys["SecretAccessKey"],
    )


class TestAccess:
    def test_what_a_policy_does_not_grant_is_denied(
        self, engine: Engine, table: str, bucket: str
    ) -> None:
        reader = user_who_may(engine, "dynamodb:GetItem")
        dynamodb, s3 = reader("dynamodb"), reader("s3")
        dynamodb.get_item(TableName=table, Key=key("first"))
        denied = refusal(lambda: dynamodb.put_item(TableName=table, Item=key("first")))
        assert denied["Error"]["Code"] == "AccessDeniedException"
        denied = refusal(lambda: s3.get_object(Bucket=bucket, Key="private"))
        assert denied["Error"]["Code"] == "AccessDenied"

    def test_a_bucket_that_insists_on_tls_is_open_to_this_machine(
        self, engine: Engine, bucket: str
    ) -> None:
        insist = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": f"arn:aws:s3:::{bucket}/*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        policy = json.dumps({"Statement": [insist]})
        engine.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
        writer = user_who_may(engine, "s3:*")("s3")
        writer.put_object(Bucket=bucket, Key="over-loopback", Body=b"x")

    def test_the_right_to_send_a_message_covers_a_batch(self, engine: Engine) -> None:
        queue = engine.client("sqs").create_queue(QueueName="granted")["QueueUrl"]
        batch = [{"Id": "0", "MessageBody": "hello"}]
        sender = user_who_may(engine, "sqs:SendMessage")("sqs")
        assert sender.send_message_batch(QueueUrl=queue, Entries=batch)["Successful"]
        other = user_who_may(engine, "sqs:ReceiveMessage")("sqs")
        denied = refusal(lambda: other.send_message_batch(QueueUrl=queue, Entries=batch))
        assert "AccessDenied" in denied["Error"]["Code"]

    def test_a_web_page_cannot_reset_the_engine(self, engine: Engine) -> None:
        request = urllib.request.Request(f"{engine.endpoint}/_ministack/reset", method="POST")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert refused.value.code == 403
        refused.value.close()
