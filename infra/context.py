"""What a deployment may choose: every context key of the app, its default and what it means.

A new choice is a new row of `KEYS`, and a field of `Deployment` that carries it; the table in
docs/deployment.md is written from here (`python -m tests.deployment_page`).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import urlsplit

from constructs import Node

PROVIDERS: Final = ("gemini", "replicate", "comfyui")
FACE_ANALYZERS: Final = ("dlib", "rekognition", "none")
LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")
# By `cdk cli-telemetry --disable`, `cdk acknowledge ID` and `cdk migrate`.
OF_THE_COMMAND: Final = {"cli-telemetry", "acknowledged-issue-numbers", "cdk-migrate"}


class UnusableContext(ValueError):
    """A context value that no deployment can mean; the message names the key and what is taken."""


@dataclass(frozen=True, slots=True)
class ContextKey:
    """`read` turns the text into the value, or raises ValueError with what it takes."""

    name: str
    default: str | None
    read: Callable[[str], Any]
    meaning: str

    def value(self, given: object) -> Any:
        """Raises UnusableContext. An empty text is no choice."""
        text = self.default if given in (None, "") else str(given)
        if text is None:
            return None
        try:
            return self.read(text)
        except ValueError as exc:
            raise UnusableContext(f"context {self.name}={text!r}: takes {exc}") from exc


def _whole(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
            raise ValueError(f"a whole number from {least}")
        return int(text)

    return read


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError("true or false")
    return text.lower() == "true"


def _some_of(known: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        named = tuple(name.strip() for name in text.split(","))
        if set(named) - set(known) or len(set(named)) != len(named):
            raise ValueError(f"one or several of {', '.join(known)}, each once, comma-separated")
        return named

    return read


def _one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise ValueError(f"one of {', '.join(known)}")
        return text

    return read


def _https(text: str) -> str:
    address = urlsplit(text)
    if address.scheme != "https" or not address.hostname:
        raise ValueError("an https:// address")
    return text


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(origin.strip() for origin in text.split(","))
    if any(origin != "*" and not re.fullmatch(r"https?://[^/\s*]+", origin) for origin in origins):
        raise ValueError("origins such as https://studio.example, comma-separated, or *")
    return origins


def _topic(text: str) -> str:
    if not re.fullmatch(r"arn:[\w-]+:sns:[\w-]+:\d{12}:[\w.-]+", text):
        raise ValueError("the ARN of an SNS topic")
    return text


def _host(text: str) -> str:
    if not re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", text):
        raise ValueError("a host name such as studio.example")
    return text


def _certificate(text: str) -> str:
    if not re.fullmatch(r"arn:[\w-]+:acm:us-east-1:\d{12}:certificate/[\w-]+", text):
        raise ValueError("the ARN of an ACM certificate in us-east-1")
    return text


def _words(text: str) -> str:
    return text


KEYS: Final = (
    ContextKey(
        "image_providers",
        "gemini,replicate",
        _some_of(PROVIDERS),
        "Providers of this deployment, in the order in which `auto` asks them. Name those alone "
        "that the secret has a key, or for `comfyui` an address, for.",
    ),
    ContextKey("free_in_flight", "1", _whole(1), "Open generations of an owner on the free plan."),
    ContextKey("paid_in_flight", "5", _whole(1), "Open generations of an owner on the paid plan."),
    ContextKey(
        "free_monthly_images", "50", _whole(0), "Images of a free owner in a calendar month, UTC."
    ),
    ContextKey(
        "paid_monthly_images", "2000", _whole(0), "Images of a paid owner in a calendar month, UTC."
    ),
    ContextKey(
        "free_requests_per_minute",
        "60",
        _whole(1),
        "Requests for images accepted from a free owner in a minute.",
    ),
    ContextKey(
        "paid_requests_per_minute",
        "60",
        _whole(1),
        "Requests for images accepted from a paid owner in a minute.",
    ),
    ContextKey(
        "gemini_requests_per_minute",
        "300",
        _whole(1),
        "Calls that all workers together make to Gemini in a minute; the free plan may use 60 % of "
        "them. Your project's limit is on the provider's page.",
    ),
    ContextKey(
        "replicate_requests_per_minute",
        "300",
        _whole(1),
        "Predictions that all workers together start at Replicate in a minute; the free plan may "
        "use 60 % of them.",
    ),
    ContextKey(
        "comfyui_requests_per_minute",
        "60",
        _whole(1),
        "Images that all workers together ask of your ComfyUI server in a minute; the free plan "
        "may use 60 % of them. The server draws one after the other.",
    ),
    ContextKey(
        "face_analyzer",
        "dlib",
        _one_of(FACE_ANALYZERS),
        "What compares faces: `dlib` in a function of this stack, `rekognition` at AWS for some "
        "0.002 USD a picture, or `none`, which measures nothing and lets every picture pass.",
    ),
    ContextKey(
        "jwt_issuer",
        None,
        _https,
        "Your own OpenID Connect issuer, together with `jwt_audience`; without both the stack "
        "makes a Cognito user pool.",
    ),
    ContextKey("jwt_audience", None, _words, "The audience of your issuer's tokens."),
    ContextKey(
        "site_origins",
        "*",
        _origins,
        "Web origins that may use the API and the signed addresses of pictures from a browser.",
    ),
    ContextKey(
        "site_domain",
        None,
        _host,
        "Your own name for the studio, such as `studio.example`, together with "
        "`site_certificate_arn`; without both it is at CloudFront's name.",
    ),
    ContextKey(
        "site_certificate_arn",
        None,
        _certificate,
        "The certificate of that name, which CloudFront reads in us-east-1.",
    ),
    ContextKey(
        "alarm_topic_arn",
        None,
        _topic,
        "Topic that every alarm tells; without it, alarms only show.",
    ),
    ContextKey("log_level", "INFO", _one_of(LOG_LEVELS), "The least that functions log."),
    ContextKey(
        "retention_generations_days",
        "0",
        _whole(0),
        "Days after which a closed generation and its images are deleted; 0 keeps them.",
    ),
    ContextKey(
        "retention_rejected_variants_days",
        "0",
        _whole(0),
        "Days after which a rejected variant and its image are deleted; 0 keeps them.",
    ),
    ContextKey(
        "collector_dry_run",
        "false",
        _yes_or_no,
        "The hourly collector only tells what it would delete.",
    ),
    ContextKey(
        "daily_spend_threshold_usd",
        "0",
        _whole(0),
        "USD that all providers together may cost in a day, UTC, before an event and an alarm "
        "tell; 0 tells nobody.",
    ),
    ContextKey(
        "local",
        "false",
        _yes_or_no,
        "The stack for the engine on this machine: its architecture, one day of logs, nothing kept "
        "after deletion. Set by `likeness up`.",
    ),
)


def read_context(node: Node) -> dict[str, Any]:
    """A value for every key. Raises UnusableContext, also for a key that is none of ours: a
    mistyped choice would else be silently the default."""
    known = [key.name for key in KEYS]
    if strangers := sorted(_ours(node.get_all_context()) - set(known)):
        raise UnusableContext(_unknown(strangers[0], known))
    values = {key.name: key.value(node.try_get_context(key.name)) for key in KEYS}
    for one, other in (("jwt_issuer", "jwt_audience"), ("site_domain", "site_certificate_arn")):
        if (values[one] is None) != (values[other] is None):
            raise UnusableContext(f"context {one} and {other} belong together: give both")
    return values


def _ours(names: Iterable[str]) -> set[str]:
    """The CDK's own keys are of the form `aws:cdk:…`, `@aws-cdk/…`, `provider:account=…`, and
    those that its command writes into cdk.json."""
    return {name for name in names if not re.search(r"[:/]", name)} - OF_THE_COMMAND


def _unknown(name: str, known: list[str]) -> str:
    nearest = get_close_matches(name.replace("-", "_"), known, n=1)
    meant = f"did you mean {nearest[0]}? Known" if nearest else "known"
    return f"context {name}: no such key; {meant} are {', '.join(known)}"
