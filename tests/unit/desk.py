"""The services behind the API, put together on fakes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from shared.adapters import imaging
from shared.adapters.imaging_structure import sniff
from shared.adapters.public_url import check_public_url
from shared.domain.ids import Kind
from shared.domain.request import Owner, Plan, ProviderName
from shared.services.answer_workflow import NobodyAsks
from shared.services.bring_variant_image import BringVariantImage
from shared.services.cancel_generation import CancelGeneration, StopItems
from shared.services.change_character import ChangeCharacter
from shared.services.check_inputs import CheckInputs
from shared.services.close_generation import CloseGeneration
from shared.services.create_character import CreateCharacter
from shared.services.create_upload import CreateUpload
from shared.services.delete_character import DeleteCharacter
from shared.services.delete_generation import DeleteGeneration
from shared.services.delete_image import DeleteImage
from shared.services.delete_variant import DeleteVariant
from shared.services.dispatching import Dispatcher
from shared.services.erase_images import EraseImages
from shared.services.follow_variants import FollowVariants
from shared.services.forget_image import ForgetImage
from shared.services.list_generations import ListGenerations
from shared.services.moderate import Moderate
from shared.services.read_generation import ReadGeneration
from shared.services.read_image_input import ReadImageInput
from shared.services.request_generation import RequestGeneration
from shared.services.retry_generation import RetryGeneration
from shared.services.reviewing import Reviewing
from shared.services.set_source_image import SetSourceImage
from shared.services.show_kit import ShowKit
from shared.services.show_variants import ShowVariants
from shared.services.store_picture import StorePicture
from shared.services.submit_generation import SubmitGeneration
from shared.services.upload_variant import UploadVariant
from shared.services.use_hero import UseHero
from shared.services.use_kit import UseKit
from shared.services.use_style import UseStyle
from tests.builders import ADA, an_id
from tests.fake_memory import Memory
from tests.fake_outside import (
    FakeClock,
    FakeCounter,
    FakeImages,
    FakeImageStore,
    FakeLimits,
    FakeUploads,
    FakeUploadStore,
    FakeWorkQueue,
)
from tests.fake_reference_kits import FakeReferenceKits
from tests.fake_style_capsules import FakeStyleCapsules
from tests.fake_variants import FakeVariants
from tests.fakes import FakeAnswers, FakeCharacters, FakeGenerations

OFFERED = (ProviderName.GEMINI, ProviderName.REPLICATE)
ADA_PAYS = Owner(id=ADA, plan=Plan.PAID)


@dataclass
class Desk:
    """One memory behind every store; ids count up from one."""

    memory: Memory = field(default_factory=Memory)
    queue: FakeWorkQueue = field(default_factory=FakeWorkQueue)
    store: FakeImageStore = field(default_factory=FakeImageStore)
    upload_store: FakeUploadStore = field(default_factory=FakeUploadStore)
    clock: FakeClock = field(default_factory=FakeClock)
    limits: FakeLimits = field(default_factory=FakeLimits)
    counted: FakeCounter = field(default_factory=FakeCounter)
    pages: Mapping[str, bytes] = field(default_factory=dict)
    measures_faces: bool = True
    generations: FakeGenerations = field(init=False)
    characters: FakeCharacters = field(init=False)
    images: FakeImages = field(init=False)
    variants: FakeVariants = field(init=False)
    style_capsules: FakeStyleCapsules = field(init=False)
    new_id: Callable[[Kind, datetime], str] = field(init=False)

    def __post_init__(self) -> None:
        numbers = count(1)
        self.generations = FakeGenerations(self.memory)
        self.characters = FakeCharacters(self.memory)
        self.images = FakeImages(self.memory)
        self.variants = FakeVariants(self.memory)
        self.style_capsules = FakeStyleCapsules(self.memory)
        self.new_id = lambda kind, _: an_id(kind, next(numbers))

    @property
    def submit_generation(self) -> SubmitGeneration:
        return SubmitGeneration(
            moderate=Moderate(self.counted),
            generations=self.generations,
            upload_store=self.upload_store,
            dispatcher=Dispatcher(self.generations, self.queue, self.clock),
            limits=self.limits,
            offered=OFFERED,
            clock=self.clock,
            new_id=self.new_id,
            draw_seed=lambda: 42,
            measures_faces=self.measures_faces,
        )

    @property
    def show_kit(self) -> ShowKit:
        return ShowKit(FakeReferenceKits(self.memory), self.generations)

    @property
    def request_generation(self) -> RequestGeneration:
        check_inputs = CheckInputs(
            uploads=FakeUploads(self.memory),
            upload_store=self.upload_store,
            images=self.images,
            check_url=check_public_url,
            sniff=sniff,
            clock=self.clock,
            new_id=self.new_id,
        )
        return RequestGeneration(
            characters=self.characters,
            answers=FakeAnswers(self.memory),
            use_style=UseStyle(self.style_capsules, self.images),
            use_hero=UseHero(self.variants, self.images),
            use_kit=UseKit(self.show_kit),
            check_inputs=check_inputs,
            submit_generation=self.submit_generation,
        )

    @property
    def retry_generation(self) -> RetryGeneration:
        answers = FakeAnswers(self.memory)
        return RetryGeneration(self.generations, answers, self.submit_generation, self.queue)

    @property
    def read_generation(self) -> ReadGeneration:
        return ReadGeneration(self.generations)

    @property
    def list_generations(self) -> ListGenerations:
        return ListGenerations(self.generations, self.clock)

    @property
    def stop_items(self) -> StopItems:
        return StopItems(self.generations, self.queue, self.clock)

    @property
    def close_generation(self) -> CloseGeneration:
        return CloseGeneration(self.generations, self.clock)

    @property
    def cancel_generation(self) -> CancelGeneration:
        return CancelGeneration(self.generations, self.stop_items, self.close_generation)

    @property
    def erase_images(self) -> EraseImages:
        return EraseImages(self.images, self.store)

    @property
    def delete_generation(self) -> DeleteGeneration:
        return DeleteGeneration(
            generations=self.generations,
            images=self.images,
            follow_variants=FollowVariants(self.variants, self.clock),
            stop_items=self.stop_items,
            close_generation=CloseGeneration(
                self.generations, self.clock, NobodyAsks(self.generations, self.clock)
            ),
            erase_images=self.erase_images,
            clock=self.clock,
        )

    @property
    def delete_image(self) -> DeleteImage:
        return DeleteImage(
            images=self.images,
            characters=self.characters,
            variants=self.variants,
            kits=FakeReferenceKits(self.memory),
            forget_image=self.forget_image,
            erase_images=self.erase_images,
        )

    @property
    def forget_image(self) -> ForgetImage:
        return ForgetImage(self.generations)

    @property
    def create_upload(self) -> CreateUpload:
        return CreateUpload(FakeUploads(self.memory), self.upload_store, self.clock, self.new_id)

    @property
    def create_character(self) -> CreateCharacter:
        return CreateCharacter(
            characters=self.characters,
            submit_generation=self.submit_generation,
            clock=self.clock,
            new_id=self.new_id,
            draw_seed=lambda: 42,
        )

    @property
    def change_character(self) -> ChangeCharacter:
        return ChangeCharacter(self.characters, Moderate(self.counted), self.clock)

    @property
    def delete_variant(self) -> DeleteVariant:
        return DeleteVariant(
            variants=self.variants,
            images=self.images,
            reviewing=Reviewing(self.variants, ShowVariants(self.images), self.clock),
            forget_image=ForgetImage(self.generations),
            erase_images=self.erase_images,
        )

    @property
    def delete_character(self) -> DeleteCharacter:
        return DeleteCharacter(
            self.characters,
            self.variants,
            self.images,
            ForgetImage(self.generations),
            self.erase_images,
        )

    @property
    def upload_variant(self) -> UploadVariant:
        bring_image = BringVariantImage(
            read_image_input=self.read_image_input,
            imaging=imaging,
            store_picture=StorePicture(self.images, self.store, imaging),
            clock=self.clock,
            new_id=self.new_id,
            measures_faces=True,
        )
        answers = FakeAnswers(self.memory)
        return UploadVariant(self.variants, answers, bring_image, self.clock, self.new_id)

    @property
    def read_image_input(self) -> ReadImageInput:
        return ReadImageInput(
            uploads=FakeUploads(self.memory),
            upload_store=self.upload_store,
            images=self.images,
            store=self.store,
            fetch=lambda url: self.pages[url],
            clock=self.clock,
        )

    @property
    def set_source_image(self) -> SetSourceImage:
        return SetSourceImage(
            characters=self.characters,
            answers=FakeAnswers(self.memory),
            imaging=imaging,
            read_image_input=self.read_image_input,
            store_picture=StorePicture(self.images, self.store, imaging),
            clock=self.clock,
            new_id=self.new_id,
            measures_faces=True,
        )
