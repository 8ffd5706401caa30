"""The studio's modules have the types they say they have; their JSDoc is held to it."""

import os
import subprocess
from pathlib import Path

import pytest
from deno import find_deno_bin

from infra.local.layout import PROJECT

CONFIG = ("--config", "tests/browser/deno.json")
CHECK = ("check", "--quiet", "--no-remote", *CONFIG)
LINT = ("lint", "--quiet", *CONFIG)


def deno(*words: str, cache: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [find_deno_bin(), *words],
        cwd=PROJECT,
        env={**os.environ, "DENO_DIR": str(cache), "NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", [CHECK, LINT], ids=["types", "lint"])
def test_nothing_is_found_in_the_studios_modules(words: tuple[str, ...], tmp_path: Path) -> None:
    done = deno(*words, "web/js", cache=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_type_would_be_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.js"
    wrong.write_text("/** @param {number} size */\nexport const half = (size) => size.trim();\n")
    done = deno(*CHECK, str(wrong), cache=tmp_path)
    assert "Property 'trim' does not exist on type 'number'" in done.stderr
