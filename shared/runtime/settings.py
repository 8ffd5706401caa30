"""The only reader of the environment: one class per function role.

Plain dataclasses, because a cold start should not pay for a settings library. A field is the
variable of the same name in capitals.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, Self

from shared.domain.gate import Rate
from shared.domain.quota import Allowance
from shared.domain.request import Plan, ProviderName

MIN_BURST: Final = 10
"""Calls at once: a full pack is begun together."""


class MissingSetting(RuntimeError):
    """The function was deployed without a variable it needs, or with one that makes no sense."""


class Analyzer(StrEnum):
    """What looks at faces; `none` measures nothing."""

    DLIB = "dlib"
    REKOGNITION = "rekognition"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Settings:
    """Base of the roles."""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises MissingSetting, naming the variable."""
        values: dict[str, Any] = {}
        for field in fields(cls):
            name = field.name.upper()
            if not environment.get(name):
                raise MissingSetting(f"{cls.__name__} needs the variable {name}")
            try:
                values[field.name] = _PARSERS[field.type](environment[name])
            except ValueError as exc:
                raise MissingSetting(f"The variable {name} has an unusable value") from exc
        return cls(**values)


def _providers(text: str) -> tuple[ProviderName, ...]:
    return tuple(ProviderName(name.strip()) for name in text.split(","))


def _yes_or_no(text: str) -> bool:
    """Raises ValueError for anything but `true` and `false`: a typing error deletes nothing."""
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


_PARSERS: Mapping[Any, Callable[[str], Any]] = {
    bool: _yes_or_no,
    str: str,
    int: int,
    tuple[ProviderName, ...]: _providers,
    Analyzer: Analyzer,
}


@dataclass(frozen=True, slots=True)
class PlanLimits:
    free: Allowance
    paid: Allowance

    def of(self, plan: Plan) -> Allowance:
        return self.paid if plan is Plan.PAID else self.free


@dataclass(frozen=True, slots=True)
class QueueSettings(Settings):
    """Who sends work."""

    work_priority_queue_url: str
    work_standard_queue_url: str
    ingest_queue_url: str


@dataclass(frozen=True, slots=True)
class PictureSettings(QueueSettings):
    """Who sends work and stores pictures of persons."""

    face_analyzer: Analyzer

    @property
    def measures_faces(self) -> bool:
        return self.face_analyzer is not Analyzer.NONE


@dataclass(frozen=True, slots=True)
class ApiSettings(PictureSettings):
    """`generations` and `characters`: either may start a pack. `image_providers` is in order
    of preference."""

    table_name: str
    images_bucket: str
    uploads_bucket: str
    free_in_flight: int
    paid_in_flight: int
    free_monthly_images: int
    paid_monthly_images: int
    free_requests_per_minute: int
    paid_requests_per_minute: int
    image_providers: tuple[ProviderName, ...]

    @property
    def limits(self) -> PlanLimits:
        return PlanLimits(
            free=Allowance(
                in_flight=self.free_in_flight,
                monthly_images=self.free_monthly_images,
                requests_per_minute=self.free_requests_per_minute,
            ),
            paid=Allowance(
                in_flight=self.paid_in_flight,
                monthly_images=self.paid_monthly_images,
                requests_per_minute=self.paid_requests_per_minute,
            ),
        )


@dataclass(frozen=True, slots=True)
class ReferenceKitSettings(ApiSettings):
    """Who accepts kits starts and stops what draws them."""

    kit_workflow_arn: str


@dataclass(frozen=True, slots=True)
class WebhookSettings(Settings):
    ingest_queue_url: str
    provider_secret_name: str


@dataclass(frozen=True, slots=True)
class WorkerSettings(PictureSettings):
    """`public_url` is the API's own address; the secret may override it."""

    table_name: str
    images_bucket: str
    uploads_bucket: str
    provider_secret_name: str
    public_url: str
    gemini_requests_per_minute: int
    replicate_requests_per_minute: int
    comfyui_requests_per_minute: int

    @property
    def rates(self) -> Mapping[ProviderName, Rate]:
        """Of each provider, with a burst of ten seconds' calls, at least one full pack."""
        per_minute = {
            ProviderName.GEMINI: self.gemini_requests_per_minute,
            ProviderName.REPLICATE: self.replicate_requests_per_minute,
            ProviderName.COMFYUI: self.comfyui_requests_per_minute,
        }
        return {
            name: Rate(per_minute=calls, burst=max(MIN_BURST, calls // 6))
            for name, calls in per_minute.items()
        }


@dataclass(frozen=True, slots=True)
class AnalyticsSettings(Settings):
    """Of 0 `daily_spend_threshold_usd` nobody is told."""

    table_name: str
    event_bus_name: str
    analysis_queue_url: str
    archive_bucket: str
    daily_spend_threshold_usd: int


@dataclass(frozen=True, slots=True)
class FaceAnalysisSettings(Settings):
    ingest_queue_url: str
    table_name: str
    images_bucket: str
    face_analyzer: Analyzer


@dataclass(frozen=True, slots=True)
class KitWorkflowSettings(QueueSettings):
    table_name: str


@dataclass(frozen=True, slots=True)
class SweeperSettings(QueueSettings):
    """`collector_dry_run` lets the collector tell what it would delete, and delete nothing;
    generations of 0 `retention_generations_days`, and rejected variants of 0
    `retention_rejected_variants_days`, are kept for ever."""

    table_name: str
    images_bucket: str
    uploads_bucket: str
    kit_workflow_arn: str
    collector_dry_run: bool
    retention_generations_days: int
    retention_rejected_variants_days: int

    @property
    def generations_kept(self) -> timedelta | None:
        return _kept("RETENTION_GENERATIONS_DAYS", self.retention_generations_days)

    @property
    def rejected_variants_kept(self) -> timedelta | None:
        return _kept("RETENTION_REJECTED_VARIANTS_DAYS", self.retention_rejected_variants_days)


def _kept(name: str, days: int) -> timedelta | None:
    """None is for ever. Raises MissingSetting for less than no days: nothing is deleted by a
    typing error."""
    if days < 0:
        raise MissingSetting(f"{name} cannot be negative")
    return timedelta(days=days) if days else None
