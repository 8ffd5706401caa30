"""The CDK app: bundles built, one stack, the same output from run to run."""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from infra.bundle_steps import PROJECT
from infra.bundles import Bundler
from infra.context import UnusableContext
from infra.deployment import Deployment
from infra.functions import NAMES
from infra.stack import LikenessStack


def synthesize() -> None:
    """Write the cloud assembly where the CDK CLI expects it, or to `cdk.out` without the CLI,
    and say so. Context that cannot be meant ends the program with one line."""
    # What we print under the CLI would stand in front of the template that it prints itself.
    asked_by_cli = os.environ.get("CDK_OUTDIR")
    outdir = Path(asked_by_cli or PROJECT / "cdk.out")
    app = new_app(outdir)
    try:
        deployment = Deployment.from_context(app.node)
    except UnusableContext as exc:
        sys.exit(str(exc))
    bundles = Bundler(target=deployment.target).build_all(NAMES)
    LikenessStack(app, deployment=deployment, bundles=bundles)
    app.synth()
    _drop_stale_assets(outdir)
    if not asked_by_cli:
        print(f"Template and assets are in {outdir}")


def new_app(
    outdir: Path, context: Mapping[str, str] | None = None, *, validate: bool = False
) -> cdk.App:
    """Return an empty app with the settings of cdk.json, whether or not the CLI runs it."""
    settings: dict[str, Any] = json.loads((PROJECT / "cdk.json").read_text())
    # The CDK's own template validation takes longer than everything else together; it runs in
    # tests/infrastructure, beside cfn-lint and cdk-nag, on the same templates.
    return cdk.App(
        outdir=str(outdir),
        context=settings["context"] | dict(context or {}),
        analytics_reporting=False,
        builtin_cloud_formation_validation=validate,
        stack_traces=False,
        tree_metadata=False,
    )


def _drop_stale_assets(outdir: Path) -> None:
    """Remove copies of earlier bundles, each as large as a function."""
    manifest = json.loads((outdir / "Likeness.assets.json").read_text())
    current = tuple(file["source"]["path"] for file in manifest["files"].values())
    for entry in outdir.glob("asset.*"):
        if not entry.name.startswith(current):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
