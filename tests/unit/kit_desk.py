"""The services of reference kits, put together on fakes."""

from dataclasses import dataclass, field

from shared.adapters import imaging
from shared.domain.generation import Item, Snapshot, Status
from shared.domain.image_input import ImageInput
from shared.domain.images import ImageStatus
from shared.domain.reference_kit import ShownKit
from shared.domain.slots import SlotWish
from shared.domain.wished_slots import wished_slots
from shared.services.bring_kit_photo import BringKitPhoto
from shared.services.check_room import CheckRoom
from shared.services.create_kit import CreateKit, KitWish
from shared.services.delete_kit import DeleteKit
from shared.services.regenerate_slot import RegenerateSlot
from shared.services.rename_kit import RenameKit
from shared.services.start_workflow import StartWorkflow
from shared.services.store_picture import StorePicture
from tests.builders import ADA, an_image
from tests.fake_kit_workflow import FakeKitWorkflow
from tests.fake_reference_kits import FakeReferenceKits
from tests.fakes import FakeAnswers, FakeOwners
from tests.unit.desk import ADA_PAYS, Desk
from tests.workshop import png


@dataclass
class KitDesk(Desk):
    workflow: FakeKitWorkflow = field(default_factory=FakeKitWorkflow)
    measures_faces: bool = True

    @property
    def kits(self) -> FakeReferenceKits:
        return FakeReferenceKits(self.memory)

    @property
    def start_workflow(self) -> StartWorkflow:
        return StartWorkflow(self.workflow, self.counted)

    @property
    def create_kit(self) -> CreateKit:
        bring_photo = BringKitPhoto(
            characters=self.characters,
            read_image_input=self.read_image_input,
            imaging=imaging,
            store=self.store,
            store_picture=StorePicture(self.images, self.store, imaging),
            clock=self.clock,
            new_id=self.new_id,
            measures_faces=self.measures_faces,
        )
        return CreateKit(
            characters=self.characters,
            answers=FakeAnswers(self.memory),
            check_room=CheckRoom(FakeOwners(self.memory), self.limits, self.clock),
            bring_photo=bring_photo,
            submit_generation=self.submit_generation,
            start_workflow=self.start_workflow,
        )

    @property
    def regenerate_slot(self) -> RegenerateSlot:
        return RegenerateSlot(
            show_kit=self.show_kit,
            generations=self.generations,
            answers=FakeAnswers(self.memory),
            submit_generation=self.submit_generation,
            start_workflow=self.start_workflow,
            queue=self.queue,
        )

    @property
    def rename_kit(self) -> RenameKit:
        return RenameKit(self.kits, self.show_kit, self.clock)

    @property
    def delete_kit(self) -> DeleteKit:
        return DeleteKit(
            kits=self.kits,
            generations=self.generations,
            workflow=self.workflow,
            delete_generation=self.delete_generation,
            erase_images=self.erase_images,
        )

    def begun(self, **changes: object) -> ShownKit:
        """Ada's kit of an anchor, a profile and a smile, just asked for."""
        wanted = a_kit_wish().model_copy(update=changes)
        return self.create_kit(owner=ADA_PAYS, wanted=wanted).value

    def end(self, generation_id: str, *statuses: Status) -> Snapshot:
        """The items as they ended, stored pictures included, and the generation closed."""
        snapshot = self.generations.get(generation_id)
        for item, status in zip(snapshot.items, statuses, strict=True):
            self.memory.items[generation_id][item.index] = self._ended(snapshot, item, status)
        return self.close_generation(generation_id=generation_id)

    def ready(self) -> ShownKit:
        kit = self.begun()
        self.end(kit.kit.generation_id, *[Status.COMPLETED] * len(kit.slots))
        return self.show_kit(owner=ADA, kit_id=kit.kit.id)

    def _ended(self, snapshot: Snapshot, item: Item, status: Status) -> Item:
        changes: dict[str, object] = {"status": status, "dispatch": None, "cost_micro_usd": 39_000}
        if status is Status.COMPLETED:
            number = 1000 + len(self.memory.images)
            image = an_image(
                snapshot.generation, item.index, number, slot=item.slot, status=ImageStatus.LIVE
            )
            self.memory.images[image.id] = image
            self.store.put(image.key, png(), "image/png")
            changes["image"] = image
        return item.model_copy(update=changes | {"completed_at": self.clock()})


def a_kit_wish() -> KitWish:
    slots = wished_slots([SlotWish(name="profile")], [SlotWish(name="smile")])
    return KitWish(name="Ada, studio", photo=ImageInput(data=png()), slots=slots)
