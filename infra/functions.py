"""The functions: what each is given to run with; what each may touch stands in the stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk.aws_lambda_event_sources import SqsDlq, SqsEventSource
from constructs import Construct

from infra.bundles import Bundle
from infra.deployment import Deployment
from infra.limits import API_TIMEOUT_SECONDS, SWEEPER_TIMEOUT_SECONDS

METRICS_NAMESPACE = "Likeness"
ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}
# How often a batch of changes is tried before it is set aside.
STREAM_TRIES = 5
NAMES = (
    "generations",
    "characters",
    "reference_kits",
    "webhook",
    "worker",
    "face_analysis",
    "kit_workflow",
    "sweeper",
    "analytics",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Memory buys processor time: a cold start and a large photograph need it, waiting does not."""

    memory_mb: int
    timeout_seconds: int


class PythonFunction(Construct):
    """A function with a role and a log group of its own, allowed nothing but to write its log."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        bundle: Bundle,
        size: Size,
        deployment: Deployment,
    ) -> None:
        super().__init__(scope, name.title())
        log_group = logs.LogGroup(
            self,
            "Logs",
            retention=deployment.log_retention,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=ARCHITECTURES[deployment.target.architecture],
            handler=f"functions.{name}.handler.lambda_handler",
            code=lambda_.Code.from_asset(str(bundle.path), asset_hash=bundle.digest),
            memory_size=size.memory_mb,
            timeout=cdk.Duration.seconds(size.timeout_seconds),
            role=self.role,
            log_group=log_group,
            recursive_loop=_loops(name),
            environment={
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
                "POWERTOOLS_LOG_LEVEL": deployment.log_level,
                # Otherwise a cold start reads the metadata of every package in search of plugins.
                "PYDANTIC_DISABLE_PLUGINS": "__all__",
            },
        )

        cdk.Validations.of(self.function).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-L1",
                reason="Python 3.13 is the newest that the replicate SDK runs on.",
            )
        )

    def configure(self, environment: Mapping[str, str]) -> None:
        for name, value in environment.items():
            self.function.add_environment(name, value)

    def allow(self, *actions: str, on: Sequence[str]) -> None:
        """Allow these actions on exactly these resources."""
        self.role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=list(on)))

    def consume(
        self,
        queue: sqs.Queue,
        *,
        batch_size: int,
        max_concurrency: int,
        wait: cdk.Duration | None = None,
    ) -> None:
        """Run the function for the queue's messages; only those it reports as failed come back.
        `wait` is how long a batch may take to fill."""
        self.function.add_event_source(
            SqsEventSource(
                queue,
                batch_size=batch_size,
                max_concurrency=max_concurrency,
                max_batching_window=wait,
                report_batch_item_failures=True,
            )
        )

    def follow(
        self,
        table: dynamodb.Table,
        *,
        records: Mapping[str, Any],
        wait: cdk.Duration,
        failures: sqs.Queue,
    ) -> None:
        """Run the function for the table's changes of these `records` (a filter on their keys).
        A batch that fails is halved until what is at fault is alone, and noted in `failures`."""
        stream = str(table.table_stream_arn)
        self.allow(
            *(f"dynamodb:{verb}" for verb in ("DescribeStream", "GetRecords", "GetShardIterator")),
            on=[stream],
        )
        self.allow_everywhere(
            "dynamodb:ListStreams", reason="Listing streams is not a right on a resource."
        )
        self.allow("sqs:SendMessage", on=[failures.queue_arn])
        self.function.add_event_source_mapping(
            "Changes",
            event_source_arn=stream,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=100,
            max_batching_window=wait,
            bisect_batch_on_error=True,
            retry_attempts=STREAM_TRIES - 1,
            on_failure=SqsDlq(failures),
            filters=[lambda_.FilterCriteria.filter({"dynamodb": {"Keys": records}})],
        )

    def allow_everywhere(self, *actions: str, reason: str) -> None:
        """Allow actions that know no resources."""
        self.allow(*actions, on=["*"])
        cdk.Validations.of(self.role).acknowledge(
            cdk.Acknowledgment(id="AwsSolutions-IAM5[Resource::*]", reason=reason)
        )

    def allow_executions(self, *actions: str, machine: sfn.StateMachine) -> None:
        """Allow these actions on all executions of a state machine."""
        stack = cdk.Stack.of(self)
        executions = stack.format_arn(
            service="states",
            resource="execution",
            resource_name=f"{machine.state_machine_name}:*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        self.allow(*actions, on=[executions])
        name = stack.get_logical_id(cast("cdk.CfnElement", machine.node.default_child))
        cdk.Validations.of(self.role).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>"
                f":<AWS::AccountId>:execution:<{name}.Name>:*]",
                reason="Executions are named by the generations that they draw.",
            )
        )

    def allow_objects(self, *actions: str, bucket: s3.Bucket, keys: Sequence[str]) -> None:
        """Allow these actions on the objects whose keys match."""
        self.allow(*actions, on=[bucket.arn_for_objects(key) for key in keys])
        bucket_id = cdk.Stack.of(self).get_logical_id(
            cast("cdk.CfnElement", bucket.node.default_child)
        )
        cdk.Validations.of(self.role).acknowledge(
            *(
                cdk.Acknowledgment(
                    id=f"AwsSolutions-IAM5[Resource::<{bucket_id}.Arn>/{key}]",
                    reason="A key is made of the owner's hash and ids nobody knows beforehand.",
                )
                for key in keys
            )
        )


def _loops(name: str) -> lambda_.RecursiveLoop:
    """The worker sends itself delayed copies of its messages: the runtime's guard against loops
    would end a long wait after sixteen of them. Attempts and deadlines bound ours."""
    return lambda_.RecursiveLoop.ALLOW if name == "worker" else lambda_.RecursiveLoop.TERMINATE


class Functions(Construct):
    """All of them, by name in `all`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
        bundles: Mapping[str, Bundle],
    ) -> None:
        super().__init__(scope, construct_id)
        sizes = {
            "generations": Size(memory_mb=1024, timeout_seconds=API_TIMEOUT_SECONDS),
            "characters": Size(memory_mb=1769, timeout_seconds=API_TIMEOUT_SECONDS),
            "reference_kits": Size(memory_mb=1769, timeout_seconds=API_TIMEOUT_SECONDS),
            "webhook": Size(memory_mb=512, timeout_seconds=10),
            "worker": Size(
                memory_mb=1024, timeout_seconds=deployment.limits.worker_timeout_seconds
            ),
            # One picture after the other, at the speed of a whole processor.
            "face_analysis": Size(memory_mb=1769, timeout_seconds=60),
            "kit_workflow": Size(memory_mb=512, timeout_seconds=30),
            "sweeper": Size(memory_mb=512, timeout_seconds=SWEEPER_TIMEOUT_SECONDS),
            "analytics": Size(memory_mb=512, timeout_seconds=30),
        }
        self.all = {
            name: PythonFunction(self, name, bundle=bundles[name], size=size, deployment=deployment)
            for name, size in sizes.items()
        }
        self.generations = self.all["generations"]
        self.characters = self.all["characters"]
        self.reference_kits = self.all["reference_kits"]
        self.webhook = self.all["webhook"]
        self.worker = self.all["worker"]
        self.face_analysis = self.all["face_analysis"]
        self.kit_workflow = self.all["kit_workflow"]
        self.sweeper = self.all["sweeper"]
        self.analytics = self.all["analytics"]
