"""The in-memory store of reference kits."""

from dataclasses import dataclass

from shared.domain.errors import NotFound, StaleWrite
from shared.domain.page import Page, PageRequest
from shared.domain.reference_kit import ReferenceKit
from tests.fake_memory import Memory, locked, page_of


@dataclass
class FakeReferenceKits:
    memory: Memory

    @locked
    def get(self, owner: str, kit_id: str) -> ReferenceKit:
        kit = self.memory.kits.get(kit_id)
        if kit is None or kit.owner != owner:
            raise NotFound("There is no such reference kit.")
        return kit

    @locked
    def save(self, kit: ReferenceKit) -> None:
        self.memory.check_kit(kit)
        self.memory.write_kit(kit)

    @locked
    def list_owned(self, owner: str, page: PageRequest) -> Page[ReferenceKit]:
        found = [kit for kit in self.memory.kits.values() if kit.owner == owner]
        return page_of(found, page, (owner, "reference-kits"))

    @locked
    def delete(self, kit: ReferenceKit) -> None:
        winner = self.memory.kits.get(kit.id)
        if winner is None or winner.version != kit.version:
            raise StaleWrite("the reference kit has changed", winner=winner)
        del self.memory.kits[kit.id]
