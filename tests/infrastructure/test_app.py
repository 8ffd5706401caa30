"""`python app.py`: offline, silent under the CDK command, the same from run to run and anywhere."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.bundle_steps import PROJECT
from infra.bundles import this_machine
from infra.functions import NAMES
from tests.infrastructure.conftest import ISSUER
from tests.infrastructure.templates import Template

INPUTS = ("app.py", "cdk.json", "pyproject.toml", "uv.lock", ".python-version")


@pytest.fixture(scope="session")
def other_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project in another folder. Bundles are this one's: that they are equal byte for byte
    wherever they are built is tried in test_bundling.py."""
    copy = tmp_path_factory.mktemp("another checkout")
    for name in INPUTS:
        shutil.copy(PROJECT / name, copy / name)
    for name in ("functions", "infra", "shared"):
        shutil.copytree(PROJECT / name, copy / name)
    for cache in ("bundles", "dependencies"):
        (PROJECT / ".build" / cache).mkdir(parents=True, exist_ok=True)
        (copy / ".build").mkdir(exist_ok=True)
        (copy / ".build" / cache).symlink_to(PROJECT / ".build" / cache)
    return copy


def _run_app(
    checkout: Path, outdir: Path | None, **context: str
) -> subprocess.CompletedProcess[str]:
    """As the CDK command runs it, which names the folder; without one, as a person does."""
    unset = {"JSII_NODE", "CDK_OUTDIR"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    if outdir is not None:
        environment["CDK_OUTDIR"] = str(outdir)
    return subprocess.run(
        [sys.executable, "-W", "error", "app.py"],
        cwd=checkout,
        env={**environment, "CDK_CONTEXT_JSON": json.dumps(context)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def _written(outdir: Path) -> dict[str, str]:
    """What is deployed: the template, and the names of its assets."""
    assert len(list(outdir.glob("asset.*"))) == len(NAMES)
    return {
        name: (outdir / name).read_text()
        for name in ("Likeness.template.json", "Likeness.assets.json")
    }


def test_two_runs_in_two_folders_write_the_same_and_say_nothing(
    other_checkout: Path, tmp_path: Path
) -> None:
    """The second one where an earlier run has left its assets."""
    (tmp_path / "second/asset.of_an_earlier_run").mkdir(parents=True)
    shutil.copytree(other_checkout, tmp_path / "moved", symlinks=True)
    for checkout, outdir in ((other_checkout, "first"), (tmp_path / "moved", "second")):
        done = _run_app(checkout, tmp_path / outdir)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert _written(tmp_path / "first") == _written(tmp_path / "second")


def test_without_the_cdk_command_context_is_read_and_the_folder_is_told(
    other_checkout: Path,
) -> None:
    done = _run_app(other_checkout, None, **ISSUER, local="true", paid_in_flight="7")
    assert done.returncode == 0, done.stderr
    folder = other_checkout / "cdk.out"
    assert done.stdout == f"Template and assets are in {folder}\n"
    template = Template(json.loads((folder / "Likeness.template.json").read_text()))
    assert template.environment("generations")["PAID_IN_FLIGHT"] == "7"
    for function in template.functions().values():
        assert function["Architectures"] == [this_machine().architecture]


def test_a_choice_that_cannot_be_meant_ends_with_one_line(
    other_checkout: Path, tmp_path: Path
) -> None:
    done = _run_app(other_checkout, tmp_path, free_in_flight="none")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "context free_in_flight='none': takes a whole number from 1\n"
    assert not (tmp_path / "Likeness.template.json").exists()
