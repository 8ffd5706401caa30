"""What one deployment may choose: the CDK context, read once and typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Node

from infra.bundles import LAMBDA, Target, this_machine
from infra.context import read_context
from infra.limits import Limits

# Caps per plan, which the functions that accept work read from their environment.
CAPS = tuple(
    f"{plan}_{cap}"
    for plan in ("free", "paid")
    for cap in ("in_flight", "monthly_images", "requests_per_minute")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One deployment's choices, as `infra/context.py` explains them; `limits` are the time limits
    it shares with the functions."""

    local: bool
    gemini_requests_per_minute: int
    replicate_requests_per_minute: int
    comfyui_requests_per_minute: int
    jwt_issuer: str | None
    jwt_audience: str | None
    image_providers: tuple[str, ...]
    face_analyzer: str
    log_level: str
    site_origins: tuple[str, ...]
    site_domain: str | None
    site_certificate_arn: str | None
    alarm_topic_arn: str | None
    caps: Mapping[str, int]
    collector_dry_run: bool
    retention_generations_days: int
    retention_rejected_variants_days: int
    daily_spend_threshold_usd: int
    limits: Limits

    @classmethod
    def from_context(cls, node: Node) -> Self:
        """Raises UnusableContext."""
        values = read_context(node)
        caps = {cap: values.pop(cap) for cap in CAPS}
        return cls(**values, caps=caps, limits=Limits.load())

    @property
    def choices(self) -> dict[str, str]:
        """What the functions that accept work read from their environment."""
        caps = {cap.upper(): str(value) for cap, value in self.caps.items()}
        return {"IMAGE_PROVIDERS": ",".join(self.image_providers), **caps, **self.faces}

    @property
    def faces(self) -> dict[str, str]:
        """What whoever stores or looks at pictures of persons reads."""
        return {"FACE_ANALYZER": self.face_analyzer}

    @property
    def rates(self) -> dict[str, str]:
        """What the worker reads of the providers' rates."""
        return {
            "GEMINI_REQUESTS_PER_MINUTE": str(self.gemini_requests_per_minute),
            "REPLICATE_REQUESTS_PER_MINUTE": str(self.replicate_requests_per_minute),
            "COMFYUI_REQUESTS_PER_MINUTE": str(self.comfyui_requests_per_minute),
        }

    @property
    def collecting(self) -> dict[str, str]:
        """What the collector reads from its environment."""
        return {
            "COLLECTOR_DRY_RUN": str(self.collector_dry_run).lower(),
            "RETENTION_GENERATIONS_DAYS": str(self.retention_generations_days),
            "RETENTION_REJECTED_VARIANTS_DAYS": str(self.retention_rejected_variants_days),
        }

    @property
    def batch_window(self) -> cdk.Duration:
        """How long changes and events gather before they are recorded together."""
        return cdk.Duration.seconds(1 if self.local else 5)

    @property
    def target(self) -> Target:
        return this_machine() if self.local else LAMBDA

    @property
    def removal_policy(self) -> cdk.RemovalPolicy:
        """Images, records and users outlive a deleted stack, except on this machine."""
        return cdk.RemovalPolicy.DESTROY if self.local else cdk.RemovalPolicy.RETAIN

    @property
    def log_retention(self) -> logs.RetentionDays:
        return logs.RetentionDays.ONE_DAY if self.local else logs.RetentionDays.ONE_MONTH
