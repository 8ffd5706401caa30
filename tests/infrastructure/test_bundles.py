"""What is in each bundle, what is not, and that it runs with nothing else on the path."""

import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from infra import bundle_steps as steps
from infra.bundle_contents import AWS_SERVICES
from infra.functions import NAMES
from tests.infrastructure.answering import answering

IN_BUNDLES = Path(__file__).with_name("in_bundle")
UNCHECKED_HASH = 1

GEMINI_ANSWER = {
    "candidates": [{"content": {"parts": [{"text": "a face"}]}, "finishReason": "STOP"}]
}
GEMINI_REFUSAL = {"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}}
PREDICTION = {
    "id": "p1",
    "model": "owner/model",
    "version": "v1",
    "status": "starting",
    "input": {},
    "logs": "",
    "data_removed": False,
    "urls": {"get": "", "cancel": ""},
    **dict.fromkeys(("output", "error", "metrics", "started_at", "completed_at")),
    "created_at": "2026-01-01T00:00:00Z",
}


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    function: str = request.param
    return function


@pytest.fixture
def bundle(name: str, bundles: dict[str, Path]) -> Path:
    return bundles[name]


def run_in(bundle: Path, *arguments: str) -> str:
    """Run Python as Lambda does: the bundle on the path, no site packages, no project."""
    base: str = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run(
        [base, "-S", "-B", *arguments],
        env={"PYTHONPATH": str(bundle), "PATH": os.defpath, "AWS_EC2_METADATA_DISABLED": "true"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_bundle_holds_its_handler_and_no_other_functions(name: str, bundle: Path) -> None:
    assert (bundle / f"functions/{name}/handler.py").is_file()
    folders = {path.name for path in (bundle / "functions").iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == {name}
    assert (bundle / "shared/domain/limits.json").is_file()


def test_a_bundle_holds_exactly_the_packages_its_group_names(name: str, bundle: Path) -> None:
    named = set()
    for line in steps.export(name).splitlines():
        if requirement := re.match(r"([a-z0-9._-]+)==([^ ;]+)(.*)", line):
            marker = requirement[3]
            if "emscripten" not in marker or "!=" in marker:
                named.add(requirement[1].replace("-", "_"))
    found = {path.name.split("-")[0].lower() for path in bundle.glob("*.dist-info")}
    assert found == named


def test_a_bundle_holds_no_development_files(bundle: Path) -> None:
    names = {path.name for path in bundle.iterdir()}
    assert not names & {"infra", "tests", "bin", ".lock", "cryptography", "requests", "cffi"}
    unwanted = [
        path
        for path in bundle.rglob("*")
        if path.name in {"tests", "RECORD", "py.typed"} or path.suffix == ".pyi"
    ]
    assert unwanted == []


def test_a_bundle_knows_only_the_aws_services_its_function_calls(name: str, bundle: Path) -> None:
    folders = {path.name for path in (bundle / "botocore/data").iterdir() if path.is_dir()}
    assert folders == set(AWS_SERVICES[name])
    assert (bundle / "botocore/data/endpoints.json").is_file()


def test_every_module_has_bytecode_that_is_used_as_it_is(bundle: Path) -> None:
    sources = list(bundle.rglob("*.py"))
    compiled = list(bundle.rglob("__pycache__/*.cpython-313.pyc"))
    assert len(compiled) == len(sources) > 500
    assert len(list(bundle.rglob("*.pyc"))) == len(compiled)
    for file in compiled:
        (flags,) = struct.unpack("<I", file.read_bytes()[4:8])
        assert flags == UNCHECKED_HASH, file


def test_tracebacks_name_files_where_lambda_has_them(bundle: Path) -> None:
    code = (bundle / "shared/__pycache__/__init__.cpython-313.pyc").read_bytes()
    assert b"/var/task/shared/__init__.py" in code


def test_a_handler_can_be_imported_with_nothing_but_its_bundle(name: str, bundle: Path) -> None:
    run_in(bundle, "-W", "error", "-c", f"from functions.{name}.handler import lambda_handler")


def test_nothing_of_powertools_that_is_used_was_left_out(bundle: Path) -> None:
    assert run_in(bundle, str(IN_BUNDLES / "powertools.py")) == "complete\n"


def test_nothing_of_boto3_that_is_used_was_left_out(name: str, bundle: Path) -> None:
    assert run_in(bundle, str(IN_BUNDLES / "aws_clients.py"), *AWS_SERVICES[name]) == "complete\n"


@pytest.mark.parametrize("function", ["generations", "characters"])
def test_input_pictures_are_checked_with_nothing_that_reads_or_fetches_them(
    function: str, bundles: dict[str, Path]
) -> None:
    code = "from shared.adapters import imaging_structure, public_url"
    run_in(bundles[function], "-c", code)
    packages = {path.name for path in bundles["generations"].iterdir()}
    assert not packages & {"PIL", "httpx", "httpcore"}


@pytest.mark.parametrize("function", ["characters", "worker"])
def test_nothing_of_pillow_that_is_used_was_left_out(
    function: str, bundles: dict[str, Path]
) -> None:
    assert run_in(bundles[function], str(IN_BUNDLES / "pictures.py")) == "complete\n"


def test_gemini_can_be_called_without_the_packages_left_out(bundles: dict[str, Path]) -> None:
    script = str(IN_BUNDLES / "gemini_call.py")
    with answering(GEMINI_ANSWER) as good, answering(GEMINI_REFUSAL, status=429) as bad:
        assert run_in(bundles["worker"], script, good, bad) == "complete\n"


def test_replicate_can_be_called_with_what_is_there(bundles: dict[str, Path]) -> None:
    script = str(IN_BUNDLES / "replicate_call.py")
    with answering(PREDICTION, status=201) as url:
        assert run_in(bundles["worker"], script, url) == "complete\n"
