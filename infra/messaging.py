"""The queues: two lanes of work, the ingest of results, the pictures to be looked at, and a
dead-letter queue behind each."""

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.deployment import Deployment
from infra.limits import DEAD_LETTER_VISIBILITY_SECONDS


class QueueWithDeadLetters(Construct):
    """A queue whose messages, after too many crashes of their consumer, land in `dead_letters`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
            visibility_timeout=cdk.Duration.seconds(DEAD_LETTER_VISIBILITY_SECONDS),
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=deployment.limits.max_receive_count
            ),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=cdk.Duration.seconds(deployment.limits.visibility_seconds),
        )


class Messaging(Construct):
    """Paid work, free work and results on their way in are what `by_name` holds, for those who
    send work; `all` has the pictures to be looked at, too."""

    def __init__(self, scope: Construct, construct_id: str, *, deployment: Deployment) -> None:
        super().__init__(scope, construct_id)
        self.work_priority, self.work_standard, self.ingest = (
            QueueWithDeadLetters(self, name, deployment=deployment)
            for name in ("WorkPriority", "WorkStandard", "Ingest")
        )
        self.by_name = {
            "work-priority": self.work_priority,
            "work-standard": self.work_standard,
            "ingest": self.ingest,
        }
        self.analysis = QueueWithDeadLetters(self, "Analysis", deployment=deployment)
        self.all = {**self.by_name, "analysis": self.analysis}
        self.arns = [pair.queue.queue_arn for pair in self.by_name.values()]
        self.urls = {
            "WORK_PRIORITY_QUEUE_URL": self.work_priority.queue.queue_url,
            "WORK_STANDARD_QUEUE_URL": self.work_standard.queue.queue_url,
            "INGEST_QUEUE_URL": self.ingest.queue.queue_url,
        }
