"""The in-memory store of style capsules."""

from dataclasses import dataclass

from shared.domain.errors import AlreadyExists, NotFound, StaleWrite
from shared.domain.idempotency import IdempotencyKey
from shared.domain.page import Page, PageRequest
from shared.domain.style_capsule import StyleCapsule
from tests.fake_memory import Memory, locked, page_of


@dataclass
class FakeStyleCapsules:
    memory: Memory

    @locked
    def add(self, capsule: StyleCapsule, idempotency: IdempotencyKey | None) -> None:
        self.memory.refuse_repetition(idempotency, capsule.created_at)
        if capsule.id in self.memory.style_capsules:
            raise AlreadyExists("There is a record of this id already.")
        self.memory.keep_answer(idempotency)
        self.memory.style_capsules[capsule.id] = capsule

    @locked
    def get(self, owner: str, capsule_id: str) -> StyleCapsule:
        capsule = self.memory.style_capsules.get(capsule_id)
        if capsule is None or capsule.owner != owner:
            raise NotFound("There is no such style capsule.")
        return capsule

    @locked
    def save(self, capsule: StyleCapsule) -> None:
        winner = self.memory.style_capsules.get(capsule.id)
        if winner is None or winner.version != capsule.version - 1:
            raise StaleWrite("the style capsule has changed", winner=winner)
        self.memory.style_capsules[capsule.id] = capsule

    @locked
    def list_owned(self, owner: str, page: PageRequest) -> Page[StyleCapsule]:
        found = [one for one in self.memory.style_capsules.values() if one.owner == owner]
        return page_of(found, page, (owner, "style-capsules"))

    @locked
    def delete(self, capsule: StyleCapsule) -> None:
        self.memory.style_capsules.pop(capsule.id, None)
