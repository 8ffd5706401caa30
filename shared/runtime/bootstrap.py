"""The composition root of the API's functions: every service made once, on first use."""

import secrets
from datetime import timedelta
from functools import cache

from shared.domain.ids import new_id
from shared.domain.ports import (
    Answers,
    Characters,
    Images,
    Owners,
    ReferenceKits,
    StyleCapsules,
    Uploads,
    UploadStore,
    Variants,
)
from shared.domain.seeds import SEED_LIMIT
from shared.runtime import aws
from shared.runtime.clock import clock
from shared.runtime.image_view import SignedUrls
from shared.runtime.observability import count
from shared.runtime.settings import ApiSettings
from shared.services.answer_workflow import HaveWorkflowAnswered, NobodyAsks
from shared.services.cancel_generation import CancelGeneration, StopItems
from shared.services.check_inputs import CheckInputs
from shared.services.close_generation import CloseGeneration
from shared.services.delete_generation import DeleteGeneration
from shared.services.delete_image import DeleteImage
from shared.services.dispatching import Dispatcher
from shared.services.erase_images import EraseImages
from shared.services.estimate_generation import EstimateGeneration
from shared.services.follow_variants import FollowVariants
from shared.services.forget_image import ForgetImage
from shared.services.list_generations import ListGenerations
from shared.services.list_images import ListImages
from shared.services.moderate import Moderate
from shared.services.read_generation import ReadGeneration
from shared.services.read_image import ReadImage
from shared.services.request_generation import RequestGeneration
from shared.services.retry_generation import RetryGeneration
from shared.services.show_kit import ShowKit
from shared.services.submit_generation import SubmitGeneration
from shared.services.use_hero import UseHero
from shared.services.use_kit import UseKit
from shared.services.use_style import UseStyle


@cache
def settings() -> ApiSettings:
    return ApiSettings.read()


def draw_seed() -> int:
    return secrets.randbelow(SEED_LIMIT)


def signed_urls() -> SignedUrls:
    from shared.adapters.s3_images import URL_SECONDS

    store = aws.image_store(settings().images_bucket)
    return SignedUrls(sign=store.url, expires_at=clock() + timedelta(seconds=URL_SECONDS))


@cache
def images() -> Images:
    from shared.adapters.dynamo.images import DynamoImages

    return DynamoImages(aws.table(settings().table_name))


@cache
def characters() -> Characters:
    from shared.adapters.dynamo.characters import DynamoCharacters

    return DynamoCharacters(aws.table(settings().table_name))


@cache
def variants() -> Variants:
    from shared.adapters.dynamo.variants import DynamoVariants

    return DynamoVariants(aws.table(settings().table_name))


@cache
def style_capsules() -> StyleCapsules:
    from shared.adapters.dynamo.style_capsules import DynamoStyleCapsules

    return DynamoStyleCapsules(aws.table(settings().table_name))


@cache
def reference_kits() -> ReferenceKits:
    from shared.adapters.dynamo.reference_kits import DynamoReferenceKits

    return DynamoReferenceKits(aws.table(settings().table_name))


@cache
def show_kit() -> ShowKit:
    return ShowKit(reference_kits(), aws.generations(settings().table_name))


@cache
def moderate() -> Moderate:
    return Moderate(count)


@cache
def uploads() -> Uploads:
    from shared.adapters.dynamo.uploads import DynamoUploads

    return DynamoUploads(aws.table(settings().table_name))


@cache
def upload_store() -> UploadStore:
    return aws.upload_store(settings().uploads_bucket)


@cache
def answers() -> Answers:
    from shared.adapters.dynamo.answers import DynamoAnswers

    return DynamoAnswers(aws.table(settings().table_name))


@cache
def check_inputs() -> CheckInputs:
    from shared.adapters.imaging_structure import sniff
    from shared.adapters.public_url import check_public_url

    return CheckInputs(
        uploads=uploads(),
        upload_store=upload_store(),
        images=images(),
        check_url=check_public_url,
        sniff=sniff,
        clock=clock,
        new_id=new_id,
    )


@cache
def submit_generation() -> SubmitGeneration:
    generations = aws.generations(settings().table_name)
    return SubmitGeneration(
        moderate=moderate(),
        generations=generations,
        upload_store=upload_store(),
        dispatcher=Dispatcher(generations, aws.work_queue(settings()), clock),
        limits=settings().limits,
        offered=settings().image_providers,
        clock=clock,
        new_id=new_id,
        draw_seed=draw_seed,
        measures_faces=settings().measures_faces,
    )


@cache
def request_generation() -> RequestGeneration:
    return RequestGeneration(
        characters=characters(),
        answers=answers(),
        use_style=UseStyle(style_capsules(), images()),
        use_hero=UseHero(variants(), images()),
        use_kit=UseKit(show_kit()),
        check_inputs=check_inputs(),
        submit_generation=submit_generation(),
    )


@cache
def retry_generation() -> RetryGeneration:
    return RetryGeneration(
        generations=aws.generations(settings().table_name),
        answers=answers(),
        submit_generation=submit_generation(),
        queue=aws.work_queue(settings()),
    )


@cache
def owners() -> Owners:
    from shared.adapters.dynamo.answers import DynamoOwners

    return DynamoOwners(aws.table(settings().table_name))


@cache
def estimate_generation() -> EstimateGeneration:
    return EstimateGeneration(request_generation(), owners(), settings().limits)


@cache
def read_generation() -> ReadGeneration:
    return ReadGeneration(aws.generations(settings().table_name))


@cache
def list_generations() -> ListGenerations:
    return ListGenerations(aws.generations(settings().table_name), clock)


@cache
def stop_items() -> StopItems:
    generations = aws.generations(settings().table_name)
    return StopItems(generations, aws.work_queue(settings()), clock)


@cache
def close_generation() -> CloseGeneration:
    generations = aws.generations(settings().table_name)
    dispatcher = Dispatcher(generations, aws.work_queue(settings()), clock)
    return CloseGeneration(generations, clock, HaveWorkflowAnswered(dispatcher))


@cache
def cancel_generation() -> CancelGeneration:
    generations = aws.generations(settings().table_name)
    return CancelGeneration(generations, stop_items(), close_generation())


@cache
def erase_images() -> EraseImages:
    return EraseImages(images(), aws.image_store(settings().images_bucket))


@cache
def forget_image() -> ForgetImage:
    return ForgetImage(aws.generations(settings().table_name))


@cache
def delete_generation() -> DeleteGeneration:
    generations = aws.generations(settings().table_name)
    return DeleteGeneration(
        generations=generations,
        images=images(),
        follow_variants=FollowVariants(variants(), clock),
        stop_items=stop_items(),
        close_generation=CloseGeneration(generations, clock, NobodyAsks(generations, clock)),
        erase_images=erase_images(),
        clock=clock,
    )


@cache
def list_images() -> ListImages:
    return ListImages(images())


@cache
def read_image() -> ReadImage:
    return ReadImage(images())


@cache
def delete_image() -> DeleteImage:
    return DeleteImage(
        images=images(),
        characters=characters(),
        variants=variants(),
        kits=reference_kits(),
        forget_image=forget_image(),
        erase_images=erase_images(),
    )
