"""Deploys a cloud assembly to the local engine, and only where it is not deployed already."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.local.assets import Asset, assets_of, publish, unpublish
from infra.local.engine_process import engine_client
from infra.local.layout import STACK_NAME, LocalError

# On the stack itself, not in a file beside it: what the engine remembers is what is there.
ASSEMBLY_TAG = "likeness-assembly"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
NEVER_DEPLOYED = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "CREATE_IN_PROGRESS"}
BOOTSTRAP_VERSION = "30"
POLL_SECONDS = 0.05

type Outputs = dict[str, str]
type Stack = Mapping[str, Any]


def deploy(assembly: Path, endpoint: str) -> Outputs:
    """Create or update the stack where it differs from the assembly; its outputs."""
    cloudformation = engine_client(endpoint, "cloudformation")
    stack = _described(cloudformation)
    if stack is not None and stack["StackStatus"] in NEVER_DEPLOYED:
        cloudformation.delete_stack(StackName=STACK_NAME)
        _settled(cloudformation)
        stack = None
    if stack is None or not _is_current(stack, assembly):
        stack = _bring_up_to(assembly, endpoint, cloudformation, exists=stack is not None)
        _mend(assembly, endpoint, cloudformation)
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def put_provider_secret(outputs: Outputs, endpoint: str, values: Mapping[str, str]) -> None:
    """Give the stack's one provider secret its value, if it does not have it."""
    secrets = engine_client(endpoint, "secretsmanager")
    name, wanted = (outputs["ProviderSecretName"], json.dumps(dict(values), sort_keys=True))
    if secrets.get_secret_value(SecretId=name).get("SecretString") != wanted:
        secrets.put_secret_value(SecretId=name, SecretString=wanted)


def _described(cloudformation: Any) -> Stack | None:
    try:
        stacks: list[Stack] = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
    except ClientError as missing:
        if missing.response["Error"]["Code"] != "ValidationError":
            raise
        return None
    return stacks[0] if stacks else None


def _is_current(stack: Stack, assembly: Path) -> bool:
    tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}
    return tags.get(ASSEMBLY_TAG) == assembly.name


def _bring_up_to(assembly: Path, endpoint: str, cloudformation: Any, *, exists: bool) -> Stack:
    assets, s3 = list(assets_of(assembly)), engine_client(endpoint, "s3")
    _bootstrap(assembly, endpoint)
    publish(assets, s3)
    request = {
        "StackName": STACK_NAME,
        "TemplateURL": _template_url(assets, endpoint),
        "Capabilities": CAPABILITIES,
        "Tags": [{"Key": ASSEMBLY_TAG, "Value": assembly.name}],
    }
    try:
        (cloudformation.update_stack if exists else cloudformation.create_stack)(**request)
    except ClientError as refused:
        if "No updates" not in str(refused):
            raise
    stack = _settled(cloudformation)
    if stack is None or stack["StackStatus"] not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        raise LocalError(_why_it_failed(cloudformation))
    unpublish(assets, s3)
    return stack


def _bootstrap(assembly: Path, endpoint: str) -> None:
    """Leave the version that stacks check for, as `cdk bootstrap` does."""
    version = _template(assembly).get("Parameters", {}).get("BootstrapVersion")
    if version is not None:
        engine_client(endpoint, "ssm").put_parameter(
            Name=version["Default"], Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True
        )


def _template_url(assets: list[Asset], endpoint: str) -> str:
    (template,) = (a for a in assets if a.source.name == f"{STACK_NAME}.template.json")
    return f"{endpoint}/{template.bucket}/{template.key}"


def _settled(cloudformation: Any) -> Stack | None:
    while True:
        stack = _described(cloudformation)
        if stack is None or not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        time.sleep(POLL_SECONDS)


def _why_it_failed(cloudformation: Any) -> str:
    events = cloudformation.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    reasons = [
        f"  {event['LogicalResourceId']} ({event['ResourceType']}): {event['ResourceStatusReason']}"
        for event in events
        if "FAILED" in event.get("ResourceStatus", "") and event.get("ResourceStatusReason")
    ]
    return "\n".join(["The stack could not be deployed to the local engine:", *reasons])


def _mend(assembly: Path, endpoint: str, cloudformation: Any) -> None:
    """Apply through the services' own APIs what the engine's CloudFormation leaves out."""
    for logical_id, kind, properties in _resources(assembly):
        if kind == "AWS::S3::Bucket" and "LifecycleConfiguration" in properties:
            engine_client(endpoint, "s3").put_bucket_lifecycle_configuration(
                Bucket=_physical_id(cloudformation, logical_id),
                LifecycleConfiguration=_lifecycle(properties["LifecycleConfiguration"]),
            )
        if kind == "AWS::ApiGatewayV2::Api" and "CorsConfiguration" in properties:
            engine_client(endpoint, "apigatewayv2").update_api(
                ApiId=_physical_id(cloudformation, logical_id),
                CorsConfiguration=properties["CorsConfiguration"],
            )


def _template(assembly: Path) -> dict[str, Any]:
    template: dict[str, Any] = json.loads((assembly / f"{STACK_NAME}.template.json").read_text())
    return template


def _resources(assembly: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for logical_id, resource in _template(assembly)["Resources"].items():
        yield logical_id, resource["Type"], resource.get("Properties", {})


def _physical_id(cloudformation: Any, logical_id: str) -> str:
    detail = cloudformation.describe_stack_resource(
        StackName=STACK_NAME, LogicalResourceId=logical_id
    )["StackResourceDetail"]
    return str(detail["PhysicalResourceId"])


def _lifecycle(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation's words for lifecycle rules in those of the S3 API."""
    rules = []
    for rule in configuration["Rules"]:
        same = {k: v for k, v in rule.items() if k in {"Status", "AbortIncompleteMultipartUpload"}}
        same["Filter"] = {"Prefix": rule.get("Prefix", "")}
        if "Id" in rule:
            same["ID"] = rule["Id"]
        if "ExpirationInDays" in rule:
            same["Expiration"] = {"Days": rule["ExpirationInDays"]}
        if "NoncurrentVersionExpiration" in rule:
            same["NoncurrentVersionExpiration"] = rule["NoncurrentVersionExpiration"]
        rules.append(same)
    return {"Rules": rules}
