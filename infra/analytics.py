"""Where events go: the bus, the rule that archives them, and what could not be told."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.deployment import Deployment
from infra.messaging import QueueWithDeadLetters
from infra.storage import private_bucket

SOURCE = "likeness"


class Analytics(Construct):
    """`failures` notes where in the stream the changes are that could not be recorded."""

    def __init__(self, scope: Construct, construct_id: str, *, deployment: Deployment) -> None:
        super().__init__(scope, construct_id)
        self.bus = events.EventBus(self, "Bus", description="What happens in Likeness")
        self.archive = private_bucket(self, "Archive", deployment)
        self.to_archive = QueueWithDeadLetters(self, "ToArchive", deployment=deployment)
        self.failures = sqs.Queue(
            self,
            "Failures",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
        )
        events.Rule(
            self,
            "ArchiveAll",
            description="Keeps every event as a line of JSON",
            event_bus=self.bus,
            event_pattern=events.EventPattern(source=[SOURCE]),
            targets=[
                targets.SqsQueue(
                    self.to_archive.queue, dead_letter_queue=self.to_archive.dead_letters
                )
            ],
        )
        cdk.Validations.of(self.failures).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-SQS3",
                reason="It holds what has failed already; an alarm tells of every message.",
            )
        )
