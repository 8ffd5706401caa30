"""Structured logs and counted events. Never a prompt, a secret, a signed URL or image bytes."""

from functools import cache

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import (
    AmazonCloudWatchEMFProvider,
)

_NAMESPACE = "Likeness"


class QuietMetrics(AmazonCloudWatchEMFProvider):
    """An invocation in which nothing was counted is nothing to warn of."""

    def flush_metrics(self, raise_on_empty_metrics: bool = False) -> None:
        if self.metric_set:
            super().flush_metrics(raise_on_empty_metrics)


@cache
def logger() -> Logger:
    """Made on first use, because it reads the environment."""
    return Logger()


@cache
def metrics() -> QuietMetrics:
    """What is counted during an invocation; the handler flushes it at the end."""
    return QuietMetrics(namespace=_NAMESPACE)


def measure(name: str, value: int) -> None:
    """A number that an invocation found, in all."""
    metrics().add_metric(name=name, unit=MetricUnit.Count, value=value)


def count(name: str, reason: str = "") -> None:
    """One occurrence, in all and by its reason; reasons are stable words."""
    for each in (name, f"{name}.{reason}") if reason else (name,):
        metrics().add_metric(name=each, unit=MetricUnit.Count, value=1)
