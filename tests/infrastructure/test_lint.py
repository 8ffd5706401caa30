"""The template passes cdk-nag, cfn-lint and the CDK's own validation; exceptions have reasons."""

import json
from pathlib import Path

import cfnlint  # type: ignore[import-untyped]  # it has no types of its own
import pytest

from infra.bundles import Bundle
from tests.infrastructure.conftest import checked
from tests.infrastructure.templates import Template


def test_cdk_nag_and_the_cdk_find_nothing(
    stand_ins: dict[str, Bundle], tmp_path: Path, own_names: Path
) -> None:
    _, app = checked(tmp_path, stand_ins, {})
    app.synth()  # raises what it finds
    for assembly in (tmp_path, own_names):
        report = json.loads((assembly / "validation-report.json").read_text())
        assert report["pluginReports"] == []


def test_cdk_nag_would_find_a_right_on_everything(
    stand_ins: dict[str, Bundle], tmp_path: Path
) -> None:
    stack, app = checked(tmp_path, stand_ins, {})
    stack.functions.webhook.allow("dynamodb:Scan", on=["*"])
    with pytest.raises(RuntimeError, match=r"AwsSolutions-IAM5\[Resource::\*\]"):
        app.synth()


# The CDK makes a function depend on its role as well as naming it; twice does no harm.
SAID_TWICE = "W3005"


def test_cfn_lint_finds_nothing(template: Template, local_template: Template) -> None:
    for deployed in (template, local_template):
        found = cfnlint.lint(
            json.dumps(deployed.body),
            config=cfnlint.ManualArgs(regions=["us-east-1"], ignore_checks=[SAID_TWICE]),
        )
        assert [f"{match.rule.id} {match.message}" for match in found] == []
