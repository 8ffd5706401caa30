"""First answers by idempotency key, and what an owner uses now."""

from dataclasses import dataclass
from datetime import datetime

from shared.adapters.dynamo import keys
from shared.adapters.dynamo.records import Record
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.writes import ABSENT, Write, put
from shared.domain.entity import rfc3339
from shared.domain.errors import Conflict
from shared.domain.idempotency import FirstAnswer, IdempotencyKey


def keep_answer(key: IdempotencyKey | None, now: datetime) -> list[Write]:
    return [] if key is None else [_kept(key, "#expires_at <= :now", {"now": rfc3339(now)})]


def _kept(key: IdempotencyKey, replaceable: str, values: Record) -> Write:
    """An expired row may still be there, since the table deletes late: it is overwritten."""

    def answered(row: Record | None) -> Exception:
        return Conflict("answered before") if row is None else _answer(row).refusal(key)

    row = {
        "request_hash": key.request_hash,
        "answer": key.answer,
        "expires_at": rfc3339(key.expires_at),
        "ttl": int(key.expires_at.timestamp()),
    }
    return put(
        keys.idempotency(key) | row,
        f"{ABSENT} OR {replaceable}",
        values=values,
        refused=answered,
    )


def _answer(row: Record) -> FirstAnswer:
    return FirstAnswer(request_hash=row["request_hash"], answer=row["answer"])


@dataclass(frozen=True, slots=True)
class DynamoAnswers:
    table: Table

    def find(self, key: IdempotencyKey, now: datetime) -> FirstAnswer | None:
        row = self.table.get(keys.idempotency(key))
        if row is None or row["expires_at"] <= rfc3339(now):
            return None
        return _answer(row).for_request(key)

    def keep(self, key: IdempotencyKey, now: datetime) -> None:
        unanswered = "(#request_hash = :hash AND #answer = :none)"
        values = {"now": rfc3339(now), "hash": key.request_hash, "none": ""}
        self.table.commit(_kept(key, f"#expires_at <= :now OR {unanswered}", values))


@dataclass(frozen=True, slots=True)
class DynamoOwners:
    table: Table

    def running(self, owner: str) -> tuple[str, ...]:
        slot = self.table.get(keys.slot(owner)) or {}
        return tuple(sorted(slot.get("running", ())))

    def images_used(self, owner: str, period: str) -> int:
        month = self.table.get(keys.quota(owner, period)) or {}
        return int(month.get("used", 0))
