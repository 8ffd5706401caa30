"""Before any import of the project: an environment in which no real account can be reached."""

import os

os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_METRICS_NAMESPACE": "Likeness",
    "POWERTOOLS_SERVICE_NAME": "tests",
    "POWERTOOLS_TRACE_DISABLED": "true",
}
for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
    os.environ.pop(name, None)

from collections import Counter  # noqa: E402  # the environment comes first
from collections.abc import Iterator  # noqa: E402
from typing import TYPE_CHECKING  # noqa: E402

import pytest  # noqa: E402
from xdist.remote import Producer  # noqa: E402

from tests.aws import Aws, fresh_aws  # noqa: E402
from tests.aws_calls import AwsCalls, calls  # noqa: E402
from tests.fakes import FakeClock  # noqa: E402
from tests.scheduling import Together  # noqa: E402

if TYPE_CHECKING:
    from infra.local.stack_runner import LocalStack

DEPLOYED = {"browser", "e2e"}
SIMULATOR_LATENCY = 0.2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The deployed stack first: its tests take longest, and the others run beside them."""
    items.sort(key=lambda item: DEPLOYED.isdisjoint(item.path.parts))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)


@pytest.fixture(scope="session")
def local_stack(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[LocalStack]":
    """Everything deployed; providers are simulated, whatever keys the environment holds."""
    from infra.local.stack_runner import LocalStack

    with LocalStack.start(
        state_dir=tmp_path_factory.mktemp("local-stack"),
        environment={},
        simulator_latency=SIMULATOR_LATENCY,
    ) as stack:
        yield stack


@pytest.fixture
def aws() -> Iterator[Aws]:
    """Empty table, buckets and queues."""
    with fresh_aws() as resources:
        yield resources


@pytest.fixture
def aws_calls() -> Iterator[AwsCalls]:
    """Counts, and injects faults; ask for it after `aws`."""
    calls.reset()
    yield calls
    calls.reset()


@pytest.fixture
def count_calls(aws_calls: AwsCalls) -> Counter[str]:
    """AWS calls by operation since the test asked for them: `count_calls["sqs.SendMessage"]`."""
    return aws_calls.count


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
