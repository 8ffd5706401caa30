"""What happens by the clock: a sweep each minute for what is overdue, a collection each hour."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk.aws_scheduler_targets import LambdaInvoke
from constructs import Construct

from infra.limits import SWEEP_SECONDS

SWEEP = {"kind": "sweep"}
COLLECT = {"kind": "collect"}


class SweepSchedule(Construct):
    """Invokes the sweeper; a run that fails is not repeated, the next one is near."""

    def __init__(self, scope: Construct, construct_id: str, *, sweeper: lambda_.Function) -> None:
        super().__init__(scope, construct_id)
        sweeper.configure_async_invoke(retry_attempts=0, max_event_age=cdk.Duration.minutes(1))
        # The target's own role would be allowed every version of the function, by an asterisk.
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
            ),
        )
        role.add_to_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[sweeper.function_arn])
        )
        self._each("EachMinute", cdk.Duration.seconds(SWEEP_SECONDS), SWEEP, sweeper, role)
        self._each("EachHour", cdk.Duration.hours(1), COLLECT, sweeper, role)

    def _each(
        self,
        name: str,
        period: cdk.Duration,
        order: dict[str, str],
        sweeper: lambda_.Function,
        role: iam.Role,
    ) -> None:
        scheduler.Schedule(
            self,
            name,
            schedule=scheduler.ScheduleExpression.rate(period),
            target=LambdaInvoke(
                sweeper,
                role=role.without_policy_updates(),
                input=scheduler.ScheduleTargetInput.from_object(order),
                retry_attempts=0,
                max_event_age=cdk.Duration.minutes(1),
            ),
        )
