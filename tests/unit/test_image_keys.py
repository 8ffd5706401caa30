"""Object keys: by owner's hash, and free of anything a caller wrote."""

import re

from shared.domain.ids import Kind
from shared.domain.image_keys import (
    generated_image_key,
    owner_folder,
    source_image_key,
    upload_key,
)
from shared.domain.images import ImageFormat, Rendition
from tests.builders import ADA, GRACE, a_generation, an_id, an_image

IMAGE = an_id(Kind.IMAGE, 1)
CHARACTER = an_id(Kind.CHARACTER, 1)


def test_an_image_of_a_character_lies_with_the_character() -> None:
    key = generated_image_key(a_generation(), IMAGE, ImageFormat.JPEG)

    assert key == f"{owner_folder(ADA)}/characters/{CHARACTER}/images/{IMAGE}.jpg"


def test_an_image_of_words_lies_with_its_generation() -> None:
    generation = a_generation(character_id=None)

    key = generated_image_key(generation, IMAGE, ImageFormat.WEBP)

    assert key == f"{owner_folder(ADA)}/renders/{generation.id}/{IMAGE}.webp"


def test_a_source_lies_apart_from_what_is_drawn_of_it() -> None:
    key = source_image_key(ADA, CHARACTER, IMAGE, ImageFormat.PNG)

    assert key == f"{owner_folder(ADA)}/characters/{CHARACTER}/source/{IMAGE}.png"


def test_the_folder_tells_owners_apart_and_says_nothing_of_them() -> None:
    assert owner_folder(ADA) != owner_folder(GRACE)
    assert re.fullmatch(r"[0-9a-f]{32}", owner_folder("../../Ümläut ${filename}"))
    assert upload_key("a/b", an_id(Kind.UPLOAD, 1)).count("/") == 2


def test_renditions_lie_beside_the_original() -> None:
    image = an_image(a_generation())

    assert image.rendition_key(Rendition.WEB) == image.key.removesuffix(".png") + ".web.webp"
