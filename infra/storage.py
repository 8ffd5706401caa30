"""The table of all records, the bucket of images, and the bucket of files on their way in."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.deployment import Deployment

BY_OWNER = "by_owner"
DUE = "due"
UPLOADS_EXPIRE = cdk.Duration.days(1)
DEAD_LETTERS_EXPIRE = cdk.Duration.days(30)


class Storage(Construct):
    """Everything that must outlive the functions."""

    def __init__(self, scope: Construct, construct_id: str, *, deployment: Deployment) -> None:
        super().__init__(scope, construct_id)
        self.table = self._table(deployment.removal_policy)
        self.by_owner_arn = f"{self.table.table_arn}/index/{BY_OWNER}"
        self.due_arn = f"{self.table.table_arn}/index/{DUE}"
        self.images = self._bucket("Images", deployment, s3.HttpMethods.GET)
        self.uploads = self._bucket("Uploads", deployment, s3.HttpMethods.POST)
        self.uploads.add_lifecycle_rule(expiration=UPLOADS_EXPIRE)
        self.images.add_lifecycle_rule(expiration=DEAD_LETTERS_EXPIRE, prefix="dead-letters/")

    def _table(self, removal_policy: cdk.RemovalPolicy) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            "Table",
            partition_key=_text("pk"),
            sort_key=_text("sk"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="ttl",
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            removal_policy=removal_policy,
            deletion_protection=removal_policy == cdk.RemovalPolicy.RETAIN,
        )
        table.add_global_secondary_index(
            index_name=BY_OWNER, partition_key=_text("owner_list"), sort_key=_text("listed_at")
        )
        table.add_global_secondary_index(
            index_name=DUE,
            partition_key=_text("due_shard"),
            sort_key=_text("due_at"),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        return table

    def _bucket(
        self, construct_id: str, deployment: Deployment, from_browsers: s3.HttpMethods
    ) -> s3.Bucket:
        bucket = private_bucket(self, construct_id, deployment)
        bucket.add_cors_rule(
            allowed_methods=[from_browsers],
            allowed_origins=list(deployment.site_origins),
            allowed_headers=["*"],
            exposed_headers=["ETag"],
            max_age=3600,
        )
        return bucket


def private_bucket(scope: Construct, construct_id: str, deployment: Deployment) -> s3.Bucket:
    """Nobody but the functions reads or writes it, and only over TLS."""
    bucket = s3.Bucket(
        scope,
        construct_id,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        removal_policy=deployment.removal_policy,
    )
    bucket.add_lifecycle_rule(abort_incomplete_multipart_upload_after=cdk.Duration.days(1))
    cdk.Validations.of(bucket).acknowledge(
        cdk.Acknowledgment(
            id="AwsSolutions-S1",
            reason="Access goes through presigned URLs the API hands out and logs; an account "
            "that needs object-level logs turns on CloudTrail data events.",
        )
    )
    return bucket


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
