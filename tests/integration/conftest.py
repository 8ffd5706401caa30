"""Fixtures of the handlers' tests."""

from collections.abc import Iterator

import pytest

from tests.aws import Aws
from tests.integration.deployed import deployed


@pytest.fixture
def live(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """The functions' environment on moto."""
    with deployed(aws, monkeypatch) as resources:
        yield resources
