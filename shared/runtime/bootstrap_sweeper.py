"""The sweeper's composition root."""

from functools import cache

from shared.runtime import aws
from shared.runtime.clock import clock
from shared.runtime.observability import count
from shared.runtime.settings import SweeperSettings
from shared.services.analyse_image import RecordScore
from shared.services.answer_workflow import AnswerWorkflow
from shared.services.bury_dead_letter import BuryDeadLetter
from shared.services.cancel_generation import StopItems
from shared.services.close_generation import CloseGeneration
from shared.services.collect import Collect
from shared.services.collect_orphans import CollectOrphans
from shared.services.collect_strays import CollectStrays, CollectUploads
from shared.services.delete_generation import DeleteGeneration
from shared.services.delete_variant import DeleteVariant
from shared.services.dispatching import Dispatcher
from shared.services.erase_images import EraseImages
from shared.services.follow_variants import FollowVariants
from shared.services.forget_generations import ForgetGenerations
from shared.services.forget_image import ForgetImage
from shared.services.forget_variants import ForgetVariants
from shared.services.give_up_analysis import GiveUpAnalysis
from shared.services.give_up_held import GiveUpHeld
from shared.services.keep_dead_letter import KeepDeadLetter
from shared.services.keep_kit_going import KeepKitGoing
from shared.services.reviewing import Reviewing
from shared.services.show_kit import ShowKit
from shared.services.show_variants import ShowVariants
from shared.services.sweep import Sweep


@cache
def settings() -> SweeperSettings:
    return SweeperSettings.read()


@cache
def close_generation() -> CloseGeneration:
    generations = aws.generations(settings().table_name)
    answer_workflow = AnswerWorkflow(generations, aws.workflow_tasks(), clock, count)
    return CloseGeneration(generations, clock, answer_workflow)


@cache
def keep_kit_going() -> KeepKitGoing:
    from shared.adapters.dynamo.reference_kits import DynamoReferenceKits

    kits = DynamoReferenceKits(aws.table(settings().table_name))
    return KeepKitGoing(
        workflow=aws.kit_workflow(settings().kit_workflow_arn),
        give_up_held=GiveUpHeld(kits, aws.generations(settings().table_name), clock),
        close_generation=close_generation(),
        count=count,
    )


@cache
def sweep() -> Sweep:
    generations = aws.generations(settings().table_name)
    queue = aws.work_queue(settings())
    return Sweep(
        generations=generations,
        queue=queue,
        dispatcher=Dispatcher(generations, queue, clock),
        close_generation=close_generation(),
        keep_going=keep_kit_going(),
        clock=clock,
        count=count,
    )


@cache
def bury_dead_letter() -> BuryDeadLetter:
    generations = aws.generations(settings().table_name)
    return BuryDeadLetter(
        generations=generations,
        close_generation=close_generation(),
        clock=clock,
        count=count,
    )


@cache
def give_up_analysis() -> GiveUpAnalysis:
    from shared.adapters.dynamo.characters import DynamoCharacters
    from shared.adapters.dynamo.images import DynamoImages
    from shared.adapters.dynamo.reference_kits import DynamoReferenceKits

    table = aws.table(settings().table_name)
    return GiveUpAnalysis(
        characters=DynamoCharacters(table),
        record_score=RecordScore(
            images=DynamoImages(table),
            generations=aws.generations(settings().table_name),
            queue=aws.work_queue(settings()),
        ),
        kits=DynamoReferenceKits(table),
        count=count,
    )


@cache
def keep_dead_letter() -> KeepDeadLetter:
    return KeepDeadLetter(aws.image_store(settings().images_bucket), clock)


@cache
def collect() -> Collect:
    from shared.adapters.dynamo.images import DynamoImages
    from shared.adapters.dynamo.listings import DynamoListings
    from shared.adapters.dynamo.reference_kits import DynamoReferenceKits
    from shared.adapters.dynamo.variants import DynamoVariants

    table = aws.table(settings().table_name)
    pictures = aws.image_store(settings().images_bucket)
    uploads = aws.image_store(settings().uploads_bucket)
    images = DynamoImages(table)
    generations = aws.generations(settings().table_name)
    delete_generation = DeleteGeneration(
        generations=generations,
        images=images,
        follow_variants=FollowVariants(DynamoVariants(table), clock),
        stop_items=StopItems(generations, aws.work_queue(settings()), clock),
        close_generation=close_generation(),
        erase_images=EraseImages(images, pictures),
        clock=clock,
    )
    variants, erase_images = DynamoVariants(table), EraseImages(images, pictures)
    forget_image = ForgetImage(generations)
    delete_variant = DeleteVariant(
        variants=variants,
        images=images,
        reviewing=Reviewing(variants, ShowVariants(images), clock),
        forget_image=forget_image,
        erase_images=erase_images,
    )
    return Collect(
        forget=ForgetGenerations(
            generations=generations,
            show_kit=ShowKit(DynamoReferenceKits(table), generations),
            delete_generation=delete_generation,
            forget_image=forget_image,
            clock=clock,
            count=count,
            kept=settings().generations_kept,
        ),
        forget_variants=ForgetVariants(
            variants, delete_variant, clock, count, settings().rejected_variants_kept
        ),
        orphans=CollectOrphans(images, pictures, clock),
        uploads=CollectUploads(uploads, uploads, clock),
        strays=CollectStrays(generations, images, pictures, pictures, DynamoListings(table), clock),
        dry_run=settings().collector_dry_run,
    )
