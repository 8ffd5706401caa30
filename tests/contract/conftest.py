"""Both kinds of stores, and a look behind them at what no port shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import pytest

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.answers import DynamoAnswers, DynamoOwners
from shared.adapters.dynamo.characters import DynamoCharacters
from shared.adapters.dynamo.generations import DynamoGenerations
from shared.adapters.dynamo.images import DynamoImages
from shared.adapters.dynamo.reference_kits import DynamoReferenceKits
from shared.adapters.dynamo.style_capsules import DynamoStyleCapsules
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.transactions import Patience
from shared.adapters.dynamo.uploads import DynamoUploads
from shared.adapters.dynamo.variants import DynamoVariants
from shared.domain.generation import Snapshot
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ports import (
    Answers,
    Characters,
    Generations,
    Images,
    Owners,
    ReferenceKits,
    StyleCapsules,
    Uploads,
    Variants,
)
from tests.aws import TABLE, Aws
from tests.builders import IN_A_MINUTE, a_brief, an_allowance
from tests.fake_reference_kits import FakeReferenceKits
from tests.fake_style_capsules import FakeStyleCapsules
from tests.fake_variants import FakeVariants
from tests.fakes import (
    FakeAnswers,
    FakeCharacters,
    FakeGenerations,
    FakeImages,
    FakeOwners,
    FakeUploads,
    Memory,
)

type Ledger = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Stores:
    """`ledger_of` tells an owner's rows as units by generation and entry."""

    generations: Generations
    owners: Owners
    answers: Answers
    characters: Characters
    uploads: Uploads
    images: Images
    variants: Variants
    style_capsules: StyleCapsules
    kits: ReferenceKits
    ledger_of: Callable[[str], Ledger]
    overdraft_of: Callable[[str, str], int]

    def submit(
        self,
        snapshot: Snapshot,
        *,
        cap: int = 5,
        quota: int = 50,
        rate: int = 60,
        key: IdempotencyKey | None = None,
    ) -> Snapshot:
        self.generations.submit(
            snapshot,
            a_brief(snapshot),
            allowance=an_allowance(in_flight=cap, monthly_images=quota, requests_per_minute=rate),
            idempotency=key,
            due_at=IN_A_MINUTE,
        )
        return snapshot


def fake_stores() -> Stores:
    memory = Memory()

    def ledger_of(owner: str) -> Ledger:
        return {row[1:]: units for row, units in memory.ledger.items() if row[0] == owner}

    return Stores(
        FakeGenerations(memory),
        FakeOwners(memory),
        FakeAnswers(memory),
        FakeCharacters(memory),
        FakeUploads(memory),
        FakeImages(memory),
        FakeVariants(memory),
        FakeStyleCapsules(memory),
        FakeReferenceKits(memory),
        ledger_of,
        lambda owner, period: memory.overdraft[owner, period],
    )


def dynamo_stores(table: Table) -> Stores:
    def ledger_of(owner: str) -> Ledger:
        values = {"pk": keys.slot(owner)["pk"], "ledger": "LEDGER#"}
        rows = table.query("#pk = :pk AND begins_with(#sk, :ledger)", values, consistent=True)
        parts = {tuple(row["sk"].split("#", 2)[1:]): int(row["units"]) for row in rows}
        return cast(Ledger, parts)

    def overdraft_of(owner: str, period: str) -> int:
        return int((table.get(keys.quota(owner, period)) or {}).get("overdraft", 0))

    return Stores(
        DynamoGenerations(table),
        DynamoOwners(table),
        DynamoAnswers(table),
        DynamoCharacters(table),
        DynamoUploads(table),
        DynamoImages(table),
        DynamoVariants(table),
        DynamoStyleCapsules(table),
        DynamoReferenceKits(table),
        ledger_of,
        overdraft_of,
    )


@pytest.fixture
def naps() -> list[float]:
    """How long the table waited before each further try, without waiting."""
    return []


@pytest.fixture
def table(aws: Aws, naps: list[float]) -> Table:
    patience = Patience(sleep=naps.append, uniform=lambda low, high: high)
    return Table(aws.dynamodb, TABLE, patience)


@pytest.fixture(params=["fake", "dynamo"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "fake":
        return fake_stores()
    return dynamo_stores(request.getfixturevalue("table"))
