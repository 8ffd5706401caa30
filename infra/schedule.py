"""What happens by the clock: a sweep each minute for whatever is overdue."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk.aws_scheduler_targets import LambdaInvoke
from constructs import Construct

SWEEP = {"kind": "sweep"}


class SweepSchedule(Construct):
    """Invokes the sweeper; a sweep that fails is not repeated, the next one is a minute away."""

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
        scheduler.Schedule(
            self,
            "EachMinute",
            schedule=scheduler.ScheduleExpression.rate(cdk.Duration.minutes(1)),
            target=LambdaInvoke(
                sweeper,
                role=role.without_policy_updates(),
                input=scheduler.ScheduleTargetInput.from_object(SWEEP),
                retry_attempts=0,
                max_event_age=cdk.Duration.minutes(1),
            ),
        )
