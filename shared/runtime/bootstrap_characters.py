"""The composition root of characters and uploads, on top of what the API's functions share."""

import asyncio
from functools import cache
from typing import Final

from shared.domain.ids import new_id
from shared.domain.upload import MAX_UPLOAD_BYTES
from shared.runtime import aws
from shared.runtime.bootstrap import (
    answers,
    characters,
    draw_seed,
    erase_images,
    forget_image,
    images,
    moderate,
    settings,
    signed_urls,
    submit_generation,
    upload_store,
    uploads,
    variants,
)
from shared.runtime.clock import clock
from shared.services.change_character import ChangeCharacter
from shared.services.create_character import CreateCharacter
from shared.services.create_upload import CreateUpload
from shared.services.delete_character import DeleteCharacter
from shared.services.list_characters import ListCharacters
from shared.services.read_character import ReadCharacter, ReadSourceImage
from shared.services.read_consistency import ReadConsistency
from shared.services.read_image_input import ReadImageInput
from shared.services.set_source_image import SetSourceImage
from shared.services.store_picture import StorePicture

__all__ = [
    "change_character",
    "create_character",
    "create_upload",
    "delete_character",
    "list_characters",
    "read_character",
    "read_consistency",
    "read_source_image",
    "set_source_image",
    "signed_urls",
]

_FETCH_SECONDS: Final = 10.0
"""A caller waits meanwhile, and the gateway gives up after thirty."""


def _fetch(url: str) -> bytes:
    """A caller's address, guarded; rare enough to do without a loop that outlives it."""
    from shared.adapters.safe_download import SafeDownloader

    fetched = SafeDownloader().fetch(url, max_bytes=MAX_UPLOAD_BYTES, seconds=_FETCH_SECONDS)
    return asyncio.run(fetched)


@cache
def create_upload() -> CreateUpload:
    return CreateUpload(uploads(), upload_store(), clock, new_id)


@cache
def create_character() -> CreateCharacter:
    return CreateCharacter(
        characters=characters(),
        submit_generation=submit_generation(),
        clock=clock,
        new_id=new_id,
        draw_seed=draw_seed,
    )


@cache
def read_character() -> ReadCharacter:
    return ReadCharacter(characters())


@cache
def list_characters() -> ListCharacters:
    return ListCharacters(characters())


@cache
def change_character() -> ChangeCharacter:
    return ChangeCharacter(characters(), moderate(), clock)


@cache
def delete_character() -> DeleteCharacter:
    return DeleteCharacter(characters(), variants(), images(), forget_image(), erase_images())


@cache
def read_consistency() -> ReadConsistency:
    return ReadConsistency(characters(), images())


@cache
def read_source_image() -> ReadSourceImage:
    return ReadSourceImage(characters())


@cache
def read_image_input() -> ReadImageInput:
    return ReadImageInput(
        uploads=uploads(),
        upload_store=upload_store(),
        images=images(),
        store=aws.image_store(settings().images_bucket),
        fetch=_fetch,
        clock=clock,
    )


@cache
def store_picture() -> StorePicture:
    from shared.adapters import imaging

    return StorePicture(images(), aws.image_store(settings().images_bucket), imaging)


@cache
def set_source_image() -> SetSourceImage:
    from shared.adapters import imaging

    return SetSourceImage(
        characters=characters(),
        answers=answers(),
        imaging=imaging,
        read_image_input=read_image_input(),
        store_picture=store_picture(),
        clock=clock,
        new_id=new_id,
        measures_faces=settings().measures_faces,
    )
