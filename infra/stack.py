"""Likeness on one screen: what there is, what runs, and what each function may touch."""

import aws_cdk as cdk
from constructs import Construct

from infra.analytics import Analytics
from infra.bundles import Bundle
from infra.deployment import Deployment
from infra.functions import Functions
from infra.http_api import HttpApi
from infra.identity import Identity
from infra.messaging import Messaging
from infra.observability import Observability
from infra.schedule import SweepSchedule
from infra.secrets import ProviderSecret
from infra.storage import Storage
from infra.website import Website
from infra.workflow import KitWorkflow

READ = ("dynamodb:GetItem", "dynamodb:Query")
WRITE = ("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
IN_BATCHES = ("dynamodb:BatchGetItem", "dynamodb:BatchWriteItem")
OF_CHARACTERS = "*/characters/*"
OF_GENERATIONS = "*/renders/*"
OF_KITS = "*/kits/*"
PICTURES = (OF_CHARACTERS, OF_GENERATIONS, "*/project_*", OF_KITS)
UPLOADED = "*/uploads/*"
ANSWER = ("states:SendTaskFailure", "states:SendTaskSuccess")
# What events and sums are made of: generations with their parts, images, kits, and characters'
# sources.
TELLING = {
    "pk": {"S": [{"prefix": "GEN#"}, {"prefix": "IMG#"}, {"prefix": "CHR#"}, {"prefix": "KIT#"}]},
    "sk": {
        "S": [
            "META",
            {"prefix": "ITEM#"},
            {"prefix": "ATT#"},
            {"prefix": "SOURCE#"},
            {"prefix": "VARIANT#"},
        ]
    },
}


class LikenessStack(cdk.Stack):
    """One deployment of Likeness."""

    def __init__(
        self, scope: Construct, *, deployment: Deployment, bundles: dict[str, Bundle]
    ) -> None:
        super().__init__(
            scope,
            "Likeness",
            description="Likeness: images in which a person stays recognisably the same person",
            suppress_template_indentation=True,
            synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        self.storage = Storage(self, "Storage", deployment=deployment)
        self.queues = Messaging(self, "Messaging", deployment=deployment)
        self.analytics = Analytics(self, "Analytics", deployment=deployment)
        self.secret = ProviderSecret(self, "Providers", deployment=deployment)
        self.functions = Functions(self, "Functions", deployment=deployment, bundles=bundles)
        self.workflow = KitWorkflow(
            self, "KitWorkflow", function=self.functions.kit_workflow, deployment=deployment
        )
        identity = Identity(self, "Identity", deployment=deployment)
        self.api = HttpApi(
            self, "Http", functions=self.functions, identity=identity, deployment=deployment
        )
        if not deployment.local:  # there the public port serves the studio
            Website(
                self,
                "Website",
                api=self.api,
                identity=identity,
                storage=self.storage,
                deployment=deployment,
            )
        self._configure(deployment)
        self._grant(deployment)
        self._trigger(deployment)
        SweepSchedule(self, "Schedule", sweeper=self.functions.sweeper.function)
        Observability(
            self,
            "Alarms",
            functions=self.functions,
            messaging=self.queues,
            analytics=self.analytics,
            workflow=self.workflow,
            deployment=deployment,
        )
        for name, (value, described) in self._outputs().items():
            cdk.CfnOutput(self, name, value=value, description=described)

    def _configure(self, deployment: Deployment) -> None:
        """Tell each function the names of what it works with."""
        run, queues = self.functions, self.queues.urls
        table = {"TABLE_NAME": self.storage.table.table_name}
        images = {"IMAGES_BUCKET": self.storage.images.bucket_name}
        secret = {"PROVIDER_SECRET_NAME": self.secret.arn}
        uploads = {"UPLOADS_BUCKET": self.storage.uploads.bucket_name}
        for api in (run.generations, run.characters, run.reference_kits):
            api.configure(table | images | uploads | queues | deployment.choices)
        run.webhook.configure({"INGEST_QUEUE_URL": queues["INGEST_QUEUE_URL"]} | secret)
        # Threads that decode pictures would else keep an arena of memory each.
        frugal = {"PUBLIC_URL": self.api.url, "MALLOC_ARENA_MAX": "2"}
        providers = secret | deployment.rates
        run.worker.configure(
            table | images | uploads | queues | providers | frugal | deployment.faces
        )
        workflow = {"KIT_WORKFLOW_ARN": self.workflow.arn}
        run.reference_kits.configure(workflow)
        run.sweeper.configure(table | images | uploads | queues | workflow | deployment.collecting)
        run.kit_workflow.configure(table | queues)
        told = {"EVENT_BUS_NAME": self.analytics.bus.event_bus_name}
        kept = {"ARCHIVE_BUCKET": self.analytics.archive.bucket_name}
        threshold = {"DAILY_SPEND_THRESHOLD_USD": str(deployment.daily_spend_threshold_usd)}
        asked = {"ANALYSIS_QUEUE_URL": self.queues.analysis.queue.queue_url}
        run.analytics.configure(table | told | kept | asked | threshold)
        scored = {"INGEST_QUEUE_URL": queues["INGEST_QUEUE_URL"]}
        run.face_analysis.configure(table | images | scored | deployment.faces)

    def _grant(self, deployment: Deployment) -> None:
        """Allow each function what its job needs; a reader finds every right of the system here."""
        run, images, uploads = self.functions, self.storage.images, self.storage.uploads
        table = self.storage.table.table_arn
        for api in (run.generations, run.characters, run.reference_kits):
            api.allow(*READ, *WRITE, *IN_BATCHES, on=[table])
            api.allow("dynamodb:Query", on=[self.storage.by_owner_arn])
            api.allow("sqs:SendMessage", on=self.queues.arns)
            # A signed address carries the rights of the function that signed it.
            api.allow_objects("s3:GetObject", "s3:DeleteObject", bucket=images, keys=PICTURES)
            api.allow_objects("s3:GetObject", "s3:PutObject", bucket=uploads, keys=[UPLOADED])
            # Without the right to list, S3 answers "forbidden" for an object that is not there.
            api.allow("s3:ListBucket", on=[uploads.bucket_arn])
        # Nothing is added to a character that is gone.
        run.characters.allow("dynamodb:ConditionCheckItem", on=[table])
        run.characters.allow_objects("s3:PutObject", bucket=images, keys=[OF_CHARACTERS])
        run.characters.allow("s3:ListBucket", on=[images.bucket_arn])
        run.reference_kits.allow_objects("s3:PutObject", bucket=images, keys=[OF_KITS])
        run.reference_kits.allow("s3:ListBucket", on=[images.bucket_arn])
        run.reference_kits.allow("states:StartExecution", on=[self.workflow.arn])
        run.reference_kits.allow_executions("states:StopExecution", machine=self.workflow.machine)

        run.webhook.allow("sqs:SendMessage", on=[self.queues.ingest.queue.queue_arn])
        run.webhook.allow("secretsmanager:GetSecretValue", on=[self.secret.arn])

        run.worker.allow(*READ, *WRITE, on=[table])
        run.worker.allow("sqs:SendMessage", on=self.queues.arns)
        run.worker.allow("secretsmanager:GetSecretValue", on=[self.secret.arn])
        run.worker.allow_objects("s3:GetObject", "s3:PutObject", bucket=images, keys=PICTURES)
        run.worker.allow_objects("s3:DeleteObject", bucket=images, keys=[OF_GENERATIONS])
        run.worker.allow_objects("s3:GetObject", bucket=uploads, keys=[UPLOADED])
        run.worker.allow("s3:ListBucket", on=[images.bucket_arn, uploads.bucket_arn])

        run.kit_workflow.allow(*READ, "dynamodb:PutItem", "dynamodb:UpdateItem", on=[table])
        run.kit_workflow.allow("sqs:SendMessage", on=self.queues.arns)
        run.sweeper.allow("states:StartExecution", on=[self.workflow.arn])
        run.sweeper.allow_executions("states:DescribeExecution", machine=self.workflow.machine)
        for answering in (run.worker, run.sweeper, run.kit_workflow):
            answering.allow_everywhere(*ANSWER, reason="A token names its task; nothing else does.")

        kept = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
        run.face_analysis.allow(*kept, on=[table])
        run.face_analysis.allow_objects("s3:GetObject", bucket=images, keys=PICTURES)
        run.face_analysis.allow("s3:ListBucket", on=[images.bucket_arn])
        run.face_analysis.allow("sqs:SendMessage", on=[self.queues.ingest.queue.queue_arn])
        if deployment.face_analyzer == "rekognition":
            run.face_analysis.allow_everywhere(
                *("rekognition:CompareFaces", "rekognition:DetectFaces"),
                reason="Rekognition looks at bytes that it is sent: there is no resource to name.",
            )

        run.sweeper.allow(*READ, *WRITE, *IN_BATCHES, on=[table])
        run.sweeper.allow("dynamodb:Query", on=[self.storage.due_arn])
        run.sweeper.allow("sqs:SendMessage", on=self.queues.arns)
        run.sweeper.allow_objects("s3:PutObject", bucket=images, keys=["dead-letters/*"])
        run.sweeper.allow_objects("s3:DeleteObject", bucket=images, keys=PICTURES)
        run.sweeper.allow_objects("s3:DeleteObject", bucket=uploads, keys=[UPLOADED])
        run.sweeper.allow("s3:ListBucket", on=[images.bucket_arn, uploads.bucket_arn])

        archive, bus = self.analytics.archive, self.analytics.bus
        run.analytics.allow("dynamodb:BatchGetItem", "dynamodb:GetItem", on=[table])
        run.analytics.allow(*WRITE, on=[table])
        run.analytics.allow("sqs:SendMessage", on=[self.queues.analysis.queue.queue_arn])
        run.analytics.allow("events:PutEvents", on=[bus.event_bus_arn])
        run.analytics.allow_objects("s3:PutObject", bucket=archive, keys=["events/*"])

    def _trigger(self, deployment: Deployment) -> None:
        """Lanes one message at a time, each message being many items; the rest in batches."""
        worker, sweeper = self.functions.worker, self.functions.sweeper
        limits = deployment.limits
        for lane, side_by_side in (
            (self.queues.work_priority, limits.priority_concurrency),
            (self.queues.work_standard, limits.standard_concurrency),
        ):
            worker.consume(lane.queue, batch_size=1, max_concurrency=side_by_side)
        worker.consume(self.queues.ingest.queue, batch_size=10, max_concurrency=5)
        analysis = self.queues.analysis.queue
        self.functions.face_analysis.consume(analysis, batch_size=5, max_concurrency=10)
        for pair in (*self.queues.all.values(), self.analytics.to_archive):
            sweeper.consume(pair.dead_letters, batch_size=10, max_concurrency=2)
        analytics, wait = self.functions.analytics, deployment.batch_window
        failures, to_archive = self.analytics.failures, self.analytics.to_archive.queue
        analytics.follow(self.storage.table, records=TELLING, wait=wait, failures=failures)
        analytics.consume(to_archive, batch_size=1000, max_concurrency=2, wait=wait)

    def _outputs(self) -> dict[str, tuple[str, str]]:
        """Value and description by name."""
        outputs = {
            "ApiUrl": (self.api.url, "Address of the API; its documentation is at /v1/docs"),
            "ApiId": (self.api.api.api_id, "The API at API Gateway"),
            "ProviderSecretName": (self.secret.arn, "Secret that holds the keys of the providers"),
            "KitWorkflowArn": (self.workflow.arn, "State machine of the reference kits"),
            "TableName": (self.storage.table.table_name, "Table of all records"),
            "ImagesBucketName": (self.storage.images.bucket_name, "Bucket of all images"),
            "EventBusName": (self.analytics.bus.event_bus_name, "Bus of all events"),
            "ArchiveBucketName": (self.analytics.archive.bucket_name, "Bucket of archived events"),
            "UploadsBucketName": (self.storage.uploads.bucket_name, "Bucket of uploads on the way"),
        }
        for name, pair in self.queues.all.items():
            queue, letters = pair.queue.queue_url, pair.dead_letters.queue_url
            outputs[f"{pair.node.id}QueueUrl"] = (queue, f"Queue {name}")
            outputs[f"{pair.node.id}DeadLetterQueueUrl"] = (letters, f"Dead letters of {name}")
        return outputs
