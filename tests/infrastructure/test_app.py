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
    for cache in ("bundles", "bytecode", "dependencies"):
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


def test_two_runs_in_two_folders_write_the_same(other_checkout: Path, tmp_path: Path) -> None:
    """One as a person does it, who is told the folder; one as the CDK command does it, which is
    told nothing, and where an earlier run has left its assets."""
    context = {**ISSUER, "local": "true", "paid_in_flight": "7"}
    (tmp_path / "second/asset.of_an_earlier_run").mkdir(parents=True)
    shutil.copytree(other_checkout, tmp_path / "moved", symlinks=True)

    by_a_person = _run_app(other_checkout, None, **context)
    by_the_command = _run_app(tmp_path / "moved", tmp_path / "second", **context)

    told = f"Template and assets are in {other_checkout / 'cdk.out'}\n"
    for done, said in ((by_a_person, told), (by_the_command, "")):
        assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    written = _written(other_checkout / "cdk.out")
    assert written == _written(tmp_path / "second")
    template = Template(json.loads(written["Likeness.template.json"]))
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
