"""The workflow of a reference kit: the photo, the anchor face, then the other slots side by side.

docs/architecture.md shows it as a picture. A state that draws only lets an item go: the worker
draws it like any other, and the state ends when the worker answers its token.
"""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.deployment import Deployment
from infra.functions import PythonFunction

# How an item ended that brought no picture: shared/adapters/step_functions.py.
WITHOUT_PICTURE = ["SlotFailed", "SlotCancelled"]
# Of these a slot is left as it is recorded: late, it is still taken where it belongs.
LEFT_ALONE = [*WITHOUT_PICTURE, sfn.Errors.TIMEOUT]
LONGEST_EXECUTION = cdk.Duration.days(1)
LOG_DELIVERY = tuple(
    f"logs:{action}"
    for action in (
        *("CreateLogDelivery", "DeleteLogDelivery", "GetLogDelivery", "ListLogDeliveries"),
        *("UpdateLogDelivery", "PutResourcePolicy", "DescribeResourcePolicies"),
        "DescribeLogGroups",
    )
)


class KitWorkflow(Construct):
    """A Standard state machine whose steps are the states of one function."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: PythonFunction,
        deployment: Deployment,
    ) -> None:
        super().__init__(scope, construct_id)
        self._function = function.function
        self._slot_timeout = cdk.Duration.seconds(deployment.limits.slot_timeout_seconds)
        log_group = logs.LogGroup(
            self,
            "Logs",
            retention=deployment.log_retention,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        role = self._role()
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_chainable(self._definition()),
            state_machine_type=sfn.StateMachineType.STANDARD,
            # Its rights are those of `_role`, and no more.
            role=role.without_policy_updates(),
            timeout=LONGEST_EXECUTION,
            logs=sfn.LogOptions(
                destination=log_group, level=sfn.LogLevel.ERROR, include_execution_data=False
            ),
        )
        self.machine.node.add_dependency(role)
        cdk.Validations.of(self.machine).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-SF1",
                reason="The history of an execution tells every step; its errors are logged.",
            ),
            cdk.Acknowledgment(
                id="AwsSolutions-SF2",
                reason="What takes long is told by the items of a kit, not by its steps.",
            ),
        )
        self.arn = self.machine.state_machine_arn

    def _definition(self) -> sfn.IChainable:
        finish = self._step("FinishKit", {"state": "finish_kit", **_of("generation_id")})
        anchor = self._slot("DrawAnchor", index=0)
        anchor.add_catch(finish, errors=LEFT_ALONE, result_path=sfn.JsonPath.DISCARD)
        check = self._step(
            "CheckSource",
            {"state": "check_source", **_of("owner", "kit_id")},
            result_path="$.check",
        )
        wait = sfn.Wait(
            self, "WaitForLook", time=sfn.WaitTime.duration(cdk.Duration.seconds(1))
        ).next(check)
        photo = sfn.Choice(self, "Photo")
        photo.when(sfn.Condition.string_equals("$.check.photo", "pending"), wait)
        photo.when(sfn.Condition.string_equals("$.check.photo", "unfit"), finish)
        photo.otherwise(anchor.next(self._others().next(finish)))
        return check.next(photo)

    def _others(self) -> sfn.Map:
        slot = self._slot("DrawSlot", index=sfn.JsonPath.number_at("$.index"))
        slot.add_catch(
            sfn.Succeed(self, "SlotWithoutPicture"),
            errors=LEFT_ALONE,
            result_path=sfn.JsonPath.DISCARD,
        )
        others = sfn.Map(
            self,
            "DrawOthers",
            items_path="$.others",
            max_concurrency_path="$.max_concurrency",
            item_selector={
                **_of("generation_id"),
                "index": sfn.JsonPath.number_at("$$.Map.Item.Value"),
            },
            result_path=sfn.JsonPath.DISCARD,
        )
        return others.item_processor(slot)

    def _step(
        self, name: str, payload: dict[str, Any], result_path: str = sfn.JsonPath.DISCARD
    ) -> tasks.LambdaInvoke:
        step = tasks.LambdaInvoke(
            self,
            name,
            lambda_function=self._function,
            payload=sfn.TaskInput.from_object(payload),
            payload_response_only=True,
            result_path=result_path,
            retry_on_service_exceptions=False,
        )
        return _tried_again(step)

    def _slot(self, name: str, *, index: Any) -> tasks.LambdaInvoke:
        """Waits longer than any item can live, so that it is the item that decides."""
        slot = tasks.LambdaInvoke(
            self,
            name,
            lambda_function=self._function,
            integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
            payload=sfn.TaskInput.from_object(
                {
                    "state": "draw_slot",
                    **_of("generation_id"),
                    "index": index,
                    "token": sfn.JsonPath.task_token,
                }
            ),
            task_timeout=sfn.Timeout.duration(self._slot_timeout),
            result_path=sfn.JsonPath.DISCARD,
            retry_on_service_exceptions=False,
        )
        slot.add_retry(errors=WITHOUT_PICTURE, max_attempts=0)
        return _tried_again(slot)

    def _role(self) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"], resources=[self._function.function_arn]
            )
        )
        role.add_to_policy(iam.PolicyStatement(actions=list(LOG_DELIVERY), resources=["*"]))
        cdk.Validations.of(role).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="The delivery of logs is not a right on a resource.",
            )
        )
        return role


def _of(*names: str) -> dict[str, str]:
    """These fields of the state's input."""
    return {name: sfn.JsonPath.string_at(f"$.{name}") for name in names}


def _tried_again(step: tasks.LambdaInvoke) -> tasks.LambdaInvoke:
    """Whatever a function meets; each state may be repeated."""
    step.add_retry(
        errors=[sfn.Errors.TASKS_FAILED],
        interval=cdk.Duration.seconds(1),
        max_attempts=5,
        backoff_rate=2,
        max_delay=cdk.Duration.seconds(30),
        jitter_strategy=sfn.JitterType.FULL,
    )
    return step
