"""Puts the baseline worker and its queue on the same engine, beside the stack."""

import json
import shutil
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.bundles import Bundler, this_machine
from infra.local.assets import zip_of
from infra.local.providers import SIMULATED_GEMINI_KEY
from infra.local.stack_runner import LocalStack
from tests.performance.invocations import Function, Invocation

NAME = "performance-baseline"
HANDLER = "baseline_handler.lambda_handler"
SIDE_BY_SIDE = 2
"""As many environments as AWS allows at least: ten at once would compete for this machine's
processors, where on AWS each has its own, and the baseline would look dearer than it is."""
_TIMEOUT_SECONDS = 130
_REFERENCE = "baseline-reference.png"


@dataclass(frozen=True, slots=True)
class Baseline:
    """A queue whose every message is drawn by an invocation of its own."""

    function: Function
    sqs: Any
    queue_url: str
    message: dict[str, Any]

    def draw(self, images: int) -> list[Invocation]:
        """What drawing so many images was billed for."""
        began = time.time()
        for seed in range(images):
            body = json.dumps(self.message | {"seed": seed})
            self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=body)
        return self.function.invocations(began, at_least=images, seconds=20 + 20 * images)


def deploy_baseline(
    stack: LocalStack, worker: Function, *, prompt: str, model: str, reference: bytes
) -> Baseline:
    """With the bundle and the memory of `worker`."""
    bucket, table = stack.outputs["ImagesBucketName"], stack.outputs["TableName"]
    stack.boto3_client("s3").put_object(Bucket=bucket, Key=_REFERENCE, Body=reference)
    stack.boto3_client("lambda").create_function(
        FunctionName=NAME,
        Runtime="python3.13",
        Handler=HANDLER,
        Role=_role(stack),
        MemorySize=worker.configuration["MemorySize"],
        Timeout=_TIMEOUT_SECONDS,
        Code=_code(stack, bucket),
        Environment={
            "Variables": {
                "TABLE_NAME": table,
                "IMAGES_BUCKET": bucket,
                "GEMINI_API_KEY": SIMULATED_GEMINI_KEY,
                "GEMINI_BASE_URL": stack.gemini_url,
            }
        },
    )
    sqs = stack.boto3_client("sqs")
    url = sqs.create_queue(
        QueueName=NAME, Attributes={"VisibilityTimeout": str(_TIMEOUT_SECONDS + 10)}
    )["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    stack.boto3_client("lambda").create_event_source_mapping(
        FunctionName=NAME,
        EventSourceArn=arn["QueueArn"],
        BatchSize=1,
        ScalingConfig={"MaximumConcurrency": SIDE_BY_SIDE},
    )
    message = {"prompt": prompt, "model": model, "reference": _REFERENCE}
    return Baseline(Function(stack, HANDLER), sqs, url, message)


def _role(stack: LocalStack) -> str:
    iam = stack.boto3_client("iam")
    trust = json.dumps({"Statement": []})
    role = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    services = ["dynamodb:*", "s3:*", "sqs:*"]
    policy = {"Statement": [{"Effect": "Allow", "Action": services, "Resource": "*"}]}
    iam.put_role_policy(RoleName=NAME, PolicyName="all", PolicyDocument=json.dumps(policy))
    return str(role)


def _code(stack: LocalStack, bucket: str) -> dict[str, str]:
    """The worker's bundle with one more file."""
    folder = stack.state.root / "baseline"
    shutil.copytree(Bundler(target=this_machine()).build("worker").path, folder)
    package = zip_of(folder, folder.with_suffix(".zip"))
    with zipfile.ZipFile(package, "a") as archive:
        archive.write(Path(__file__).with_name("handler.py"), "baseline_handler.py")
    stack.boto3_client("s3").upload_file(str(package), bucket, "baseline.zip")
    return {"S3Bucket": bucket, "S3Key": "baseline.zip"}
