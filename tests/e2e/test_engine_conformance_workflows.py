"""What the system relies on in Step Functions, checked on the local engine."""

import json
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.aws_words import Engine, refusal

pytestmark = pytest.mark.e2e

type Json = dict[str, Any]

TAKES_TIME = """
import time
def handle(event, context):
    begun = time.time()
    time.sleep(0.3)
    return [begun, time.time()]
"""
FAILS = """
def handle(event, context):
    raise LookupError('nothing there')
"""


def execute(engine: Engine, states: Json, given: Json | None = None) -> str:
    """Starts what begins with the first of these states; the execution's ARN."""
    client, name = engine.client("stepfunctions"), f"m{uuid4().hex[:8]}"
    trust = json.dumps({"Statement": []})
    role = engine.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    definition = json.dumps({"StartAt": next(iter(states)), "States": states})
    machine = client.create_state_machine(
        name=name, definition=definition, roleArn=role["Role"]["Arn"]
    )["stateMachineArn"]
    started = client.start_execution(stateMachineArn=machine, input=json.dumps(given or {}))
    return str(started["executionArn"])


def result(engine: Engine, execution: str) -> Any:
    client, until = engine.client("stepfunctions"), time.monotonic() + 20
    while (found := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() < until, "the execution does not end"
        time.sleep(0.05)
    assert found["status"] == "SUCCEEDED", found
    return json.loads(found["output"])


def awaiting(function: str, payload: Json, **more: Any) -> Json:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": function, "Payload": payload},
        "End": True,
    } | more


@pytest.mark.parametrize("side_by_side", [1, 3])
def test_a_map_runs_as_many_side_by_side_as_its_input_says(
    engine: Engine, make_function: Callable[[str], str], side_by_side: int
) -> None:
    task = {"Type": "Task", "Resource": make_function(TAKES_TIME), "End": True}
    every: Json = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "MaxConcurrencyPath": "$.side_by_side",
        "ItemProcessor": {"StartAt": "One", "States": {"One": task}},
        "End": True,
    }
    given = {"items": [1, 2, 3], "side_by_side": side_by_side}
    execution = execute(engine, {"Every": every}, given)

    times = sorted(result(engine, execution))

    overlapping = [earlier[1] > later[0] for earlier, later in pairwise(times)]
    assert any(overlapping) is (side_by_side > 1)
    history = engine.client("stepfunctions").get_execution_history(executionArn=execution)
    entered = [one["type"] for one in history["events"] if one["type"].endswith("StateEntered")]
    assert sorted(entered) == ["MapStateEntered", *["TaskStateEntered"] * 3]


def test_a_task_that_waits_fails_at_once_when_its_function_does(
    engine: Engine, make_function: Callable[[str], str]
) -> None:
    catch = {"ErrorEquals": ["LookupError"], "Next": "Caught"}
    waits = awaiting(make_function(FAILS), {}, TimeoutSeconds=60, Catch=[catch])
    execution = execute(engine, {"Waits": waits, "Caught": {"Type": "Pass", "End": True}})

    assert result(engine, execution)["Error"] == "LookupError"


def test_an_end_that_is_excepted_from_retries_is_caught_and_its_token_is_used_up(
    engine: Engine, make_function: Callable[[str], str]
) -> None:
    sqs = engine.client("sqs")
    url = sqs.create_queue(QueueName=f"q{uuid4().hex[:8]}")["QueueUrl"]
    waits = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}},
        "Retry": [
            {"ErrorEquals": ["SlotFailed"], "MaxAttempts": 0},
            {"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 5},
        ],
        "Catch": [{"ErrorEquals": ["SlotFailed"], "ResultPath": None, "Next": "Caught"}],
        "End": True,
    }
    execution = execute(
        engine, {"Waits": waits, "Caught": {"Type": "Pass", "End": True}}, {"kept": 1}
    )
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
    token = json.loads(message["Body"])["token"]
    client = engine.client("stepfunctions")

    client.send_task_failure(taskToken=token, error="SlotFailed")

    assert result(engine, execution) == {"kept": 1}
    late = refusal(lambda: client.send_task_success(taskToken=token, output="{}"))
    assert late["Error"]["Code"] in ("TaskDoesNotExist", "TaskTimedOut")
    twice = refusal(lambda: client.describe_execution(executionArn=f"{execution}-no"))
    assert twice["Error"]["Code"] == "ExecutionDoesNotExist"
