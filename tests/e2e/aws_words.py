"""The engine under test, and small words for talking to AWS there."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from infra.local.engine_process import engine_client
from infra.local.identity import Issuer
from infra.local.server import ApiGateway

type Item = dict[str, dict[str, str]]


class Engine:
    """An engine without a stack, and a public port in front of its HTTP APIs."""

    def __init__(self, endpoint: str, issuer: Issuer, api: ApiGateway, base_url: str) -> None:
        self.endpoint = endpoint
        self.issuer = issuer
        self.base_url = base_url
        self._api = api

    def client(self, service: str) -> Any:
        return engine_client(self.endpoint, service)

    def publish(self, api_id: str) -> None:
        """Let the public port lead to this API."""
        self._api.api_id = api_id


def refusal(call: Callable[[], Any]) -> dict[str, Any]:
    """The error response of a call that must be refused."""
    with pytest.raises(ClientError) as raised:
        call()
    return dict(raised.value.response)


def key(pk: str, sk: str = "META") -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def function_of(engine: Engine, code: str) -> str:
    """Deploy one file of code, whose `handle` may use queues, as a function; its ARN."""
    name, iam = f"f{uuid4().hex[:8]}", engine.client("iam")
    trust = json.dumps({"Statement": []})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    grant = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    policy = json.dumps({"Statement": [grant]})
    iam.put_role_policy(RoleName=name, PolicyName="queues", PolicyDocument=policy)
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("handler.py", code)
    function = engine.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="handler.handle",
        Code={"ZipFile": package.getvalue()},
    )
    return str(function["FunctionArn"])


def invoke(engine: Engine, function: str) -> Any:
    """What a function returns, or how it failed."""
    answer = engine.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    return json.load(answer["Payload"])


def messages_in(sqs: Any, queue: str) -> int:
    """How many messages a queue holds, those being worked on included."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)
