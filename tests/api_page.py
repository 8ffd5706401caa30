"""`python -m tests.api_page` writes docs/api.md: worked requests, and what the handlers answer.

Nothing of an answer is written by hand. Ids are numbered as they appear; what differs from run
to run or from machine to machine besides (times, signatures, bytes of pictures) is made equal.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from textwrap import fill
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from shared.domain.request import Mode
from shared.runtime import aws as aws_module
from shared.runtime import bootstrap
from tests.api_story import STORY, Step
from tests.aws import UPLOADS_BUCKET, Aws, fresh_aws
from tests.fake_kit_workflow import FakeKitWorkflow
from tests.integration.deployed import deployed, forget_what_was_made
from tests.integration.finishing import complete
from tests.integration.http_client import Answer, call
from tests.integration.telling import open_bus, tell, told
from tests.workshop import png

PATH = Path(__file__).parents[1] / "docs" / "api.md"
_WIDTH = 100
_TIMES = "mean_duration_ms|first_image_p50_ms|first_image_p95_ms|oldest_age_seconds"
_HEAD = """# The API by example

<!-- written by `python -m tests.api_page`; a test compares -->

Every request here was sent, and every answer is what came back. All routes, fields, limits and
refusals are in the OpenAPI document: `GET /v1/openapi.json`, for people `GET /v1/docs`.

All requests carry `Authorization: Bearer …`; those that create something may carry an
`Idempotency-Key`, and get the first answer again when they are repeated.
"""


def text() -> str:
    lines = [_HEAD]
    with _api() as aws:
        known: dict[str, str] = {}
        for chapter in STORY:
            lines.append(f"## {chapter.title}\n\n{fill(chapter.text, _WIDTH)}\n")
            lines += [_told(step, aws, known) for step in chapter.steps if _is_offered(step)]
    return _same_every_time("\n".join(lines))


@contextmanager
def _api() -> Iterator[Aws]:
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        fresh_aws(stream=True) as aws,
        deployed(aws, monkeypatch),
    ):
        monkeypatch.setenv("PAID_IN_FLIGHT", "99")
        monkeypatch.setattr(bootstrap, "draw_seed", lambda: 42)
        monkeypatch.setattr(aws_module, "kit_workflow", lambda arn: FakeKitWorkflow())
        forget_what_was_made()
        yield aws


def _is_offered(step: Step) -> bool:
    mode = (step.body or {}).get("mode")
    return mode is None or mode in set(Mode)


def _told(step: Step, aws: Aws, known: dict[str, str]) -> str:
    """Sends the request of a step, and tells it with its answer."""
    if step.finish is not None:
        for index in range(2):
            complete(known[step.finish], index)
    if step.tell:
        open_bus()
        tell(told())
    address = urlsplit(_filled(step.path, known))
    body = None if step.body is None else json.loads(_filled(json.dumps(step.body), known))
    query = dict(parse_qsl(address.query)) or None
    answer = call(step.method, address.path, body, query=query)
    assert answer.status < 400, f"{step.title}: {answer.text}"
    if step.keep is not None:
        known[step.keep] = _id_of(answer)
    if address.path == "/v1/uploads":
        key = answer.json["fields"]["key"]
        aws.s3.put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=png())
    asked = f"{step.method} {address.geturl()}" + ("" if body is None else f"\n\n{shown(body)}")
    said = f"`{answer.status}`"
    if answer.json is not None:
        said += f"\n\n```json\n{shown(answer.json)}\n```"
    return f"### {step.title}\n\n```http\n{asked}\n```\n\n{said}\n"


def _filled(template: str, known: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda name: known[name[1]], template)


def _id_of(answer: Answer) -> str:
    """Its own, or that of the picture where it has none."""
    return str(answer.json.get("id") or answer.json["image"]["id"])


def shown(value: Any, indent: str = "") -> str:
    """JSON in as few lines as its width allows."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return line
    inner = indent + "  "
    if isinstance(value, list):
        rows = [inner + shown(one, inner) for one in value]
        return "[\n" + ",\n".join(rows) + f"\n{indent}]"
    rows = [f"{inner}{json.dumps(name)}: {shown(one, inner)}" for name, one in value.items()]
    return "{\n" + ",\n".join(rows) + f"\n{indent}}}"


def _same_every_time(page: str) -> str:
    page = re.sub(r'"(https://[^"?]+)\?X-Amz[^"]*"', r'"\1?…"', page)
    page = re.sub(r'"(policy|x-amz-[a-z-]+|next_cursor|sha256)": "[^"]*"', r'"\1": "…"', page)
    page = re.sub(r'^( +"size_bytes": )\d+', r"\g<1>181220", page, flags=re.MULTILINE)
    page = re.sub(r'"period": "[^"]*"', '"period": "2026-11"', page)
    page = re.sub(rf'"({_TIMES})": \d+', r'"\1": 9000', page)
    page = re.sub(r'"bytes": [1-9]\d*', '"bytes": 1812204', page)
    page = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "2026-11-20T16:00:00.000Z", page)
    return re.sub(r"\b([a-z]{2,3})_[0-7][0-9A-HJKMNP-TV-Z]{25}\b", _numbered(), page)


def _numbered() -> Callable[[re.Match[str]], str]:
    numbers, given = count(1), dict[str, str]()

    def numbered(found: re.Match[str]) -> str:
        if found[0] not in given:
            given[found[0]] = f"{found[1]}_01JD8Z6V3B9QF4T7W2X5Y0{next(numbers):04}"
        return given[found[0]]

    return numbered


if __name__ == "__main__":
    import tests.conftest  # noqa: F401  # an environment in which no account can be reached

    PATH.write_text(text(), encoding="utf-8")
