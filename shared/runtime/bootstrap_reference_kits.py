"""The composition root of reference kits, on top of what characters share."""

from functools import cache

from shared.domain.ids import new_id
from shared.domain.ports import KitWorkflow
from shared.runtime import aws
from shared.runtime.bootstrap import (
    answers,
    characters,
    delete_generation,
    erase_images,
    owners,
    reference_kits,
    settings,
    show_kit,
    signed_urls,
    submit_generation,
)
from shared.runtime.bootstrap_characters import read_image_input, store_picture
from shared.runtime.clock import clock
from shared.runtime.observability import count
from shared.runtime.settings import ReferenceKitSettings
from shared.services.bring_kit_photo import BringKitPhoto
from shared.services.check_room import CheckRoom
from shared.services.create_kit import CreateKit
from shared.services.delete_kit import DeleteKit
from shared.services.list_kits import ListKits
from shared.services.read_kit import ReadKit, ReadKitPrompts
from shared.services.regenerate_slot import RegenerateSlot
from shared.services.rename_kit import RenameKit
from shared.services.start_workflow import StartWorkflow

__all__ = [
    "create_kit",
    "delete_kit",
    "list_kits",
    "read_kit",
    "read_kit_prompts",
    "regenerate_slot",
    "rename_kit",
    "signed_urls",
]


@cache
def workflow() -> KitWorkflow:
    return aws.kit_workflow(ReferenceKitSettings.read().kit_workflow_arn)


@cache
def start_workflow() -> StartWorkflow:
    return StartWorkflow(workflow(), count)


@cache
def create_kit() -> CreateKit:
    from shared.adapters import imaging

    return CreateKit(
        characters=characters(),
        answers=answers(),
        check_room=CheckRoom(owners(), settings().limits, clock),
        bring_photo=BringKitPhoto(
            characters=characters(),
            read_image_input=read_image_input(),
            imaging=imaging,
            store=aws.image_store(settings().images_bucket),
            store_picture=store_picture(),
            clock=clock,
            new_id=new_id,
            measures_faces=settings().measures_faces,
        ),
        submit_generation=submit_generation(),
        start_workflow=start_workflow(),
    )


@cache
def regenerate_slot() -> RegenerateSlot:
    return RegenerateSlot(
        show_kit=show_kit(),
        generations=aws.generations(settings().table_name),
        answers=answers(),
        submit_generation=submit_generation(),
        start_workflow=start_workflow(),
        queue=aws.work_queue(settings()),
    )


@cache
def read_kit() -> ReadKit:
    return ReadKit(show_kit())


@cache
def read_kit_prompts() -> ReadKitPrompts:
    return ReadKitPrompts(aws.generations(settings().table_name))


@cache
def list_kits() -> ListKits:
    return ListKits(reference_kits(), show_kit())


@cache
def rename_kit() -> RenameKit:
    return RenameKit(reference_kits(), show_kit(), clock)


@cache
def delete_kit() -> DeleteKit:
    return DeleteKit(
        kits=reference_kits(),
        generations=aws.generations(settings().table_name),
        workflow=workflow(),
        delete_generation=delete_generation(),
        erase_images=erase_images(),
    )
