"""How bundles are built: from the lock file, cached by content, equal wherever they are built."""

import hashlib
import shutil
from pathlib import Path

import pytest

from infra import bundle_steps as steps
from infra.bundles import LAMBDA, Bundle, Bundler

HANDLER = "def lambda_handler(event, context):\n    return {'statusCode': 200}\n"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A project with one function and one shared module."""
    files = {
        "functions/__init__.py": "",
        "functions/webhook/__init__.py": "",
        "functions/webhook/handler.py": HANDLER,
        "functions/sweeper/__init__.py": "",
        "shared/__init__.py": "",
        "shared/domain/limits.json": "{}",
        "shared/__pycache__/left_over.cpython-313.pyc": "",
    }
    for name, text in files.items():
        (tmp_path / "sources" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sources" / name).write_text(text)
    return tmp_path / "sources"


@pytest.fixture(scope="session")
def dependencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the webhook depends on, installed once for all these tests."""
    folder = tmp_path_factory.mktemp("build")
    Bundler(target=LAMBDA, build_root=folder).build("webhook")
    return folder / "dependencies"


@pytest.fixture
def bundler(sources: Path, dependencies: Path, tmp_path: Path) -> Bundler:
    return _bundler(sources, dependencies, tmp_path / "build")


def _bundler(sources: Path, dependencies: Path, build_root: Path) -> Bundler:
    build_root.mkdir()
    (build_root / "dependencies").symlink_to(dependencies)
    return Bundler(target=LAMBDA, source_root=sources, build_root=build_root)


def content(folder: Path) -> dict[str, str]:
    """The digest of every file, by name."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def _forbid(monkeypatch: pytest.MonkeyPatch, *tools: str) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a warm build needs no tool")

    for tool in tools:
        monkeypatch.setattr(steps, tool, refuse)


def test_a_bundle_holds_the_functions_sources_and_their_bytecode(
    bundler: Bundler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where whoever builds keeps bytecode elsewhere, or wants none."""
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "/nowhere")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    bundle = bundler.build("webhook").path
    assert (bundle / "functions/webhook/handler.py").read_text() == HANDLER
    assert (bundle / "functions/webhook/__pycache__/handler.cpython-313.pyc").is_file()
    assert (bundle / "shared/domain/limits.json").is_file()
    assert not (bundle / "functions/sweeper").exists()
    assert not (bundle / "shared/__pycache__/left_over.cpython-313.pyc").exists()


def test_a_warm_build_installs_and_compiles_nothing(
    bundler: Bundler, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bundler.build("webhook")
    _forbid(monkeypatch, "install", "prune", "compile_bytecode")
    assert bundler.build("webhook") == first


def test_an_edited_source_makes_another_bundle_of_the_same_dependencies(
    bundler: Bundler, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bundler.build("webhook")
    (sources / "shared/domain/limits.json").write_text('{"lease_seconds": 135}')
    _forbid(monkeypatch, "install", "prune")
    second = bundler.build("webhook")
    assert second.digest != first.digest
    assert (first.path / "shared/domain/limits.json").read_text() == "{}"


def test_what_a_bundle_has_in_common_with_another_is_not_compiled_again(
    bundler: Bundler, sources: Path
) -> None:
    first = bundler.build("webhook").path
    common = "shared/__pycache__/__init__.cpython-313.pyc"
    kept = (bundler.build_root / "bytecode").iterdir()
    planted = next(file for file in kept if file.read_bytes() == (first / common).read_bytes())
    planted.write_bytes(b"planted")
    (sources / "functions/webhook/handler.py").write_text(f"{HANDLER}\n# another\n")

    second = bundler.build("webhook").path

    own = "functions/webhook/__pycache__/handler.cpython-313.pyc"
    assert (second / common).read_bytes() == b"planted"
    assert (second / own).read_bytes() != (first / own).read_bytes()
    assert content(second).keys() == content(first).keys()


def test_a_killed_build_leaves_nothing_that_is_taken_for_a_bundle(
    bundler: Bundler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(steps, "compile_bytecode", killed)
        with pytest.raises(KeyboardInterrupt):
            bundler.build("webhook")
    bundle = bundler.build("webhook").path
    assert (bundle / "functions/webhook/__pycache__/handler.cpython-313.pyc").is_file()


def test_of_two_builds_at_once_both_get_the_first_ones_result(
    bundler: Bundler, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_bytecode = steps.compile_bytecode
    won: list[Bundle] = []

    def overtaken(building: Path, *parts: str, kept: Path) -> None:
        compile_bytecode(building, *parts, kept=kept)
        if not won:
            won.append(Bundle(building, "the slower build"))
            won.append(bundler.build("webhook"))

    monkeypatch.setattr(steps, "compile_bytecode", overtaken)
    assert bundler.build("webhook") == won[1]
    assert [path.name for path in (bundler.build_root / "bundles").iterdir()] == [won[1].path.name]


def test_bundles_built_in_two_folders_are_equal_byte_for_byte(
    sources: Path, dependencies: Path, tmp_path: Path
) -> None:
    """Dependencies too: bytecode must not remember where it was made, nor from which checkout."""
    here = _bundler(sources, dependencies, tmp_path / "here").build("webhook")
    elsewhere = tmp_path / "another checkout"
    shutil.copytree(sources, elsewhere)
    there = Bundler(
        target=LAMBDA, source_root=elsewhere, build_root=tmp_path / "a longer path" / "there"
    ).build("webhook")
    assert there.digest == here.digest
    assert there.path.name == here.path.name
    assert content(there.path) == content(here.path)


def test_what_a_tool_says_is_in_the_error() -> None:
    with pytest.raises(steps.BundleError, match="no-such-function"):
        steps.export("no-such-function")


@pytest.mark.parametrize("function", ["face_analysis", "worker"])
def test_all_that_is_locked_can_be_had_for_lambda(function: str, tmp_path: Path) -> None:
    """On this machine the functions run on its own processor: nothing else would miss a wheel."""
    steps.install(steps.export(function), LAMBDA.platform, tmp_path, "--dry-run")
