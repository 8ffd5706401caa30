"""The OpenAPI document, taken at its word: whatever it allows is answered as it says.

Schemathesis makes requests from the document, acceptable ones and others, and holds every
answer to it. The handlers are the real ones, on moto: what the gateway adds is imitated. Each
operation of the document is tried, also one that was added a minute ago.
"""

import copy
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.domain.errors import InvalidSignature
from shared.runtime import aws as aws_module
from shared.runtime import bootstrap_webhook
from tests.fake_kit_workflow import FakeKitWorkflow
from tests.integration.deployed import forget_what_was_made
from tests.integration.gateway import TOKEN, application
from tests.integration.openapi_check import the_document
from tests.integration.refusals import Shop, shop_open


def _without_tokens(document: dict[str, Any]) -> dict[str, Any]:
    """Tokens are the gateway's to judge: ours is always good, lest nothing else is tried."""
    bare = copy.deepcopy(document)
    for operations in bare["paths"].values():
        for operation in operations.values():
            operation["security"] = []
    return bare


EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
SCHEMA = schemathesis.openapi.from_dict(_without_tokens(the_document()))
SCHEMA.app = application
OPERATIONS = {
    result.ok().label: result.ok()
    for result in SCHEMA.get_all_operations()
    if isinstance(result, Ok)
}
MODES = {"acceptable": GenerationMode.POSITIVE, "other": GenerationMode.NEGATIVE}
TRIED = [
    (label, kind)
    for label, operation in OPERATIONS.items()
    for kind in MODES
    # Without anything to send there is nothing to send wrongly.
    if kind == "acceptable" or operation.definition.raw.get("parameters") or operation.body
]


type Case = schemathesis.Case[Any]


@contextmanager
def _spacious_shop() -> Iterator[Shop]:
    """With room for everything that is accepted, and no way out to the internet."""

    def nowhere(*_: object, **__: object) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with shop_open() as opened, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(socket, "getaddrinfo", nowhere)
        monkeypatch.setattr(aws_module, "kit_workflow", lambda arn: FakeKitWorkflow())
        monkeypatch.setenv("PAID_IN_FLIGHT", "100000")
        monkeypatch.setenv("PAID_MONTHLY_IMAGES", "1000000")
        monkeypatch.setattr(bootstrap_webhook, "verify", _half_of_the_signatures_are_good)
        forget_what_was_made()
        yield opened


class Street:
    """One shop at a time: a new one only once something was taken from the old."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._shop: Shop | None = None

    def shop(self) -> Shop:
        if self._shop is None:
            self._shop = self._open.enter_context(_spacious_shop())
        return self._shop

    def close(self) -> None:
        self._open.close()
        self._shop = None


@pytest.fixture(scope="module")
def street() -> Iterator[Street]:
    opened = Street()
    yield opened
    opened.close()


def _half_of_the_signatures_are_good(headers: Mapping[str, str], body: bytes) -> None:
    signed = {"webhook-id", "webhook-timestamp", "webhook-signature"} <= headers.keys()
    if not signed or crc32(body) % 2:
        raise InvalidSignature("no signature fits")


def test_every_operation_is_tried() -> None:
    documented = {
        f"{method.upper()} {path}"
        for path, operations in the_document()["paths"].items()
        for method in operations
    }

    assert OPERATIONS.keys() == documented


@pytest.mark.parametrize(("label", "kind"), TRIED)
def test_every_answer_is_one_that_the_document_promises(
    street: Street, label: str, kind: str
) -> None:
    operation, shop = OPERATIONS[label], street.shop()

    @given(case=operation.as_strategy(generation_mode=MODES[kind]))
    @settings(
        max_examples=EXAMPLES // 2,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def try_it(case: Case) -> None:
        if kind == "acceptable":
            _name_what_is_there(case, shop)
        response = case.call(headers=TOKEN)
        case.validate_response(response, checks=CHECKS)

    try_it()
    if kind == "acceptable" and not label.startswith("GET "):
        street.close()


def _name_what_is_there(case: Case, shop: Shop) -> None:
    """Half of the made-up ids become ids of things that exist."""
    for named in (case.path_parameters, case.body):
        if isinstance(named, dict):
            _replace_ids(named, shop)


def _replace_ids(named: dict[str, Any], shop: Shop) -> None:
    for name, value in named.items():
        kind = name.removesuffix("_id")
        known = vars(shop).get({"style_capsule": "capsule"}.get(kind, kind))
        if isinstance(known, str) and isinstance(value, str) and crc32(value.encode()) % 2:
            named[name] = known
