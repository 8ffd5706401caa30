"""The composition root of variants, on top of what characters share."""

from functools import cache

from shared.domain.ids import new_id
from shared.runtime.bootstrap import (
    answers,
    characters,
    draw_seed,
    erase_images,
    forget_image,
    images,
    settings,
    submit_generation,
    variants,
)
from shared.runtime.bootstrap_characters import read_image_input, store_picture
from shared.runtime.clock import clock
from shared.services.approve_variant import ApproveVariant
from shared.services.bring_variant_image import BringVariantImage
from shared.services.delete_variant import DeleteVariant
from shared.services.export_variant import AbandonExport, ExportVariant
from shared.services.generate_variants import GenerateVariants, GenerateVariantsOfMany
from shared.services.list_heroes import ListHeroes
from shared.services.list_variants import ListVariants, ListVersions
from shared.services.read_variant import ReadVariant
from shared.services.regenerate_variant import RegenerateVariant
from shared.services.reimport_variant import ReimportVariant
from shared.services.reject_variant import RejectVariant
from shared.services.reviewing import Reviewing
from shared.services.show_variants import ShowVariants
from shared.services.upload_variant import UploadVariant


@cache
def show_variants() -> ShowVariants:
    return ShowVariants(images())


@cache
def reviewing() -> Reviewing:
    return Reviewing(variants(), show_variants(), clock)


@cache
def bring_variant_image() -> BringVariantImage:
    from shared.adapters import imaging

    return BringVariantImage(
        read_image_input=read_image_input(),
        imaging=imaging,
        store_picture=store_picture(),
        clock=clock,
        new_id=new_id,
        measures_faces=settings().measures_faces,
    )


@cache
def upload_variant() -> UploadVariant:
    return UploadVariant(variants(), answers(), bring_variant_image(), clock, new_id)


@cache
def list_variants() -> ListVariants:
    return ListVariants(variants(), show_variants())


@cache
def list_versions() -> ListVersions:
    return ListVersions(variants(), show_variants())


@cache
def list_heroes() -> ListHeroes:
    return ListHeroes(variants(), show_variants())


@cache
def read_variant() -> ReadVariant:
    return ReadVariant(variants(), show_variants())


@cache
def approve_variant() -> ApproveVariant:
    return ApproveVariant(variants(), reviewing())


@cache
def reject_variant() -> RejectVariant:
    return RejectVariant(reviewing())


@cache
def export_variant() -> ExportVariant:
    return ExportVariant(reviewing())


@cache
def abandon_export() -> AbandonExport:
    return AbandonExport(reviewing())


@cache
def reimport_variant() -> ReimportVariant:
    return ReimportVariant(
        variants=variants(),
        images=images(),
        answers=answers(),
        bring_image=bring_variant_image(),
        clock=clock,
        new_id=new_id,
    )


@cache
def delete_variant() -> DeleteVariant:
    return DeleteVariant(variants(), images(), reviewing(), forget_image(), erase_images())


@cache
def generate_variants() -> GenerateVariants:
    return GenerateVariants(characters(), answers(), submit_generation())


@cache
def generate_variants_of_many() -> GenerateVariantsOfMany:
    return GenerateVariantsOfMany(generate_variants(), answers(), clock)


@cache
def regenerate_variant() -> RegenerateVariant:
    return RegenerateVariant(variants(), generate_variants(), draw_seed)
