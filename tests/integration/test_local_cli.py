"""The `likeness` command: what it prints, what it refuses in one line, and how fast it is."""

import os
import resource
import socket
import stat
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from PIL import Image

from infra.local.cli import main, public_port
from infra.local.demo.contact_sheet import write_contact_sheet
from infra.local.demo.photo import read_photo
from infra.local.demo.run import Results
from infra.local.demo.spending import drawn_by, spending
from infra.local.engine_process import keep_last_log
from infra.local.layout import BadInput
from infra.local.stack_runner import LocalStack
from shared.runtime.version import VERSION


@pytest.fixture(autouse=True)
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every command of these tests has a state folder of its own."""
    monkeypatch.setenv("LIKENESS_STATE_DIR", str(tmp_path / "state"))
    for name in ("LIKENESS_PORT", "GEMINI_API_KEY", "LIKENESS_GEMINI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "state"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "infra.local.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def processor_seconds(*arguments: str) -> float:
    """What a run costs; unlike its duration that does not depend on what else runs here."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert run(*arguments).returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def a_port_in_use() -> socket.socket:
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    holder.listen()
    return holder


def test_a_token_is_all_that_is_printed() -> None:
    done = run("token", "--owner", "ann", "--plan", "paid")
    assert done.stdout.count(".") == 2
    assert done.stdout.count("\n") == 1
    assert (done.returncode, done.stderr) == (0, "")


def test_the_state_folder_is_private(state_dir: Path) -> None:
    run("token", "--owner", "ann")
    assert stat.S_IMODE(state_dir.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "arguments",
    [
        ["token"],
        ["token", "--owner", " "],
        ["token", "--owner", "ann", "--plan", "golden"],
        ["up", "--port", "many"],
        ["up", "--port", "0"],
        ["up", "--port", "70000"],
        ["dance"],
        [],
    ],
)
def test_bad_arguments_exit_with_2_and_say_why(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_port_comes_from_the_command_line_then_the_environment_then_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert public_port(None) == 8080
    monkeypatch.setenv("LIKENESS_PORT", "9000")
    assert public_port(None) == 9000
    assert public_port(9001) == 9001
    monkeypatch.setenv("LIKENESS_PORT", "nine")
    with pytest.raises(BadInput, match="LIKENESS_PORT is 'nine'"):
        public_port(None)


def test_a_port_in_use_is_said_in_one_line() -> None:
    with a_port_in_use() as holder:
        port = holder.getsockname()[1]
        done = run("up", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr == (
        f"likeness: Port {port} is in use: Likeness or another program runs there. "
        "Stop it, or choose another with --port.\n"
    )


def test_a_state_folder_that_cannot_be_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LIKENESS_STATE_DIR", str(tmp_path / "file" / "state"))
    assert main(["token", "--owner", "ann"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_half_a_provider_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, state_dir: Path
) -> None:
    half = {"LIKENESS_GEMINI_BASE_URL": "http://127.0.0.1:1"}
    with (
        pytest.raises(BadInput, match="GEMINI_API_KEY is not"),
        LocalStack.start(state_dir=state_dir, environment=half),
    ):
        pass
    assert not (state_dir / "engine" / "engine.pid").exists()


def test_the_doctor_names_what_is_missing_and_the_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setenv("PATH", os.devnull)
    with a_port_in_use() as holder:
        assert main(["doctor", "--port", str(holder.getsockname()[1])]) == 1
    said = capsys.readouterr().out
    assert "missing uv" in said
    assert "pip install uv" in said
    assert "in use" in said


def test_the_doctor_is_content_with_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    with a_port_in_use() as holder:
        port = holder.getsockname()[1]
    assert main(["doctor", "--port", str(port)]) == 0, capsys.readouterr().out
    assert "gemini          simulated" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], ["token", "--owner", "ann"]])
def test_short_commands_answer_at_once(arguments: list[str]) -> None:
    run(*arguments)  # the state folder and its key are made
    assert processor_seconds(*arguments) < 0.8


def test_help_loads_neither_the_aws_sdk_nor_a_server() -> None:
    probe = (
        "import sys; from infra.local import cli; cli._parser().format_help();"
        "print([m for m in ('boto3', 'uvicorn', 'starlette', 'rich', 'joserfc', 'aws_cdk')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_version_is_told() -> None:
    assert run("--version").stdout == f"likeness {VERSION}\n"


def test_without_a_command_the_help_is_shown() -> None:
    assert "likeness [-h] [--version] COMMAND" in run().stderr


def test_the_doctor_knows_likeness_when_it_runs_there(capsys: pytest.CaptureFixture[str]) -> None:
    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"status": "ok", "version": "0.1.0"}')

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        Thread(target=server.handle_request, daemon=True).start()
        assert main(["doctor", "--port", str(server.server_port)]) == 0
    assert "Likeness itself runs there" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("simulated", "told"),
    [
        (("gemini", "replicate"), "Nothing was spent"),
        (("replicate",), "Gemini drew with your key: its costs are yours. A simulator on this"),
        ((), "the costs are yours"),
    ],
)
def test_a_demo_says_whether_its_costs_were_spent(simulated: tuple[str, ...], told: str) -> None:
    assert told in spending(simulated)


def test_a_heading_says_when_the_provider_was_not_there() -> None:
    assert drawn_by("replicate", ["replicate"]) == "Replicate, simulated"
    assert drawn_by("gemini", ["replicate"]) == "Gemini"


def test_a_photo_that_the_api_would_refuse_is_refused_before_anything_starts(
    tmp_path: Path,
) -> None:
    Image.new("RGB", (200, 40)).save(tmp_path / "tiny.png")
    with pytest.raises(BadInput, match="a side shorter than 64 pixels"):
        read_photo(tmp_path / "tiny.png")


def test_a_row_of_the_contact_sheet_is_as_high_as_its_highest_picture(tmp_path: Path) -> None:
    photo = tmp_path / "wide.png"
    Image.new("RGB", (600, 150), "red").save(photo)
    out = tmp_path / "out"

    said = "The face is 88 pixels wide; at least 128 are recommended."
    checks = [{"outcome": "warned", "message": said}, {"outcome": "passed", "message": "Fine."}]
    source = {"qa": {"status": "warned", "checks": checks}}

    results = Results(source, made=[], variants=[])
    write_contact_sheet(out, read_photo(photo), results, lambda _: b"", note="Nothing was spent.")

    with Image.open(out / "contact-sheet.png") as sheet:
        assert sheet.height < 150 + 150
    page = (out / "index.html").read_text()
    assert "<p>Nothing was spent.</p>" in page
    assert f"wide.png: 1 of 2 checks passed<br>{said}" in page


def test_what_was_logged_before_a_crash_is_kept_until_the_start_after_next(tmp_path: Path) -> None:
    log = tmp_path / "functions.log"
    for run in ("first", "crashed"):
        log.write_text(run)
        keep_last_log(log)

    assert not log.exists()
    assert (tmp_path / "functions.previous.log").read_text() == "crashed"
    keep_last_log(log)
    assert (tmp_path / "functions.previous.log").read_text() == "crashed"
