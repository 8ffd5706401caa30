"""Changes to how the engine runs Lambda functions."""

# mypy: disable-error-code="import-not-found,import-untyped"
# (ministack lives in the script's own environment.)

import hashlib
import json
import os
import queue
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from infra.local.engine_changes.guard import expect, expect_source

ERROR_KEY = "__likeness_function_error__"
END_OF_LOG = "\x1eend-of-invocation"
# Of the engine's environment a function keeps only these; its own variables come after.
KEPT_ENVIRONMENT = {"PATH", "LANG", "TMPDIR", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}

type Reply = dict[str, Any]
type Execute = Callable[[Any, Any, str], Reply]


def functions_see_only_their_bundle() -> None:
    """Run functions on the bare interpreter: a dependency missing in the bundle fails here too."""
    expect_source(lambda_runtime._detect_runtime_binary, "222e200df2c093f8")
    lambda_runtime._detect_runtime_binary = lambda runtime: (
        sys._base_executable,  # type: ignore[attr-defined]  # undocumented; nothing else names it
        lambda_runtime._PYTHON_WORKER_SCRIPT,
    )
    hidden = sorted(set(os.environ) - KEPT_ENVIRONMENT)
    _replace_in_worker_script(
        "def run():\n",
        f"""
for _name in {hidden!r}:
    os.environ.pop(_name, None)
sys.path[:] = [p for p in sys.path if not p.endswith(("site-packages", "dist-packages"))]

def run():
""",
    )


def functions_end_with_the_engine() -> None:
    """Let a function process end itself when the engine is gone, however that came about."""
    _replace_in_worker_script(
        "def run():\n",
        f"""
def _end_with_the_engine():
    while os.getppid() == {os.getpid()}:
        time.sleep(0.5)
    os._exit(1)

import threading
threading.Thread(target=_end_with_the_engine, daemon=True).start()

def run():
""",
    )


def unpacked_code_is_shared() -> None:
    """Unpack each deployment package once, not once per function process."""
    expect_source(lambda_runtime.Worker._spawn, "c55febf956565c5e")
    unpacked = Path(os.environ["TMPDIR"]) / "unpacked"
    one_at_a_time = threading.Lock()

    class SharedPackage(zipfile.ZipFile):
        """Puts a link to the shared copy where the code is to be."""

        def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
            package = Path(str(self.filename)).read_bytes()
            shared = unpacked / hashlib.sha256(package).hexdigest()
            with one_at_a_time:
                if not shared.exists():
                    super().extractall(shared.with_suffix(".draft"), members, pwd)
                    shared.with_suffix(".draft").rename(shared)
            Path(path).rmdir()
            Path(path).symlink_to(shared)

    lambda_runtime.zipfile = SimpleNamespace(ZipFile=SharedPackage, BadZipFile=zipfile.BadZipFile)


def function_errors_keep_their_type() -> None:
    """Report the exception's own name, and keep the environment warm after it, as Lambda does."""
    _replace_in_worker_script(
        """            _real_stdout.write(json.dumps({"status": "error", "error": str(e), """
        """"trace": traceback.format_exc()}) + "\\n")
""",
        f"""            sys.stderr.write(traceback.format_exc())
            _real_stdout.write(json.dumps({{"status": "ok", "result": {{{ERROR_KEY!r}: {{
                "errorMessage": str(e), "errorType": type(e).__name__,
                "requestId": context.aws_request_id,
                "stackTrace": traceback.format_tb(e.__traceback__)}}}}}}) + "\\n")
""",
    )

    def with_types(execute: Execute, func: Any, event: Any, request_id: str) -> Reply:
        reply = execute(func, event, request_id)
        body = reply.get("body")
        if isinstance(body, dict) and ERROR_KEY in body:
            return {**reply, "body": body[ERROR_KEY], "error": True}
        return reply

    _around_execution(with_types)


def functions_write_a_log() -> None:
    """Put what every function logs into one file, where a person can follow it."""
    path = Path(os.environ["LIKENESS_FUNCTION_LOG"])
    path.write_text("")

    def with_log(execute: Execute, func: Any, event: Any, request_id: str) -> Reply:
        reply = execute(func, event, request_id)
        # A function that cannot even be loaded logs nothing: its error is the log then.
        log = reply.get("log") or (json.dumps(reply.get("body")) if reply.get("error") else "")
        if log:
            with path.open("a") as file:
                file.write(log + "\n")
        return reply

    _around_execution(with_log)


def logs_end_with_a_mark() -> None:
    """Collect an invocation's log up to its end mark instead of waiting 50 ms for silence."""
    _replace_in_worker_script(
        """        _real_stdout.flush()

""",
        f"""        sys.stderr.write({END_OF_LOG + chr(10)!r})
        sys.stderr.flush()
        _real_stdout.flush()

""",
    )
    expect_source(lambda_runtime.Worker._drain_stderr_bounded, "3fd7cc742872e604")

    def drain(worker: Any, *_: Any, **__: Any) -> str:
        lines: list[str] = []
        deadline = time.monotonic() + 0.25
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = worker._stderr_queue.get(timeout=left)
            except queue.Empty:
                break
            if line == END_OF_LOG:
                break
            lines.append(line)
        return "\n".join(lines)

    lambda_runtime.Worker._drain_stderr_bounded = drain


def function_answers_become_http_as_on_aws() -> None:
    """A failed function is a 500 without a word why; an answer's body may be null."""
    respond = lambda_svc.lambda_execute_result_to_api_proxy_response
    expect_source(respond, "36f0ed215e854cb7")

    def respond_discreetly(result: Reply) -> tuple[Any, Any]:
        if result.get("error"):
            status, message = 500, "Internal Server Error"
        elif result.get("throttle"):
            status, message = 503, "Service Unavailable"
        else:
            answer, error = respond(result)
            if isinstance(answer, dict) and answer.get("body") is None:
                answer = {**answer, "body": ""}
            return answer, error
        headers = {"Content-Type": "application/json"}
        return {
            "statusCode": status,
            "headers": headers,
            "body": f'{{"message":"{message}"}}',
        }, None

    lambda_svc.lambda_execute_result_to_api_proxy_response = respond_discreetly


def _replace_in_worker_script(old: str, new: str) -> None:
    """Change one place of the program that runs inside every function process."""
    script: str = lambda_runtime._PYTHON_WORKER_SCRIPT
    expect(script.count(old) == 1, f"{old.strip()[:60]!r} in the function process")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(old, new)


def _around_execution(wrapper: Callable[[Execute, Any, Any, str], Reply]) -> None:
    """Wrap what executes a function; the request id is the invocation's."""
    execute: Execute = lambda_svc._execute_function_warm

    def wrapped(func: Any, event: Any, request_id: str) -> Reply:
        return wrapper(execute, func, event, request_id)

    lambda_svc._execute_function_warm = wrapped


def all_changes() -> None:
    """Make every change of this module, in the order they build on each other."""
    expect_source(lambda_svc._execute_function_warm, "62b9218bef5b948a")
    functions_see_only_their_bundle()
    functions_end_with_the_engine()
    unpacked_code_is_shared()
    function_errors_keep_their_type()
    functions_write_a_log()
    logs_end_with_a_mark()
    function_answers_become_http_as_on_aws()
