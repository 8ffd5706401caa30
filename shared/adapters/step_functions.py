"""The kit workflow as executions of a Standard state machine.

The client is made by the first call: most environments of the worker have none to make.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.errors import Unavailable
from shared.domain.generation import Status
from shared.domain.kit_run import KitRun

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

_STARTS: Final = 3
"""Executions of one run: the first, and those that make good for lost ones."""
_NOT_RUNNING: Final = ("ExecutionDoesNotExist", "ValidationException")
_CLOSED: Final = ("InvalidToken", "TaskDoesNotExist", "TaskTimedOut")


@dataclass(frozen=True, slots=True)
class StepFunctionsWorkflow:
    """An execution is named by its generation and a number, so that a second start is the first
    one, and how often it was started needs no record."""

    client: Callable[[], "SFNClient"]
    state_machine_arn: str

    def start(self, run: KitRun) -> None:
        self._start(run, 1)

    def goes_on(self, run: KitRun) -> bool:
        for number in range(1, _STARTS + 1):
            status = self._status(run, number)
            if status is None:
                self._start(run, number)
            if status in (None, "RUNNING"):
                return True
        return False

    def stop(self, run: KitRun) -> None:
        for number in range(1, _STARTS + 1):
            with _ours(harmless=_NOT_RUNNING):
                self.client().stop_execution(executionArn=self._arn(run, number))

    def _start(self, run: KitRun, number: int) -> None:
        with _ours(harmless=("ExecutionAlreadyExists",)):
            self.client().start_execution(
                stateMachineArn=self.state_machine_arn,
                name=_name(run, number),
                input=run.model_dump_json(),
            )

    def _status(self, run: KitRun, number: int) -> str | None:
        """None when there is no such execution, or it is too young to be seen."""
        with _ours(harmless=("ExecutionDoesNotExist",)):
            return self.client().describe_execution(executionArn=self._arn(run, number))["status"]
        return None

    def _arn(self, run: KitRun, number: int) -> str:
        machine = self.state_machine_arn.replace(":stateMachine:", ":execution:")
        return f"{machine}:{_name(run, number)}"


@dataclass(frozen=True, slots=True)
class StepFunctionsTasks:
    """The tokens of tasks that wait for a callback."""

    client: Callable[[], "SFNClient"]

    def answer(self, token: str, status: Status) -> None:
        """An end without an image is an error in the state machine, which catches it."""
        with _ours(harmless=_CLOSED):
            if status is Status.COMPLETED:
                self.client().send_task_success(taskToken=token, output="{}")
            else:
                self.client().send_task_failure(taskToken=token, error=f"Slot{status.title()}")


def _name(run: KitRun, number: int) -> str:
    return f"{run.generation_id}-{number}"


@contextmanager
def _ours(*, harmless: tuple[str, ...]) -> Iterator[None]:
    try:
        yield
    except ClientError as exc:
        if exc.response["Error"]["Code"] not in harmless:
            raise Unavailable("The workflow cannot be reached.") from exc
    except BotoCoreError as exc:
        raise Unavailable("The workflow cannot be reached.") from exc
