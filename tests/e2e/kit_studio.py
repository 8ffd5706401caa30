"""What an owner of reference kits does, and what is to be seen of their workflow."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from itertools import count
from typing import Any

from infra.local.demo.photo import DEFAULT_PHOTO
from infra.local.stack_runner import LocalStack
from shared.adapters import imaging
from shared.adapters.dynamo.answers import DynamoAnswers, DynamoOwners
from shared.adapters.dynamo.characters import DynamoCharacters
from shared.adapters.dynamo.generations import DynamoGenerations
from shared.adapters.dynamo.images import DynamoImages
from shared.adapters.dynamo.reference_kits import DynamoReferenceKits
from shared.adapters.dynamo.table import Table
from shared.adapters.dynamo.uploads import DynamoUploads
from shared.adapters.s3_images import S3Images
from shared.adapters.s3_uploads import S3Uploads
from shared.adapters.sqs_work import SqsWork
from shared.adapters.step_functions import StepFunctionsWorkflow
from shared.domain.generation import Lane, Snapshot
from shared.domain.ids import new_id
from shared.domain.image_input import ImageInput
from shared.domain.reference_kit import ShownKit
from shared.domain.request import Owner, Plan, ProviderName
from shared.domain.slots import SlotWish
from shared.domain.transitions import Move
from shared.domain.wished_slots import wished_slots
from shared.domain.work import PollPredictions
from shared.services.bring_kit_photo import BringKitPhoto
from shared.services.check_room import CheckRoom
from shared.services.create_kit import CreateKit, KitWish, StartWorkflow
from shared.services.dispatching import Dispatcher
from shared.services.moderate import Moderate
from shared.services.read_image_input import ReadImageInput
from shared.services.show_kit import ShowKit
from shared.services.store_picture import StorePicture
from shared.services.submit_generation import SubmitGeneration
from tests.builders import an_allowance
from tests.fakes import FakeLimits

type Json = dict[str, Any]
_owners = count(1)


@dataclass
class KitStudio:
    """One owner, who has paid; each is new, so that no test meets another's slot or quota."""

    stack: LocalStack
    owner: Owner = field(
        default_factory=lambda: Owner(id=f"kit-owner-{next(_owners)}", plan=Plan.PAID)
    )

    def begin(self, *slots: str, provider: str = "gemini", side_by_side: int = 10) -> ShownKit:
        """A kit after the default photo: all slots there are, or the anchor and these."""
        wished = [SlotWish(name=name) for name in slots] if slots else None
        wanted = KitWish(
            name="Eileen",
            photo=ImageInput(data=DEFAULT_PHOTO.read_bytes()),
            slots=wished_slots(wished, None if wished is None else []),
            provider=ProviderName(provider),
            max_concurrency=side_by_side,
        )
        return self._create_kit(owner=self.owner, wanted=wanted).value

    def now(self, kit: ShownKit) -> ShownKit:
        return self._show_kit(owner=self.owner.id, kit_id=kit.kit.id)

    def drawing(self, kit: ShownKit) -> Snapshot:
        return self._generations.get(kit.kit.generation_id)

    def wait(self, kit: ShownKit, *, seconds: float = 120) -> Snapshot:
        """Its generation, once it is closed and the execution has ended."""
        until = time.monotonic() + seconds
        while not (drawing := self.drawing(kit)).generation.closed or self.running(kit):
            assert time.monotonic() < until, (drawing, self.executions(kit))
            time.sleep(0.1)
        return drawing

    def running(self, kit: ShownKit) -> bool:
        return "RUNNING" in self.executions(kit).values()

    def executions(self, kit: ShownKit) -> Mapping[str, str]:
        """The status of each, by its number."""
        client, arn = self._states, self.stack.outputs["KitWorkflowArn"]
        listed = client.list_executions(stateMachineArn=arn)["executions"]
        name = f"{kit.kit.generation_id}-"
        return {
            one["name"].removeprefix(name): one["status"]
            for one in listed
            if one["name"].startswith(name)
        }

    def entered(self, kit: ShownKit) -> list[str]:
        """The states of the first execution, in order: as many transitions."""
        arn = self.stack.outputs["KitWorkflowArn"].replace(":stateMachine:", ":execution:")
        history = self._states.get_execution_history(
            executionArn=f"{arn}:{kit.kit.generation_id}-1", maxResults=1000
        )
        return [
            one["stateEnteredEventDetails"]["name"]
            for one in history["events"]
            if one["type"].endswith("StateEntered")
        ]

    def workflow(self) -> StepFunctionsWorkflow:
        return StepFunctionsWorkflow(lambda: self._states, self.stack.outputs["KitWorkflowArn"])

    def poll(self, kit: ShownKit, index: int) -> None:
        """As the poll message does that was sent with the call, and waits for 45 seconds."""
        work = PollPredictions(generation_id=kit.kit.generation_id, indexes=(index,))
        self._queue.ingest([work])

    def expire_lease(self, kit: ShownKit, index: int) -> None:
        """As if two minutes had passed for whoever holds the item."""
        item = self.drawing(kit).items[index]
        past = {"lease_until": item.started_at, "version": item.version + 1}
        self._generations.apply(Move(item, item.model_copy(update=past)))

    def make_due(self, kit: ShownKit) -> None:
        """As if a minute had passed: the next sweep looks at it."""
        self._generations.mark_due(kit.kit.generation_id, datetime(2026, 1, 1, tzinfo=UTC))

    def used(self, kit: ShownKit) -> int:
        period = kit.kit.created_at.strftime("%Y-%m")
        return DynamoOwners(self._table).images_used(self.owner.id, period)

    @cached_property
    def _states(self) -> Any:
        return self.stack.boto3_client("stepfunctions")

    @cached_property
    def _table(self) -> Table:
        return Table(self.stack.boto3_client("dynamodb"), self.stack.outputs["TableName"])

    @cached_property
    def _generations(self) -> DynamoGenerations:
        return DynamoGenerations(self._table)

    @cached_property
    def _queue(self) -> SqsWork:
        outputs = self.stack.outputs
        lanes = {
            Lane.PRIORITY: outputs["WorkPriorityQueueUrl"],
            Lane.STANDARD: outputs["WorkStandardQueueUrl"],
        }
        return SqsWork(self.stack.boto3_client("sqs"), lanes, outputs["IngestQueueUrl"])

    @cached_property
    def _show_kit(self) -> ShowKit:
        return ShowKit(DynamoReferenceKits(self._table), self._generations)

    @cached_property
    def _create_kit(self) -> CreateKit:
        outputs, s3 = self.stack.outputs, self.stack.boto3_client("s3")
        table, clock = self._table, partial(datetime.now, UTC)
        images, store = DynamoImages(table), S3Images(s3, outputs["ImagesBucketName"])
        upload_store = S3Uploads(s3, outputs["UploadsBucketName"])
        characters, limits = DynamoCharacters(table), FakeLimits(paid=an_allowance(in_flight=5))
        moderate = Moderate(lambda name, reason="": None)
        return CreateKit(
            characters=characters,
            answers=DynamoAnswers(table),
            check_room=CheckRoom(DynamoOwners(table), limits, clock),
            bring_photo=BringKitPhoto(
                characters=characters,
                read_image_input=ReadImageInput(
                    uploads=DynamoUploads(table),
                    upload_store=upload_store,
                    images=images,
                    store=store,
                    fetch=lambda url: b"",
                    clock=clock,
                ),
                imaging=imaging,
                store=store,
                store_picture=StorePicture(images, store, imaging),
                clock=clock,
                new_id=new_id,
                measures_faces=True,
            ),
            submit_generation=SubmitGeneration(
                moderate=moderate,
                generations=self._generations,
                upload_store=upload_store,
                dispatcher=Dispatcher(self._generations, self._queue, clock),
                limits=limits,
                offered=(ProviderName.GEMINI, ProviderName.REPLICATE),
                clock=clock,
                new_id=new_id,
                draw_seed=lambda: 42,
                measures_faces=True,
            ),
            start_workflow=StartWorkflow(self.workflow(), lambda name, reason="": None),
        )
