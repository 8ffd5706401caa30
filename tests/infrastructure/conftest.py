"""The stack synthesized once for AWS and once for this machine, and the real bundles."""

import json
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
import cdk_nag
import pytest

from infra.app import new_app
from infra.bundles import Bundle, Bundler, this_machine
from infra.deployment import Deployment
from infra.functions import NAMES
from infra.stack import LikenessStack
from tests.infrastructure.templates import Template

ISSUER = {"jwt_issuer": "https://issuer.example", "jwt_audience": "likeness"}
SITE = {
    "site_domain": "studio.example",
    "site_certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/abc-1",
}


@pytest.fixture(scope="session")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bundle]:
    """Bundles nobody runs, for tests that only look at the template."""
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "handler.py").touch()
    return {name: Bundle(folder, digest=name) for name in NAMES}


def synthesized(
    outdir: Path,
    stand_ins: dict[str, Bundle],
    context: Mapping[str, str],
) -> Template:
    app = new_app(outdir, context)
    LikenessStack(app, deployment=Deployment.from_context(app.node), bundles=stand_ins)
    app.synth()
    return Template(json.loads((outdir / "Likeness.template.json").read_text()))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, stand_ins: dict[str, Bundle]) -> Template:
    return synthesized(tmp_path_factory.mktemp("aws"), stand_ins, {})


@pytest.fixture(scope="session")
def local_template(
    tmp_path_factory: pytest.TempPathFactory, stand_ins: dict[str, Bundle]
) -> Template:
    chosen = {
        "free_in_flight": "3",
        "collector_dry_run": "true",
        "retention_generations_days": "90",
        "daily_spend_threshold_usd": "25",
    }
    context = {**ISSUER, "local": "true", **chosen}
    return synthesized(tmp_path_factory.mktemp("local"), stand_ins, context)


def checked(
    outdir: Path, bundles: dict[str, Bundle], context: Mapping[str, str]
) -> tuple[LikenessStack, cdk.App]:
    """A stack whose synthesis raises what cdk-nag and the CDK find."""
    app = new_app(outdir, context, validate=True)
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    return LikenessStack(app, deployment=Deployment.from_context(app.node), bundles=bundles), app


@pytest.fixture(scope="session")
def own_names(tmp_path_factory: pytest.TempPathFactory, stand_ins: dict[str, Bundle]) -> Path:
    """The assembly of a deployment with an issuer and a domain of its own, checked."""
    outdir = tmp_path_factory.mktemp("own")
    _, app = checked(outdir, stand_ins, ISSUER | SITE)
    app.synth()
    return outdir


@pytest.fixture(scope="session")
def own_template(own_names: Path) -> Template:
    return Template(json.loads((own_names / "Likeness.template.json").read_text()))


@pytest.fixture(scope="session")
def bundles() -> dict[str, Path]:
    """What the functions are shipped as to this machine's engine."""
    built = Bundler(target=this_machine()).build_all(NAMES)
    return {name: bundle.path for name, bundle in built.items()}
