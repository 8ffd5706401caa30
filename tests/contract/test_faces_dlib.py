"""dlib on photographs of real faces: who is whom, and what each flaw of a picture measures."""

import sys
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from shared.adapters import faces_dlib
from shared.adapters.faces_dlib import DlibFaces
from shared.domain.errors import InvalidImage, MultipleFaces, NoFace
from shared.domain.faces import CONSISTENT_AT, FaceReading, FaceReference
from shared.domain.quality import CheckStatus, PictureKind, QualityCheck, check_quality
from tests.contract.photographs import (
    EVERYBODY,
    SAME_PERSON,
    Change,
    blurred,
    brightened,
    changed,
    encoded,
    flipped,
    grey,
    photograph,
    re_encoded,
    rotated,
    side_by_side,
    to_width,
)

PUBLIC_PERSONS = (*SAME_PERSON, "biden")
FLIPPED, GREY, JPEG, WEBP, SMALL, TILTED = (
    flipped,
    grey,
    re_encoded("JPEG"),
    re_encoded("WEBP"),
    to_width(256),
    rotated(15),
)

analyzer = DlibFaces()


@cache
def read(name: str, change: Change | None = None) -> FaceReading:
    """Every picture is read once for all tests."""
    return analyzer.read(changed(name, change) if change else photograph(name))


@cache
def reference(name: str) -> FaceReference:
    return analyzer.refer(read(name), f"{name}.jpg")


def never() -> bytes:
    raise AssertionError("the vector is known")


def score(name: str, reading: FaceReading) -> float:
    found = analyzer.similarity(reference(name), reading, b"", never)
    assert found is not None
    return found


def the_check(name: str, reading: FaceReading) -> QualityCheck:
    checks = check_quality(reading, PictureKind.SOURCE).checks
    return next(check for check in checks if check.name == name)


@pytest.mark.parametrize("name", EVERYBODY)
def test_everybody_is_found_once_and_is_exactly_like_himself(name: str) -> None:
    assert len(read(name).faces) == 1
    assert score(name, read(name)) == 100.0


@pytest.mark.parametrize("name", SAME_PERSON)
def test_photographs_of_one_person_are_consistent(name: str) -> None:
    """Measured 94.5 to 99.2, among them a three-quarter view and a face of 126 pixels."""
    others = [score(name, read(other)) for other in SAME_PERSON if other != name]

    assert min(others) >= CONSISTENT_AT


@pytest.mark.parametrize("name", SAME_PERSON)
@pytest.mark.parametrize("stranger", ["biden", "astronaut"])
def test_different_persons_are_different(name: str, stranger: str) -> None:
    """Measured 0.6 to 2.4."""
    assert score(name, read(stranger)) <= 10


@pytest.mark.parametrize("change", [FLIPPED, GREY, JPEG, WEBP, SMALL])
@pytest.mark.parametrize("name", PUBLIC_PERSONS)
def test_ordinary_changes_of_a_picture_keep_the_person(name: str, change: Change) -> None:
    """Mirrored, without colour, at half the JPEG or WebP quality, 256 pixels wide."""
    assert score(name, read(name, change)) >= 99


def test_a_picture_of_two_persons_refers_to_neither() -> None:
    both = analyzer.read(side_by_side("obama", "biden"))

    assert [face.confidence > 1 for face in both.faces] == [True, True]
    assert both.faces[0].width_px >= both.faces[1].width_px
    with pytest.raises(MultipleFaces):
        analyzer.refer(both, "both.jpg")
    assert the_check("face_count", both).outcome is CheckStatus.FAILED
    assert score("biden", both) > CONSISTENT_AT, "the best of the faces counts"


@pytest.mark.parametrize("colour", ["black", "white", "teal"])
def test_a_blank_picture_shows_nothing(colour: str) -> None:
    blank = analyzer.read(encoded(Image.new("RGB", (256, 256), colour)))

    assert blank.faces == ()
    assert the_check("contrast", blank).outcome is CheckStatus.FAILED


@pytest.mark.parametrize("name", ["chelsea", "coffee", "coins", "horse", "color"])
def test_a_picture_without_a_face_refers_to_nobody(name: str) -> None:
    """Chelsea is a cat."""
    spec = find_spec("skimage")
    assert spec is not None
    assert spec.origin is not None
    reading = analyzer.read((Path(spec.origin).parent / f"data/{name}.png").read_bytes())

    with pytest.raises(NoFace):
        analyzer.refer(reading, f"{name}.png")
    assert analyzer.similarity(reference("astronaut"), reading, b"", never) is None


@pytest.mark.parametrize("name", ["obama_partial_face", "obama_partial_face2"])
def test_a_face_that_the_border_cuts_fails_for_it_alone(name: str) -> None:
    """It would score 99 and more: only the border tells."""
    failed = [
        check.name
        for check in check_quality(read(name), PictureKind.SOURCE).checks
        if check.outcome is CheckStatus.FAILED
    ]

    assert failed == ["face_margin"]
    assert score("obama", read(name)) > 99


@pytest.mark.parametrize("name", ["obama", "biden"])
def test_a_picture_turned_by_15_degrees_reads_so(name: str) -> None:
    upright, turned = read(name).faces[0], read(name, TILTED).faces[0]

    assert turned.roll - upright.roll == pytest.approx(-15, abs=2)


@pytest.mark.parametrize("name", PUBLIC_PERSONS)
def test_in_a_mirror_the_head_is_turned_to_the_other_side(name: str) -> None:
    facing, mirrored = read(name).faces[0], read(name, FLIPPED).faces[0]

    assert mirrored.yaw == pytest.approx(-facing.yaw, abs=5)


@pytest.mark.parametrize(
    ("change", "check", "outcome"),
    [
        (blurred(4), "sharpness", CheckStatus.FAILED),
        (brightened(0.4), "brightness", CheckStatus.WARNED),
        (brightened(0.15), "brightness", CheckStatus.FAILED),
        (brightened(2.5), "overexposed", CheckStatus.FAILED),
    ],
)
def test_a_flawed_copy_is_told_from_the_good_photograph(
    change: Change, check: str, outcome: CheckStatus
) -> None:
    assert the_check(check, read("biden")).outcome is CheckStatus.PASSED
    assert the_check(check, analyzer.read(changed("biden", change))).outcome is outcome


@pytest.mark.parametrize("name", ["obama2", "biden"])
def test_a_heavily_blurred_face_fails_or_is_not_found(name: str) -> None:
    quality = check_quality(analyzer.read(changed(name, blurred(8))), PictureKind.SOURCE)

    failed = {check.name for check in quality.checks if check.outcome is CheckStatus.FAILED}
    assert failed in ({"sharpness"}, {"face_count"})


def test_the_pattern_behind_the_astronaut_is_not_taken_for_her() -> None:
    """At half the JPEG quality it looks like a larger face than hers, with a score of 0.09."""
    reading = read("astronaut", JPEG)

    assert len(reading.faces) == 2
    assert reading.main is not reading.faces[0]
    assert analyzer.refer(reading, "astronaut.jpg").vector == reading.faces[1].vector
    assert the_check("face_count", reading).outcome is CheckStatus.PASSED
    assert the_check("possible_faces", reading).outcome is CheckStatus.WARNED


def test_a_photograph_that_lies_on_its_side_is_read_upright() -> None:
    lying = Image.open(BytesIO(changed("obama", rotated(0)))).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    out = BytesIO()
    lying.save(out, "JPEG", quality=95, exif=exif)
    reading = analyzer.read(out.getvalue())

    assert (reading.width, reading.height) == (640, 800)
    assert score("obama", reading) > 99


def test_what_shines_through_counts_as_white() -> None:
    transparent = Image.new("RGBA", (256, 256), (0, 0, 0, 0))
    out = BytesIO()
    transparent.save(out, "PNG")

    assert analyzer.read(out.getvalue()).luma_std == 0


def test_a_face_is_as_wide_as_in_the_picture_itself() -> None:
    """However small the copy that it was found in: this one has 2,333 rows."""
    assert read("obama3").height == 2333
    assert read("obama3").faces[0].width_px == pytest.approx(287, abs=3)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(InvalidImage):
        analyzer.read(b"words")


def test_another_models_reference_is_made_anew_from_its_picture() -> None:
    kept_elsewhere = FaceReference(provider="rekognition", model_version="7", image_key="obama.jpg")

    def fetched() -> bytes:
        return photograph("obama")

    assert analyzer.similarity(kept_elsewhere, read("obama2"), b"", fetched) == score(
        "obama", read("obama2")
    )
    blank = encoded(Image.new("RGB", (256, 256), "teal"))
    assert analyzer.similarity(kept_elsewhere, read("obama2"), b"", lambda: blank) is None


def test_only_the_two_models_that_may_be_used_are_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And their package, which needs what new environments lack, is not imported."""
    installed = faces_dlib._models()
    for file in (
        "shape_predictor_5_face_landmarks.dat",
        "dlib_face_recognition_resnet_model_v1.dat",
    ):
        (tmp_path / file).symlink_to(installed / file)
    monkeypatch.setattr(faces_dlib, "_models", lambda: tmp_path)

    assert len(DlibFaces().read(photograph("astronaut")).faces) == 1
    assert "face_recognition_models" not in sys.modules
