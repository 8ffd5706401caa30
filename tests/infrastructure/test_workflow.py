"""The kit workflow: order, patience, what fails alone; and the two sides that speak through it."""

import inspect
import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.stub import Stubber

from functions.kit_workflow.handler import STATES
from infra.limits import Limits
from infra.workflow import WITHOUT_PICTURE
from shared.domain.generation import Status
from shared.domain.kit_run import KitRun
from shared.domain.undrawn import PhotoVerdict
from tests.infrastructure import state_machine
from tests.infrastructure.templates import Template

type State = Mapping[str, Any]


@pytest.fixture
def definition(template: Template) -> state_machine.Definition:
    return state_machine.definition_in(template)


@pytest.fixture
def states(definition: state_machine.Definition) -> dict[str, State]:
    """Those of the map, too."""
    top: dict[str, State] = definition["States"]
    inner: dict[str, State] = top["DrawOthers"]["ItemProcessor"]["States"]
    return top | inner


def payloads(states: Mapping[str, State]) -> dict[str, dict[str, Any]]:
    tasks = {name: state for name, state in states.items() if state["Type"] == "Task"}
    return {
        name: state["Parameters"].get("Payload", state["Parameters"])
        for name, state in tasks.items()
    }


def test_the_picture_in_the_documents_is_the_deployed_machine(
    definition: state_machine.Definition,
) -> None:
    drawn = state_machine.drawn_in(state_machine.PAGE.read_text(encoding="utf-8"))

    message = "run `python -m tests.infrastructure.state_machine`"
    assert drawn == state_machine.picture(definition), message


def test_the_anchor_comes_before_the_others_and_its_failure_in_their_place(
    states: dict[str, State],
) -> None:
    anchor, others = states["DrawAnchor"], states["DrawOthers"]
    assert anchor["Parameters"]["Payload"]["index"] == 0
    assert anchor["Next"] == "DrawOthers"
    assert [caught["Next"] for caught in anchor["Catch"]] == ["FinishKit"]
    assert (others["Next"], states["FinishKit"]["End"]) == ("FinishKit", True)


def test_how_many_are_drawn_side_by_side_is_the_kits_choice(states: dict[str, State]) -> None:
    others = states["DrawOthers"]
    assert others["MaxConcurrencyPath"] == "$.max_concurrency"
    assert "MaxConcurrency" not in others
    assert {"owner", "kit_id", "generation_id", "others", "max_concurrency"} == set(
        KitRun.model_fields
    )


@pytest.mark.parametrize("name", ["DrawAnchor", "DrawSlot"])
def test_a_slot_is_waited_for_longer_than_its_item_lives_and_fails_alone(
    states: dict[str, State], name: str
) -> None:
    slot = states[name]
    assert slot["Resource"].endswith(":states:::lambda:invoke.waitForTaskToken")
    assert slot["TimeoutSeconds"] == Limits.load().slot_timeout_seconds
    ended, trouble = slot["Retry"]
    assert (ended["ErrorEquals"], ended["MaxAttempts"]) == (WITHOUT_PICTURE, 0)
    assert (trouble["ErrorEquals"], trouble["JitterStrategy"]) == (["States.TaskFailed"], "FULL")
    (caught,) = slot["Catch"]
    assert caught["ErrorEquals"] == [*WITHOUT_PICTURE, "States.Timeout"]
    assert caught["ResultPath"] is None


def test_every_state_is_a_function_that_takes_what_it_is_given(states: dict[str, State]) -> None:
    called = set()
    for payload in payloads(states).values():
        given = {name.removesuffix(".$") for name in payload} - {"state"}
        assert given == set(inspect.signature(STATES[payload["state"]]).parameters)
        called.add(payload["state"])
    assert called == set(STATES)


def test_the_machine_chooses_by_the_words_of_the_code(states: dict[str, State]) -> None:
    chosen = {choice["StringEquals"] for choice in states["Photo"]["Choices"]}
    assert chosen == {PhotoVerdict.PENDING, PhotoVerdict.UNFIT}


def test_the_errors_that_the_machine_catches_are_those_that_are_sent() -> None:
    import boto3

    from shared.adapters.step_functions import StepFunctionsTasks

    client = boto3.client("stepfunctions", region_name="us-east-1")
    with Stubber(client) as stubber:
        for status, error in zip((Status.FAILED, Status.CANCELLED), WITHOUT_PICTURE, strict=True):
            stubber.add_response("send_task_failure", {}, {"taskToken": "t", "error": error})
            StepFunctionsTasks(lambda: client).answer("t", status)
        stubber.assert_no_pending_responses()


def test_what_is_logged_of_an_execution_is_its_errors_without_its_data(template: Template) -> None:
    (machine,) = template.of_type("AWS::StepFunctions::StateMachine").values()
    assert machine["StateMachineType"] == "STANDARD"
    logging = machine["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)
    assert "Secret" not in json.dumps(machine)
