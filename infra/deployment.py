"""What one deployment may choose: the CDK context, read once and typed."""

from dataclasses import dataclass
from typing import Any, Self

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Node

from infra.bundles import LAMBDA, Target, this_machine
from infra.limits import Limits

# Caps per plan, as the functions read them from their environment.
CAPS = {
    "free_in_flight": "1",
    "paid_in_flight": "5",
    "free_monthly_images": "50",
    "paid_monthly_images": "2000",
    "free_requests_per_minute": "60",
    "paid_requests_per_minute": "60",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One deployment's choices; `local` is the stack on this machine's own engine."""

    local: bool
    jwt_issuer: str | None
    jwt_audience: str | None
    image_providers: str
    log_level: str
    site_origins: tuple[str, ...]
    alarm_topic_arn: str | None
    caps: dict[str, str]
    collector_dry_run: str
    retention_generations_days: int
    limits: Limits

    @classmethod
    def from_context(cls, node: Node) -> Self:
        def text(key: str) -> str | None:
            value: Any = node.try_get_context(key)
            return None if value is None else str(value)

        issuer, audience = text("jwt_issuer"), text("jwt_audience")
        if (issuer is None) != (audience is None):
            raise ValueError("jwt_issuer and jwt_audience belong together: give both or neither")
        return cls(
            local=(text("local") or "false").lower() == "true",
            jwt_issuer=issuer,
            jwt_audience=audience,
            image_providers=text("image_providers") or "gemini,replicate",
            log_level=text("log_level") or "INFO",
            site_origins=tuple((text("site_origins") or "*").split(",")),
            alarm_topic_arn=text("alarm_topic_arn"),
            caps={cap.upper(): text(cap) or default for cap, default in CAPS.items()},
            collector_dry_run=(text("collector_dry_run") or "false").lower(),
            retention_generations_days=int(text("retention_generations_days") or "0"),
            limits=Limits.load(),
        )

    @property
    def choices(self) -> dict[str, str]:
        """What the functions that accept work read from their environment."""
        return {"IMAGE_PROVIDERS": self.image_providers, **self.caps}

    @property
    def collecting(self) -> dict[str, str]:
        """What the collector reads from its environment."""
        return {
            "COLLECTOR_DRY_RUN": self.collector_dry_run,
            "RETENTION_GENERATIONS_DAYS": str(self.retention_generations_days),
        }

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
