"""The stack synthesized once for AWS and once for this machine, and the real bundles."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.app import new_app
from infra.bundles import Bundle, Bundler, this_machine
from infra.deployment import Deployment
from infra.functions import NAMES
from infra.stack import LikenessStack
from tests.infrastructure.templates import Template

ISSUER = {"jwt_issuer": "https://issuer.example", "jwt_audience": "likeness"}


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


@pytest.fixture(scope="session")
def bundles() -> dict[str, Path]:
    """What the functions are shipped as to this machine's engine."""
    built = Bundler(target=this_machine()).build_all(NAMES)
    return {name: bundle.path for name, bundle in built.items()}
