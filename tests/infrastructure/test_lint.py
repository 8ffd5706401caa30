"""The template passes cdk-nag, cfn-lint and the CDK's own validation; exceptions have reasons."""

import json
from pathlib import Path

import aws_cdk as cdk
import cdk_nag
import cfnlint  # type: ignore[import-untyped]  # it has no types of its own
import pytest

from infra.app import new_app
from infra.bundles import Bundle
from infra.deployment import Deployment
from infra.stack import LikenessStack
from tests.infrastructure.conftest import ISSUER
from tests.infrastructure.templates import Template


def _synthesize_checked(
    outdir: Path, bundles: dict[str, Bundle], context: dict[str, str]
) -> tuple[LikenessStack, cdk.App]:
    app = new_app(outdir, context, validate=True)
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    return LikenessStack(app, deployment=Deployment.from_context(app.node), bundles=bundles), app


@pytest.mark.parametrize("context", [{}, ISSUER], ids=["own users", "named issuer"])
def test_cdk_nag_and_the_cdk_find_nothing(
    context: dict[str, str], stand_ins: dict[str, Bundle], tmp_path: Path
) -> None:
    _, app = _synthesize_checked(tmp_path, stand_ins, context)
    app.synth()  # raises what it finds
    report = json.loads((tmp_path / "validation-report.json").read_text())
    assert report["pluginReports"] == []


def test_cdk_nag_would_find_a_right_on_everything(
    stand_ins: dict[str, Bundle], tmp_path: Path
) -> None:
    stack, app = _synthesize_checked(tmp_path, stand_ins, {})
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
