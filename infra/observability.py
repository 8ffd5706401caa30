"""What an operator is told: alarms, and one dashboard of the figures behind them."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_cloudwatch_actions import SnsAction
from constructs import Construct

from infra.analytics import Analytics
from infra.deployment import Deployment
from infra.functions import METRICS_NAMESPACE, Functions
from infra.messaging import Messaging, QueueWithDeadLetters
from infra.workflow import KitWorkflow

MINUTE = cdk.Duration.minutes(1)
FIVE_MINUTES = cdk.Duration.minutes(5)
LATEST_CHANGE_MS = 5 * 60 * 1000
PROVIDER_TROUBLE = (
    (
        "refuses keys",
        "attempt_failed.provider_auth",
        "A provider refuses our key, or has no credit left.",
    ),
    (
        "retired model",
        "attempt_failed.model_retired",
        "A model has been withdrawn: take it out of the table of models.",
    ),
    ("down", "provider_breaker_opened", "A provider has failed several times in a row."),
)

# The longest a message may wait before someone should look.
OLDEST_MESSAGE_SECONDS = {
    "work-priority": 120,
    "work-standard": 900,
    "ingest": 120,
    "analysis": 300,
}


class Observability(Construct):
    """Alarms publish to `alarm_topic_arn` when the deployment names one."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Functions,
        messaging: Messaging,
        analytics: Analytics,
        workflow: KitWorkflow,
        deployment: Deployment,
    ) -> None:
        super().__init__(scope, construct_id)
        self._actions = [
            SnsAction(sns.Topic.from_topic_arn(self, "AlarmTopic", arn))
            for arn in [deployment.alarm_topic_arn]
            if arn is not None
        ]
        alarms = [
            *self._queue_alarms(messaging.all),
            *(self._errors(name, each.function) for name, each in functions.all.items()),
            self._sweeper_silent(functions.sweeper.function),
            *self._analytics_alarms(functions.analytics.function, analytics),
            *self._kit_alarms(workflow),
            *self._provider_alarms(),
            *self._spending(deployment.daily_spend_threshold_usd),
        ]
        self._dashboard(
            [each.function for each in functions.all.values()],
            [pair.queue for pair in messaging.all.values()],
            workflow,
            alarms,
        )

    def _queue_alarms(self, queues: Mapping[str, QueueWithDeadLetters]) -> list[cloudwatch.Alarm]:
        alarms = []
        for name, pair in queues.items():
            age = pair.queue.metric_approximate_age_of_oldest_message(
                period=MINUTE, statistic="Maximum"
            )
            alarms.append(
                self._alarm(
                    f"{name} waits",
                    age,
                    threshold=OLDEST_MESSAGE_SECONDS[name],
                    periods=3,
                    description=f"The oldest message of {name} has waited too long.",
                )
            )
            alarms.append(self._dead_letters(name, pair))
        return alarms

    def _dead_letters(self, name: str, pair: QueueWithDeadLetters) -> cloudwatch.Alarm:
        # Taken, not waiting: the consumer is so quick that a depth sampled each minute shows zero.
        taken = pair.dead_letters.metric_number_of_messages_received(period=MINUTE)
        return self._alarm(
            f"{name} dead letters",
            taken,
            threshold=0,
            description=f"A message of {name} crashed its consumer again and again.",
        )

    def _errors(self, name: str, function: lambda_.Function) -> cloudwatch.Alarm:
        return self._alarm(
            f"{name} errors",
            function.metric_errors(period=MINUTE),
            threshold=0,
            periods=2,
            description=f"The function {name} fails or times out.",
        )

    def _analytics_alarms(
        self, function: lambda_.Function, analytics: Analytics
    ) -> list[cloudwatch.Alarm]:
        untold = analytics.failures.metric_approximate_number_of_messages_visible(period=MINUTE)
        behind = function.metric("IteratorAge", period=MINUTE, statistic="Maximum")
        return [
            self._alarm(
                "changes untold",
                untold,
                threshold=0,
                description="Changes could not be recorded; costs and events lack them.",
            ),
            self._alarm(
                "changes late",
                behind,
                threshold=LATEST_CHANGE_MS,
                periods=3,
                description="Costs, statistics and events are more than five minutes behind.",
            ),
            self._dead_letters("to-archive", analytics.to_archive),
        ]

    def _kit_alarms(self, workflow: KitWorkflow) -> list[cloudwatch.Alarm]:
        """A slot without a picture fails no execution: what does is ours."""
        machine = workflow.machine
        return [
            self._alarm(
                "kit executions failed",
                machine.metric_failed(period=MINUTE),
                threshold=0,
                description="The workflow of a kit has failed; the sweeper starts it again.",
            ),
            self._alarm(
                "kit executions too long",
                machine.metric_timed_out(period=MINUTE),
                threshold=0,
                description="The workflow of a kit has run for a day.",
            ),
            self._alarm(
                "kits given up",
                cloudwatch.Metric(
                    namespace=METRICS_NAMESPACE,
                    metric_name="workflow_lost",
                    dimensions_map={"service": "sweeper"},
                    period=MINUTE,
                    statistic="Sum",
                ),
                threshold=0,
                description="A kit ended with slots undrawn: its workflow failed three times.",
            ),
        ]

    def _provider_alarms(self) -> list[cloudwatch.Alarm]:
        """What only an operator can mend, and what a provider does to everybody."""
        return [
            self._alarm(
                f"provider {name}",
                cloudwatch.Metric(
                    namespace=METRICS_NAMESPACE,
                    metric_name=metric,
                    dimensions_map={"service": "worker"},
                    period=MINUTE,
                    statistic="Sum",
                ),
                threshold=0,
                description=described,
            )
            for name, metric, described in PROVIDER_TROUBLE
        ]

    def _spending(self, threshold_usd: int) -> list[cloudwatch.Alarm]:
        if not threshold_usd:
            return []
        spent = cloudwatch.Metric(
            namespace=METRICS_NAMESPACE,
            metric_name="spend_micro_usd",
            dimensions_map={"service": "analytics"},
            period=cdk.Duration.days(1),
            statistic="Sum",
        )
        alarm = self._alarm(
            "daily spend",
            spent,
            threshold=threshold_usd * 1_000_000,
            description=f"Providers have cost more than {threshold_usd} USD within a day.",
        )
        return [alarm]

    def _sweeper_silent(self, sweeper: lambda_.Function) -> cloudwatch.Alarm:
        return self._alarm(
            "sweeper silent",
            sweeper.metric_invocations(period=FIVE_MINUTES),
            threshold=1,
            comparison=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            missing=cloudwatch.TreatMissingData.BREACHING,
            description="Nothing has swept for five minutes: lost and overdue work stays so.",
        )

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        *,
        threshold: float,
        description: str,
        periods: int = 1,
        comparison: cloudwatch.ComparisonOperator = (
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
        ),
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            name.title().replace(" ", "").replace("-", ""),
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=comparison,
            treat_missing_data=missing,
            alarm_description=description,
        )
        if self._actions:
            alarm.add_alarm_action(*self._actions)
        return alarm

    def _dashboard(
        self,
        functions: Sequence[lambda_.Function],
        queues: Sequence[sqs.Queue],
        workflow: KitWorkflow,
        alarms: Sequence[cloudwatch.Alarm],
    ) -> None:
        cloudwatch.Dashboard(self, "Dashboard").add_widgets(
            cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=24),
            _graph("Invocations", [each.metric_invocations() for each in functions]),
            _graph("Errors", [each.metric_errors() for each in functions]),
            _graph(
                "Duration, p95 ms",
                [each.metric_duration(statistic="p95") for each in functions],
            ),
            _graph(
                "Messages waiting",
                [queue.metric_approximate_number_of_messages_visible() for queue in queues],
            ),
            _graph(
                "Oldest message, s",
                [queue.metric_approximate_age_of_oldest_message() for queue in queues],
            ),
            _graph(
                "Workflows of kits",
                [
                    workflow.machine.metric_started(),
                    workflow.machine.metric_succeeded(),
                    workflow.machine.metric_failed(),
                ],
            ),
        )


def _graph(title: str, metrics: list[cloudwatch.Metric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=8)
