"""What is deployed: resources, their settings, and what each function is told."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from infra.bundle_steps import PROJECT
from infra.functions import NAMES
from shared.adapters.dynamo import keys
from shared.adapters.event_bus import SOURCE
from tests.infrastructure.templates import Template, as_list

CAPS = {
    f"{plan}_{what}"
    for plan in ("FREE", "PAID")
    for what in ("IN_FLIGHT", "MONTHLY_IMAGES", "REQUESTS_PER_MINUTE")
}
QUEUES = {"WORK_PRIORITY_QUEUE_URL", "WORK_STANDARD_QUEUE_URL", "INGEST_QUEUE_URL"}
FACES = {"FACE_ANALYZER"}
API = {"TABLE_NAME", "IMAGES_BUCKET", "UPLOADS_BUCKET", "IMAGE_PROVIDERS"} | CAPS | QUEUES | FACES
COLLECTING = {
    "COLLECTOR_DRY_RUN",
    "RETENTION_GENERATIONS_DAYS",
    "RETENTION_REJECTED_VARIANTS_DAYS",
}
EVERY = {
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
    "PYDANTIC_DISABLE_PLUGINS",
}
ENVIRONMENTS = {
    "generations": API,
    "characters": API,
    "reference_kits": API | {"KIT_WORKFLOW_ARN"},
    "webhook": {"INGEST_QUEUE_URL", "PROVIDER_SECRET_NAME"},
    "worker": {
        "TABLE_NAME",
        "IMAGES_BUCKET",
        "UPLOADS_BUCKET",
        "PROVIDER_SECRET_NAME",
        "PUBLIC_URL",
        "MALLOC_ARENA_MAX",
        "GEMINI_REQUESTS_PER_MINUTE",
        "REPLICATE_REQUESTS_PER_MINUTE",
        "COMFYUI_REQUESTS_PER_MINUTE",
    }
    | QUEUES
    | FACES,
    "face_analysis": {"TABLE_NAME", "IMAGES_BUCKET", "INGEST_QUEUE_URL"} | FACES,
    "kit_workflow": {"TABLE_NAME"} | QUEUES,
    "sweeper": {"TABLE_NAME", "IMAGES_BUCKET", "UPLOADS_BUCKET", "KIT_WORKFLOW_ARN"}
    | COLLECTING
    | QUEUES,
    "analytics": {
        *("TABLE_NAME", "EVENT_BUS_NAME", "ARCHIVE_BUCKET", "DAILY_SPEND_THRESHOLD_USD"),
        "ANALYSIS_QUEUE_URL",
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_each_function_is_told_what_it_reads_and_nothing_else(
    name: str, template: Template
) -> None:
    assert set(template.environment(name)) == ENVIRONMENTS[name] | EVERY
    assert template.functions()[name]["Handler"] == f"functions.{name}.handler.lambda_handler"
    assert template.functions()[name]["Runtime"] == "python3.13"


def test_caps_are_the_deployments_choice(template: Template, local_template: Template) -> None:
    given = template.environment("generations")
    assert (given["FREE_IN_FLIGHT"], given["PAID_IN_FLIGHT"]) == ("1", "5")
    assert (given["FREE_MONTHLY_IMAGES"], given["PAID_MONTHLY_IMAGES"]) == ("50", "2000")
    assert given["IMAGE_PROVIDERS"] == "gemini,replicate"
    assert local_template.environment("generations")["FREE_IN_FLIGHT"] == "3"


def test_every_queue_has_dead_letters_and_the_sweeper_consumes_them(template: Template) -> None:
    queues = template.of_type("AWS::SQS::Queue")
    consumed = {
        source["EventSourceArn"]["Fn::GetAtt"][0] for source in template.event_sources("sweeper")
    }
    redrives = [queue["RedrivePolicy"] for queue in queues.values() if "RedrivePolicy" in queue]
    dead = {redrive["deadLetterTargetArn"]["Fn::GetAtt"][0] for redrive in redrives}
    # The eleventh takes notes of changes that could not be recorded.
    assert len(queues) == 11
    assert dead == consumed == {name for name in queues if "DeadLetters" in name}
    assert {redrive["maxReceiveCount"] for redrive in redrives} == {3}


def test_only_failed_messages_come_back_and_concurrency_is_bounded(template: Template) -> None:
    sources = _of_queues(template)
    assert len(sources) == 10
    for source in sources:
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["ScalingConfig"]["MaximumConcurrency"] >= 2


def _of_queues(template: Template) -> list[Any]:
    sources = template.of_type("AWS::Lambda::EventSourceMapping").values()
    return [source for source in sources if source["EventSourceArn"]["Fn::GetAtt"][1] == "Arn"]


def test_changes_that_matter_are_followed_and_a_bad_one_is_set_aside_alone(
    template: Template,
) -> None:
    (source,) = (
        one for one in template.event_sources("analytics") if "BisectBatchOnFunctionError" in one
    )
    assert source["EventSourceArn"]["Fn::GetAtt"][1] == "StreamArn"
    assert source["StartingPosition"] == "TRIM_HORIZON"
    assert (source["BisectBatchOnFunctionError"], source["MaximumRetryAttempts"]) == (True, 4)
    failures = template.logical_id(kind="AWS::SQS::Queue", containing="Failures")
    destination = source["DestinationConfig"]["OnFailure"]["Destination"]
    assert destination["Fn::GetAtt"][0] == failures
    (told,) = source["FilterCriteria"]["Filters"]
    assert json.loads(told["Pattern"])["dynamodb"]["Keys"]["sk"]["S"][0] == keys.META


def test_every_event_is_kept(template: Template) -> None:
    (rule,) = template.of_type("AWS::Events::Rule").values()
    assert rule["EventPattern"] == {"source": [SOURCE]}
    queue = template.logical_id(kind="AWS::SQS::Queue", containing="ToArchiveQueue")
    letters = template.logical_id(kind="AWS::SQS::Queue", containing="ToArchiveDeadLetters")
    (target,) = rule["Targets"]
    assert target["Arn"]["Fn::GetAtt"][0] == queue
    assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] == letters


def test_a_lane_delivers_one_message_at_a_time_and_ingest_ten(template: Template) -> None:
    sizes = {
        source["EventSourceArn"]["Fn::GetAtt"][0]: source["BatchSize"]
        for source in template.event_sources("worker")
    }
    queue = "AWS::SQS::Queue"
    for name, size in {"WorkPriorityQueue": 1, "WorkStandardQueue": 1, "IngestQueue": 10}.items():
        assert sizes[template.logical_id(kind=queue, containing=name)] == size


def test_no_message_is_visible_again_before_its_consumer_has_ended(template: Template) -> None:
    queues = template.of_type("AWS::SQS::Queue")
    for name in NAMES:
        for source in template.event_sources(name):
            if source not in _of_queues(template):
                continue
            queue = queues[source["EventSourceArn"]["Fn::GetAtt"][0]]
            assert queue["VisibilityTimeout"] > template.functions()[name]["Timeout"]


def test_the_worker_may_send_itself_as_many_delayed_copies_as_it_needs(template: Template) -> None:
    loops = {name: template.functions()[name]["RecursiveLoop"] for name in NAMES}
    assert loops.pop("worker") == "Allow"
    assert set(loops.values()) == {"Terminate"}, "the runtime's guard stays on for the others"


def test_the_table_has_its_keys_indexes_and_safeguards(template: Template) -> None:
    (table,) = template.of_type("AWS::DynamoDB::Table").values()
    indexes = {index["IndexName"]: index for index in table["GlobalSecondaryIndexes"]}
    assert _keys(table) == ["pk", "sk"]
    assert _keys(indexes["by_owner"]) == ["owner_list", "listed_at"]
    assert indexes["by_owner"]["Projection"] == {"ProjectionType": "ALL"}
    assert _keys(indexes["due"]) == ["due_shard", "due_at"]
    assert indexes["due"]["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["DeletionProtectionEnabled"] is True


def _keys(table_or_index: dict[str, Any]) -> list[str]:
    return [key["AttributeName"] for key in table_or_index["KeySchema"]]


KEPT = {
    "AWS::DynamoDB::Table": 1,
    "AWS::S3::Bucket": 4,
    "AWS::Cognito::UserPool": 1,
    "AWS::SecretsManager::Secret": 1,
}


def test_a_deleted_stack_leaves_what_cannot_be_made_again_and_nothing_else(
    template: Template,
) -> None:
    """What docs/deployment.md tells, and how to delete it."""
    kept = Counter(
        resource["Type"]
        for resource in template.body["Resources"].values()
        if resource.get("DeletionPolicy", "Delete") != "Delete"
    )
    assert kept == KEPT


def test_the_outputs_that_the_deployment_page_asks_for_are_there(template: Template) -> None:
    page = (PROJECT / "docs/deployment.md").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\(output (\w+)\)", page))
    assert {"ApiUrl", "ProviderSecretName", "UserPoolId"} <= asked <= set(template.body["Outputs"])


@pytest.mark.parametrize("kind", ["AWS::DynamoDB::Table", "AWS::S3::Bucket"])
def test_data_outlives_a_deleted_stack_but_not_on_this_machine(
    kind: str, template: Template, local_template: Template
) -> None:
    for deployed, policy in ((template, "Retain"), (local_template, "Delete")):
        for name in deployed.of_type(kind):
            assert deployed.body["Resources"][name]["DeletionPolicy"] == policy


def test_buckets_are_closed_encrypted_and_refuse_plain_http(template: Template) -> None:
    for bucket in template.of_type("AWS::S3::Bucket").values():
        assert all(bucket["PublicAccessBlockConfiguration"].values())
        assert bucket["BucketEncryption"]
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    policies = template.of_type("AWS::S3::BucketPolicy").values()
    assert len(policies) == 4
    for policy in policies:
        # What else may stand there, CloudFront's right to read the pages, is in test_website.py.
        statement, *_ = policy["PolicyDocument"]["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_uploads_die_after_a_day_and_may_come_from_a_browser(template: Template) -> None:
    name = template.logical_id(kind="AWS::S3::Bucket", containing="Uploads")
    uploads = template.of_type("AWS::S3::Bucket")[name]
    rules = uploads["LifecycleConfiguration"]["Rules"]
    assert [rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule] == [1]
    (rule,) = uploads["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["POST"]


def test_dead_letters_are_kept_for_a_month(template: Template) -> None:
    name = template.logical_id(kind="AWS::S3::Bucket", containing="Images")
    rules = template.of_type("AWS::S3::Bucket")[name]["LifecycleConfiguration"]["Rules"]
    kept = [(one["Prefix"], one["ExpirationInDays"]) for one in rules if "ExpirationInDays" in one]
    assert kept == [("dead-letters/", 30)], "nothing else of the pictures ever expires"


def test_a_sweep_is_scheduled_each_minute_and_a_collection_each_hour(template: Template) -> None:
    schedules = template.of_type("AWS::Scheduler::Schedule").values()
    assert {
        one["ScheduleExpression"]: json.loads(one["Target"]["Input"])["kind"] for one in schedules
    } == {"rate(1 minute)": "sweep", "rate(1 hour)": "collect"}


def test_whether_the_collector_only_tells_is_the_deployments_choice(
    template: Template, local_template: Template
) -> None:
    assert template.environment("sweeper")["COLLECTOR_DRY_RUN"] == "false"
    assert local_template.environment("sweeper")["COLLECTOR_DRY_RUN"] == "true"


def test_generations_are_kept_for_ever_unless_the_deployment_says_how_long(
    template: Template, local_template: Template
) -> None:
    assert template.environment("sweeper")["RETENTION_GENERATIONS_DAYS"] == "0"
    assert local_template.environment("sweeper")["RETENTION_GENERATIONS_DAYS"] == "90"


def test_every_log_group_forgets(template: Template, local_template: Template) -> None:
    for deployed, days in ((template, 30), (local_template, 1)):
        groups = deployed.of_type("AWS::Logs::LogGroup").values()
        assert len(groups) == len(NAMES) + 2
        assert {group["RetentionInDays"] for group in groups} == {days}


def test_alarms_watch_dead_letters_waiting_errors_and_silence(template: Template) -> None:
    alarms = template.of_type("AWS::CloudWatch::Alarm").values()
    watched = sorted(alarm["MetricName"] for alarm in alarms)
    assert watched == sorted(
        ["NumberOfMessagesReceived"] * 5
        + ["ApproximateAgeOfOldestMessage"] * 4
        + ["ApproximateNumberOfMessagesVisible", "IteratorAge"]
        + ["Errors"] * len(NAMES)
        + ["attempt_failed.provider_auth", "attempt_failed.model_retired"]
        + ["provider_breaker_opened"]
        + ["ExecutionsFailed", "ExecutionsTimedOut", "workflow_lost"]
        + ["Invocations"]
    )
    (silence,) = (alarm for alarm in alarms if alarm["MetricName"] == "Invocations")
    assert silence["TreatMissingData"] == "breaching"
    assert len(template.of_type("AWS::CloudWatch::Dashboard")) == 1


def test_spending_alarms_where_the_deployment_names_a_threshold(local_template: Template) -> None:
    alarms = local_template.of_type("AWS::CloudWatch::Alarm").values()
    (spending,) = (alarm for alarm in alarms if alarm["MetricName"] == "spend_micro_usd")
    assert (spending["Threshold"], spending["Period"]) == (25_000_000, 86_400)
    assert local_template.environment("analytics")["DAILY_SPEND_THRESHOLD_USD"] == "25"


def test_there_is_no_custom_resource(template: Template, local_template: Template) -> None:
    for deployed in (template, local_template):
        kinds = {resource["Type"] for resource in deployed.body["Resources"].values()}
        assert not {kind for kind in kinds if "Custom" in kind}
        assert len(deployed.functions()) == len(deployed.of_type("AWS::Lambda::Function"))


def test_the_template_can_be_deployed(template: Template, local_template: Template) -> None:
    """CloudFormation takes 1 MB and 500 resources of a template that it is given by address, as
    CDK and the local deployment do."""
    for deployed in (template, local_template):
        assert len(json.dumps(deployed.body, separators=(",", ":"))) < 1_000_000
        assert len(deployed.body["Resources"]) < 500


def test_the_outputs_name_all_an_operator_needs(template: Template) -> None:
    queues = ("WorkPriority", "WorkStandard", "Ingest", "Analysis")
    assert set(template.body["Outputs"]) == {
        *("ApiId", "ApiUrl", "TableName", "ImagesBucketName", "UploadsBucketName"),
        *("ProviderSecretName", "UserPoolId", "UserPoolClientId"),
        *("EventBusName", "ArchiveBucketName", "KitWorkflowArn"),
        *("SiteUrl", "SiteBucketName", "SiteConfig"),
        *(f"{queue}QueueUrl" for queue in queues),
        *(f"{queue}DeadLetterQueueUrl" for queue in queues),
    }


def test_nothing_has_a_name_of_its_own(template: Template) -> None:
    """A physical name stands in the way of a second deployment in the same account."""
    for name, resource in template.body["Resources"].items():
        named = set(resource.get("Properties", {})) & {
            *("BucketName", "FunctionName", "QueueName", "RoleName", "TableName", "LogGroupName"),
            *("AlarmName", "DashboardName", "ApiName", "Domain"),
        }
        assert resource["Type"] == "AWS::Lambda::EventSourceMapping" or not _texts(
            resource["Properties"], named
        ), name


def _texts(properties: dict[str, Any], names: set[str]) -> list[str]:
    return [name for name in names if isinstance(as_list(properties[name])[0], str)]
