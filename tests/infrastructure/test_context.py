"""What a deployment may choose, and how a choice that nobody can mean is refused."""

from pathlib import Path
from typing import Any

import pytest

from infra.app import new_app
from infra.context import KEYS, PROVIDERS, UnusableContext, read_context
from infra.deployment import Deployment
from shared.domain.request import ProviderName


def chosen(tmp_path: Path, **context: str) -> dict[str, Any]:
    return read_context(new_app(tmp_path, context).node)


def test_without_a_choice_every_key_has_its_default(tmp_path: Path) -> None:
    values = chosen(tmp_path)

    assert list(values) == [key.name for key in KEYS]
    assert values["image_providers"] == ("gemini", "replicate")
    assert (values["paid_in_flight"], values["local"], values["jwt_issuer"]) == (5, False, None)


def test_an_empty_value_is_no_choice(tmp_path: Path) -> None:
    assert chosen(tmp_path, log_level="", alarm_topic_arn="") == chosen(tmp_path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("free_in_flight", "0"),
        ("paid_requests_per_minute", "many"),
        ("free_monthly_images", "-1"),
        ("retention_generations_days", "1.5"),
        ("image_providers", "gemini,dalle"),
        ("image_providers", "gemini,gemini"),
        ("jwt_issuer", "http://issuer.example"),
        ("jwt_issuer", "issuer.example"),
        ("site_origins", "studio.example"),
        ("alarm_topic_arn", "my-topic"),
        ("site_domain", "https://studio.example/"),
        ("site_certificate_arn", "arn:aws:acm:eu-west-1:123456789012:certificate/abc"),
        ("log_level", "verbose"),
        ("collector_dry_run", "yes"),
        ("local", "1"),
    ],
)
def test_a_value_that_cannot_be_meant_is_named_in_one_line(
    tmp_path: Path, key: str, value: str
) -> None:
    with pytest.raises(UnusableContext) as refused:
        chosen(tmp_path, **{key: value})

    assert str(refused.value).startswith(f"context {key}={value!r}: takes ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("paid_inflight", r"no such key; did you mean paid_in_flight\? Known are .*paid_in_flight"),
        ("image-providers", r"no such key; did you mean image_providers\? Known are "),
        ("colour", "no such key; known are image_providers, "),
    ],
)
def test_a_mistyped_key_is_told_with_the_known_ones(tmp_path: Path, key: str, told: str) -> None:
    with pytest.raises(UnusableContext, match=told):
        chosen(tmp_path, **{key: "7"})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:cdk:bundling-stacks", "**"),
        ("@aws-cdk/core:bootstrapQualifier", "studio"),
        ("vpc-provider:account=111122223333", "vpc-1"),
        ("cli-telemetry", "false"),
        ("acknowledged-issue-numbers", "34892"),
    ],
)
def test_what_the_cdk_and_its_command_put_into_the_context_is_not_ours_to_judge(
    tmp_path: Path, key: str, value: str
) -> None:
    assert chosen(tmp_path, **{key: value}) == chosen(tmp_path)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("jwt_issuer", "https://issuer.example"),
        ("jwt_audience", "likeness"),
        ("site_domain", "studio.example"),
        ("site_certificate_arn", "arn:aws:acm:us-east-1:123456789012:certificate/abc"),
    ],
)
def test_an_issuer_and_its_audience_a_name_and_its_certificate_belong_together(
    tmp_path: Path, given: str, value: str
) -> None:
    with pytest.raises(UnusableContext, match="belong together"):
        Deployment.from_context(new_app(tmp_path, {given: value}).node)


def test_the_providers_that_may_be_named_are_those_the_functions_know() -> None:
    assert sorted(PROVIDERS) == sorted(ProviderName)
