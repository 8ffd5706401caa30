"""The local engine alone, one per test session; what is deployed to it is in tests/conftest.py."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from infra.local.engine_process import running_engine
from infra.local.identity import Issuer
from infra.local.layout import HOST, PROJECT, StateDir
from infra.local.ports import hold_public_port, inner_ports
from infra.local.public_server import serving
from infra.local.server import ApiGateway, create_app
from tests.e2e.aws_words import Engine, function_of


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    state = StateDir(tmp_path_factory.mktemp("engine"))
    state.create()
    listener = hold_public_port(0)
    base_url = f"http://{HOST}:{listener.getsockname()[1]}"
    port = inner_ports(state, "engine")["engine"]
    with running_engine(state, port=port, issuer_documents=base_url) as endpoint:
        issuer, api = Issuer(state.signing_key), ApiGateway(endpoint)
        with serving(create_app(issuer, api, PROJECT / "web"), listener):
            yield Engine(endpoint, issuer, api, base_url)


@pytest.fixture(scope="session")
def table(engine: Engine) -> str:
    engine.client("dynamodb").create_table(
        TableName="jobs",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "due_shard")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "due",
                "KeySchema": [
                    {"AttributeName": "due_shard", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    return "jobs"


@pytest.fixture(scope="session")
def bucket(engine: Engine) -> str:
    engine.client("s3").create_bucket(Bucket="pictures")
    return "pictures"


@pytest.fixture
def make_function(engine: Engine) -> Callable[[str], str]:
    """Deploys one file of code as a function and returns its ARN."""
    return partial(function_of, engine)
