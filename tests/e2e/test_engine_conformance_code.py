"""What the system relies on in AWS, checked on the local engine: functions, HTTP API, access."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

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


class TestAccess:
    def test_what_a_policy_does_not_grant_is_denied(
        self, engine: Engine, table: str, bucket: str
    ) -> None:
        iam = engine.client("iam")
        iam.create_user(UserName="reader")
        grant = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}
        iam.put_user_policy(
            UserName="reader",
            PolicyName="read",
            PolicyDocument=json.dumps({"Statement": [grant]}),
        )
        keys = iam.create_access_key(UserName="reader")["AccessKey"]

        def reader(service: str) -> Any:
            return engine_client(
                engine.endpoint,
                service,
                access_key_id=keys["AccessKeyId"],
                secret_access_key=keys["SecretAccessKey"],
            )

        reader("dynamodb").get_item(TableName=table, Key=key("first"))
        denied = refusal(lambda: reader("dynamodb").put_item(TableName=table, Item=key("first")))
        assert denied["Error"]["Code"] == "AccessDeniedException"
        denied = refusal(lambda: reader("s3").get_object(Bucket=bucket, Key="private"))
        assert denied["Error"]["Code"] == "AccessDenied"

    def test_a_bucket_that_insists_on_tls_is_open_to_this_machine(
        self, engine: Engine, bucket: str
    ) -> None:
        s3 = engine.client("s3")
        insist = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": f"arn:aws:s3:::{bucket}/*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": [insist]}))
        s3.put_object(Bucket=bucket, Key="over-loopback", Body=b"x")

    def test_a_web_page_cannot_reset_the_engine(self, engine: Engine) -> None:
        request = urllib.request.Request(f"{engine.endpoint}/_ministack/reset", method="POST")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert refused.value.code == 403
        refused.value.close()
