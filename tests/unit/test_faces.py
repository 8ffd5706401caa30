"""How alike two faces are, and whose face is meant."""

import pytest

from shared.domain.errors import MultipleFaces, NoFace
from shared.domain.faces import Verdict, score_of, verdict_of
from tests.face_builders import a_face, a_reading, a_reading_without_a_face


@pytest.mark.parametrize(
    ("distance", "score"),
    [
        (0.0, 100.0),
        (0.30, 99.5),
        (0.40, 97.0),
        (0.45, 93.1),
        (0.50, 85.0),
        (0.55, 70.4),
        (0.60, 50.0),
        (0.65, 29.6),
        (0.70, 15.0),
        (0.80, 3.0),
        (2.0, 0.0),
    ],
)
def test_the_scale_passes_through_its_anchors(distance: float, score: float) -> None:
    assert score_of(distance) == score


@pytest.mark.parametrize(
    ("score", "verdict"), [(84.9, Verdict.DIFFERENT), (85.0, Verdict.CONSISTENT)]
)
def test_a_person_is_consistent_from_85_on(score: float, verdict: Verdict) -> None:
    assert verdict_of(score) is verdict


def test_the_face_that_is_meant_is_the_only_one_that_is_sure() -> None:
    curtain = a_face(confidence=0.09, width_px=410)
    person = a_face(confidence=1.53, yaw=9.0)
    reading = a_reading().model_copy(update={"faces": (curtain, person)})

    assert reading.only_face() is person


def test_a_lonely_face_is_meant_however_faint() -> None:
    assert a_reading(confidence=0.01, yaw=9.0).only_face().yaw == 9.0


def test_of_two_people_nobody_is_meant() -> None:
    with pytest.raises(MultipleFaces) as refused:
        a_reading(a_face(confidence=0.07), a_face(confidence=0.5)).only_face()

    assert refused.value.details == {"faces": 2}


def test_nobody_is_meant_where_nobody_is() -> None:
    with pytest.raises(NoFace):
        a_reading_without_a_face().only_face()
