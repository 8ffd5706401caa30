"""The webhook's composition root: a secret and a queue, nothing else."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from shared.adapters.sqs_work import SqsWork
from shared.adapters.standard_webhooks import verify as verify_signature
from shared.domain.request import ProviderName
from shared.runtime import aws
from shared.runtime.clock import clock
from shared.runtime.provider_secret import provider_secret
from shared.runtime.settings import WebhookSettings

REPLICATE: Final = ProviderName.REPLICATE


@cache
def settings() -> WebhookSettings:
    return WebhookSettings.read()


def verify(headers: Mapping[str, str], body: bytes) -> None:
    """Against every secret in force: there are two of them while one is rotated. Raises
    InvalidSignature."""
    secret = provider_secret(settings().provider_secret_name)
    secrets = [one.strip() for one in secret.get("REPLICATE_WEBHOOK_SECRET", "").split(",")]
    verify_signature(headers, body, secrets=secrets, now=clock())


@cache
def queue() -> SqsWork:
    return SqsWork(aws.client("sqs"), {}, settings().ingest_queue_url)
