"""Object keys: by owner's hash, and free of anything a caller wrote."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.ids import Kind, new_id
from shared.domain.image_keys import (
    generated_image_key,
    image_of_key,
    owner_folder,
    source_image_key,
    upload_key,
)
from shared.domain.images import ImageFormat, Rendition
from shared.domain.request import AssetPlace, JobType
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


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ({"job_type": "master_asset", "asset_id": "hero_car"}, "master-assets/hero_car"),
        (
            {"job_type": "start_frame", "scene_id": "s1", "shot_id": "02"},
            "scene_s1/shot_02/start_frame",
        ),
        (
            {"job_type": "end_frame", "scene_id": "s1", "shot_id": "02"},
            "scene_s1/shot_02/end_frame",
        ),
        ({"job_type": "inpaint", "asset_id": "sky-2"}, "inpaint/sky-2"),
        ({"job_type": "master_asset"}, f"master-assets/{an_id(Kind.GENERATION, 1)}"),
    ],
)
def test_an_image_of_a_project_lies_in_its_place(place: dict[str, str], path: str) -> None:
    asset = AssetPlace.model_validate(place | {"project_id": "film", "branch_id": "main"})
    image_id = "img_01JD8Z7A5C2RG6V9Y4Z7A2M3PQ"

    key = generated_image_key(a_generation(asset=asset), image_id, ImageFormat.JPEG)

    folder, _, random = key.rpartition("_")
    assert random == "2RG6V9Y4Z7A2M3PQ.jpg"
    assert re.fullmatch(
        rf"{owner_folder(ADA)}/project_film/branch_main/{path}_202411\d\dT\d{{9}}Z", folder
    )
    assert image_of_key(key) == image_id


@pytest.mark.parametrize(
    "name", ["a_b_c.png", "a_20241399T064212780Z_2RG6V9Y4Z7A2M3PQ.png", "00.web.webp", "x.png"]
)
def test_a_name_that_tells_of_no_picture_is_nobodys(name: str) -> None:
    assert image_of_key(f"0a1b/project_p/branch_b/inpaint/{name}") is None


@given(moment=st.integers(0, 7_258_118_400_000))
def test_every_id_is_found_again_from_its_key(moment: int) -> None:
    asset = AssetPlace(job_type=JobType.INPAINT, project_id="p", branch_id="b")
    image_id = new_id(Kind.IMAGE, datetime.fromtimestamp(moment / 1000, tz=UTC))

    key = generated_image_key(a_generation(asset=asset), image_id, ImageFormat.PNG)

    assert image_of_key(key) == image_id


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
