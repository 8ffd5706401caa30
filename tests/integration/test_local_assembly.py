"""What `likeness up` keeps between runs: assemblies of bundles that are there, and their zips."""

import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.local import assets, synthesis
from infra.local.layout import STACK_NAME, StateDir

CONTEXT = {"free_in_flight": "3"}


class Bucket:
    """Of S3, what publishing needs."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def create_bucket(self, **_: str) -> None:
        """Any bucket is there."""

    def put_object(self, *, Bucket: str, Key: str, Body: io.BufferedReader) -> None:  # noqa: N803  # boto3's names
        self.objects[Key] = Body.read()


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "handler.py").write_text("answer = 42")
    return bundle


@pytest.fixture
def made(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, str]]:
    """The contexts of all that is synthesized, by a synthesis of one bundle."""
    contexts: list[Mapping[str, str]] = []
    destination = {"bucketName": "assets", "objectKey": "digest.zip"}
    file = {
        "source": {"path": str(bundle), "packaging": "zip"},
        "destinations": {"here": destination},
    }

    def run_app(context: Mapping[str, str], out: Path, _: StateDir) -> None:
        contexts.append(context)
        manifest = out / f"{STACK_NAME}.assets.json"
        manifest.write_text(json.dumps({"files": {"digest": file}}))

    monkeypatch.setattr(synthesis, "CACHE", tmp_path / "synthesis")
    monkeypatch.setattr(assets, "ZIPS", tmp_path / "zips")
    monkeypatch.setattr(synthesis, "_run_app", run_app)
    return contexts


def test_an_assembly_is_made_once_and_again_when_its_bundle_is_gone(
    made: list[Mapping[str, str]], bundle: Path, tmp_path: Path
) -> None:
    state = StateDir(tmp_path / "state")

    first = synthesis.synthesize(CONTEXT, state)
    assert synthesis.synthesize(CONTEXT, state) == first
    assert made == [CONTEXT]
    shutil.rmtree(bundle)

    assert synthesis.synthesize(CONTEXT, state) == first
    assert made == [CONTEXT, CONTEXT]


@pytest.mark.usefixtures("made")
def test_a_bundle_is_zipped_once_whatever_assemblies_name_it(bundle: Path, tmp_path: Path) -> None:
    published: list[dict[str, bytes]] = []
    for context in (CONTEXT, {}):
        assembly = synthesis.synthesize(context, StateDir(tmp_path / "state"))
        s3: Any = Bucket()
        assets.publish(list(assets.assets_of(assembly)), s3)
        published.append(s3.objects)
        (bundle / "handler.py").write_text("read again")

    first, second = published
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first["digest.zip"])) as archive:
        assert archive.read("handler.py") == b"answer = 42"
