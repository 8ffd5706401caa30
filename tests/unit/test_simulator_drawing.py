"""The simulators' pictures: repeatable, exactly sized, and still of the same person."""

from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.feature import match_template

from infra.local.simulators.drawing import Brief, UnreadableReference, draw
from infra.local.simulators.settings import PictureFormat


def astronaut() -> bytes:
    spec = find_spec("skimage")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "data" / "astronaut.png").read_bytes()


def brief(
    prompt: str = "a portrait at the sea", seed: int = 1, references: tuple[bytes, ...] = ()
) -> Brief:
    return Brief(prompt=prompt, seed=seed, width=512, height=512, references=references)


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("references", [(), (astronaut(),)])
def test_the_same_brief_gives_the_same_bytes(references: tuple[bytes, ...]) -> None:
    assert draw(brief(references=references)) == draw(brief(references=references))


@pytest.mark.parametrize("references", [(), (astronaut(),)])
def test_prompt_and_seed_both_change_the_picture(references: tuple[bytes, ...]) -> None:
    pictures = {
        draw(brief(prompt, seed, references))
        for prompt in ("at the sea", "in the city")
        for seed in (1, 2)
    }
    assert len(pictures) == 4


def test_another_reference_changes_the_picture() -> None:
    plain = BytesIO()
    Image.new("RGB", (300, 300), "teal").save(plain, "PNG")
    assert draw(brief(references=(astronaut(),))) != draw(brief(references=(plain.getvalue(),)))


@pytest.mark.parametrize(
    ("picture_format", "name"), [("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")]
)
@pytest.mark.parametrize("size", [(64, 64), (1376, 768), (384, 3072), (2048, 2048)])
def test_size_and_format_are_exactly_as_asked(
    picture_format: PictureFormat, name: str, size: tuple[int, int]
) -> None:
    for references in ((), (astronaut(),)):
        data = draw(
            Brief(
                prompt="x",
                seed=1,
                width=size[0],
                height=size[1],
                references=references,
                format=picture_format,
            )
        )
        picture = Image.open(BytesIO(data))
        picture.load()
        assert (picture.format, picture.size) == (name, size)


def likeness_of(face: Image.Image, picture: Image.Image) -> float:
    """The best match of the face anywhere in the picture, at any size: 1 is the face itself."""
    scene = np.asarray(picture.convert("L").reduce(2), dtype=float)
    sides = [round(face.width * share / 200) for share in range(50, 140, 6)]
    matches = (
        match_template(scene, np.asarray(face.convert("L").resize((side, side))))  # type: ignore[no-untyped-call]  # scikit-image has no types
        for side in sides
    )
    return max(float(match.max()) for match in matches)


@pytest.mark.parametrize("seed", range(6))
def test_the_persons_own_face_is_in_every_picture(seed: int) -> None:
    face = opened(astronaut()).crop((165, 60, 285, 180))
    with_person = opened(draw(brief(seed=seed, references=(astronaut(),))))
    without = opened(draw(brief(seed=seed)))
    assert likeness_of(face, with_person) > 0.85 > likeness_of(face, without)


def test_the_person_that_a_prompt_numbers_is_the_one_drawn() -> None:
    room = BytesIO()
    Image.new("RGB", (300, 300), "teal").save(room, "PNG")
    said = "the face of the person in attached picture number 2."
    face = opened(astronaut()).crop((165, 60, 285, 180))

    picture = opened(draw(brief(said, references=(room.getvalue(), astronaut()))))

    assert likeness_of(face, picture) > 0.85


def test_further_references_lend_only_their_colours() -> None:
    plain = BytesIO()
    Image.new("RGB", (300, 300), "teal").save(plain, "PNG")
    face = opened(astronaut()).crop((165, 60, 285, 180))
    first = opened(draw(brief(references=(astronaut(), plain.getvalue()))))
    second = opened(draw(brief(references=(plain.getvalue(), astronaut()))))
    assert likeness_of(face, first) > 0.85 > likeness_of(face, second)


@pytest.mark.parametrize(
    "prompt", ["", "x" * 20_000, "émigré \u202e \u0000 \ud83d 漢字 🎉", "line\nline\tline"]
)
def test_any_prompt_can_be_drawn(prompt: str) -> None:
    assert opened(draw(brief(prompt))).size == (512, 512)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"not a picture", astronaut()[:5000]], ids=len)
def test_a_reference_that_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableReference):
        draw(brief(references=(data,)))
