"""The kit workflow on Step Functions: what is asked of it, and what each answer comes to."""

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from moto import mock_aws

from shared.adapters.step_functions import StepFunctionsTasks, StepFunctionsWorkflow
from shared.domain.errors import Unavailable
from shared.domain.generation import Status
from shared.domain.kit_run import KitRun
from tests.aws import REGION
from tests.kit_builders import a_kit_snapshot

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

MACHINE: Final = f"arn:aws:states:{REGION}:123456789012:stateMachine:Kits"
RUN: Final = KitRun.of(a_kit_snapshot())
ROLE: Final = "arn:aws:iam::123456789012:role/kits"
BUSY: Final = ("ThrottlingException", "ServiceUnavailable", "InternalServerError")


def execution(number: int) -> str:
    return f"arn:aws:states:{REGION}:123456789012:execution:Kits:{RUN.generation_id}-{number}"


@pytest.fixture(scope="module")
def client() -> "SFNClient":
    """Made once: that costs more than all that is tried on it."""
    return boto3.client("stepfunctions", region_name=REGION)


@pytest.fixture
def aws(client: "SFNClient") -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def workflow(client: "SFNClient") -> StepFunctionsWorkflow:
    return StepFunctionsWorkflow(lambda: client, MACHINE)


@pytest.fixture
def tasks(client: "SFNClient") -> StepFunctionsTasks:
    return StepFunctionsTasks(lambda: client)


def starts(aws: Stubber, number: int) -> None:
    asked = {
        "stateMachineArn": MACHINE,
        "name": f"{RUN.generation_id}-{number}",
        "input": RUN.model_dump_json(),
    }
    answer = {"executionArn": execution(number), "startDate": 0}
    aws.add_response("start_execution", answer, asked)


def describes(aws: Stubber, number: int, status: str | None) -> None:
    if status is None:
        aws.add_client_error("describe_execution", "ExecutionDoesNotExist")
        return
    fields = {"executionArn": execution(number), "stateMachineArn": MACHINE, "startDate": 0}
    asked = {"executionArn": execution(number)}
    aws.add_response("describe_execution", fields | {"status": status}, asked)


def test_an_execution_is_named_by_its_generation_and_told_what_it_draws(
    workflow: StepFunctionsWorkflow, aws: Stubber
) -> None:
    starts(aws, 1)

    workflow.start(RUN)


def test_a_second_start_is_the_same_execution(
    workflow: StepFunctionsWorkflow, aws: Stubber
) -> None:
    aws.add_client_error("start_execution", "ExecutionAlreadyExists")

    workflow.start(RUN)


@pytest.mark.parametrize(
    ("found", "started", "goes_on"),
    [
        ([None], 1, True),
        (["RUNNING"], None, True),
        (["ABORTED", None], 2, True),
        (["FAILED", "RUNNING"], None, True),
        (["FAILED", "TIMED_OUT", None], 3, True),
        (["FAILED", "FAILED", "FAILED"], None, False),
    ],
)
def test_what_was_lost_is_started_again_twice(
    workflow: StepFunctionsWorkflow,
    aws: Stubber,
    found: list[str | None],
    started: int | None,
    goes_on: bool,
) -> None:
    for number, status in enumerate(found, start=1):
        describes(aws, number, status)
    if started is not None:
        starts(aws, started)

    assert workflow.goes_on(RUN) is goes_on


def test_whatever_runs_is_stopped_and_what_does_not_is_let_be(
    workflow: StepFunctionsWorkflow, aws: Stubber
) -> None:
    stopped: Any = {"stopDate": 0}
    aws.add_response("stop_execution", stopped, {"executionArn": execution(1)})
    aws.add_client_error("stop_execution", "ValidationException")
    aws.add_client_error("stop_execution", "ExecutionDoesNotExist")

    workflow.stop(RUN)


@pytest.mark.parametrize("code", BUSY)
def test_a_workflow_that_cannot_be_reached_is_unavailable(
    workflow: StepFunctionsWorkflow, aws: Stubber, code: str
) -> None:
    for call in ("start_execution", "describe_execution", "stop_execution"):
        aws.add_client_error(call, code)

    for verb in (workflow.start, workflow.goes_on, workflow.stop):
        with pytest.raises(Unavailable):
            verb(RUN)


@pytest.mark.parametrize(
    ("status", "error"), [(Status.FAILED, "SlotFailed"), (Status.CANCELLED, "SlotCancelled")]
)
def test_an_end_without_a_picture_is_an_error_that_the_machine_knows(
    tasks: StepFunctionsTasks, aws: Stubber, status: Status, error: str
) -> None:
    aws.add_response("send_task_failure", {}, {"taskToken": "t", "error": error})

    tasks.answer("t", status)


def test_a_picture_is_a_success(tasks: StepFunctionsTasks, aws: Stubber) -> None:
    aws.add_response("send_task_success", {}, {"taskToken": "t", "output": "{}"})

    tasks.answer("t", Status.COMPLETED)


@pytest.mark.parametrize("code", ["InvalidToken", "TaskDoesNotExist", "TaskTimedOut"])
@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED])
def test_a_token_that_nobody_waits_with_any_more_is_answered(
    tasks: StepFunctionsTasks, aws: Stubber, status: Status, code: str
) -> None:
    verb = "success" if status is Status.COMPLETED else "failure"
    aws.add_client_error(f"send_task_{verb}", code)

    tasks.answer("t", status)


@pytest.mark.parametrize("code", BUSY)
def test_an_answer_that_did_not_get_through_is_given_again(
    tasks: StepFunctionsTasks, aws: Stubber, code: str
) -> None:
    aws.add_client_error("send_task_success", code)

    with pytest.raises(Unavailable):
        tasks.answer("t", Status.COMPLETED)


def test_without_a_connection_nothing_is_reached(client: "SFNClient") -> None:
    def refuse(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://states.test")

    client.meta.events.register_first("before-call.sfn", refuse)
    try:
        with pytest.raises(Unavailable):
            StepFunctionsTasks(lambda: client).answer("t", Status.COMPLETED)
    finally:
        client.meta.events.unregister("before-call.sfn", refuse)


class TestExecuted:
    """On an interpreter of the states language: one slot that waits for its token, and one that
    waits for a second at most."""

    @pytest.fixture
    def live(self) -> Iterator[tuple[Any, Any]]:
        config: Any = {"stepfunctions": {"execute_state_machine": True}}
        with mock_aws(config=config):
            sqs = boto3.client("sqs", region_name=REGION)
            url = sqs.create_queue(QueueName="slots")["QueueUrl"]
            yield boto3.client("stepfunctions", region_name=REGION), (sqs, url)

    def begin(self, live: tuple[Any, Any], **slot: Any) -> tuple[StepFunctionsWorkflow, str]:
        states, (sqs, url) = live
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}},
            "Catch": [{"ErrorEquals": ["SlotFailed", "States.Timeout"], "Next": "Without"}],
            "Next": "With",
        }
        definition = {
            "StartAt": "Draw",
            "States": {
                "Draw": task | slot,
                "With": {"Type": "Pass", "Result": "with", "End": True},
                "Without": {"Type": "Pass", "Result": "without", "End": True},
            },
        }
        machine = states.create_state_machine(
            name="Kits", definition=json.dumps(definition), roleArn=ROLE
        )
        workflow = StepFunctionsWorkflow(lambda: states, machine["stateMachineArn"])
        workflow.start(RUN)
        workflow.start(RUN)
        for _ in range(100):
            if messages := sqs.receive_message(QueueUrl=url).get("Messages"):
                return workflow, str(json.loads(messages[0]["Body"])["token"])
            time.sleep(0.05)
        raise AssertionError("the slot was not begun")

    def output(self, live: tuple[Any, Any], workflow: StepFunctionsWorkflow) -> str:
        for _ in range(100):
            described = live[0].describe_execution(executionArn=workflow._arn(RUN, 1))
            if described["status"] != "RUNNING":
                return str(described["output"]).strip('"')
            time.sleep(0.05)
        raise AssertionError("the execution does not end")

    @pytest.mark.parametrize(
        ("status", "expected"), [(Status.COMPLETED, "with"), (Status.FAILED, "without")]
    )
    def test_a_token_is_answered_once_and_answered_again_without_harm(
        self, live: tuple[Any, Any], status: Status, expected: str
    ) -> None:
        workflow, token = self.begin(live)
        tasks = StepFunctionsTasks(lambda: live[0])
        assert workflow.goes_on(RUN)

        tasks.answer(token, status)

        assert self.output(live, workflow) == expected
        tasks.answer(token, status)
        tasks.answer("never-given", status)

    def test_an_answer_after_the_timeout_changes_nothing(self, live: tuple[Any, Any]) -> None:
        workflow, token = self.begin(live, TimeoutSeconds=1)
        assert self.output(live, workflow) == "without"

        StepFunctionsTasks(lambda: live[0]).answer(token, Status.COMPLETED)

        assert self.output(live, workflow) == "without"
