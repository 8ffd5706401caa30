"""Changes to how the engine executes state machines."""

# mypy: disable-error-code="import-not-found,import-untyped"
# (ministack lives in the script's own environment.)

import threading
from typing import Any

from ministack.services import stepfunctions

from infra.local.engine_changes.guard import expect_source


def maps_take_their_concurrency_from_the_input() -> None:
    """`MaxConcurrencyPath` names the place of the number, as on AWS."""
    run = stepfunctions._run_map_items
    expect_source(run, "5df19a8074ce768c")

    def run_as_asked(state: dict[str, Any], given: Any, execution: Any, context: Any) -> Any:
        if path := state.get("MaxConcurrencyPath"):
            effective = stepfunctions._apply_input_path(state, given, context)
            number = stepfunctions._resolve_path_or_ctx(path, effective, context)
            state = {**state, "MaxConcurrency": number}
        return run(state, given, execution, context)

    stepfunctions._run_map_items = run_as_asked


def a_failed_function_fails_the_task_that_waits() -> None:
    """A task that waits for its token fails at once when its function does, and may be retried;
    the engine would wait for an answer that nobody will give."""
    expect_source(stepfunctions._invoke_with_callback, "bbb38423156a0d3d")
    expect_source(stepfunctions._call_lambda, "25830369b12636da")
    call, waiting = stepfunctions._call_lambda, threading.local()
    wait = stepfunctions._invoke_with_callback

    def call_and_note(function: str, event: Any) -> Any:
        try:
            return call(function, event)
        except stepfunctions._ExecutionError as failed:
            token = getattr(waiting, "token", None)
            if token in stepfunctions._task_tokens:
                told = stepfunctions._task_tokens[token]
                told["error"] = {"Error": failed.error, "Cause": failed.cause}
                told["event"].set()
            raise

    def wait_for_either(resource: str, given: Any, token: str, state: dict[str, Any]) -> Any:
        waiting.token = token
        try:
            return wait(resource, given, token, state)
        finally:
            waiting.token = None

    stepfunctions._call_lambda = call_and_note
    stepfunctions._invoke_with_callback = wait_for_either


def tasks_of_a_map_are_in_the_history() -> None:
    """Each is entered, as the states outside of a map are."""
    execute = stepfunctions._execute_task
    expect_source(execute, "53c818d247dba62c")

    def execute_and_tell(state: dict[str, Any], given: Any, execution: Any, context: Any) -> Any:
        if "Map" in context:
            entered = {"stateEnteredEventDetails": {"name": context["State"]["Name"]}}
            stepfunctions._add_event(execution, "TaskStateEntered", entered)
        return execute(state, given, execution, context)

    stepfunctions._execute_task = execute_and_tell


def all_changes() -> None:
    """Make every change of this module; they do not depend on each other."""
    maps_take_their_concurrency_from_the_input()
    a_failed_function_fails_the_task_that_waits()
    tasks_of_a_map_are_in_the_history()
