"""The perceptual hash on photographs: what it takes for the same picture, and what not."""

from itertools import combinations

import pytest

from shared.adapters.faces_metrics import Picture, perceptual_hash
from shared.domain.faces import hash_distance
from shared.domain.quality import CheckStatus, limits
from tests.contract.photographs import (
    EVERYBODY,
    Change,
    blurred,
    changed,
    grey,
    photograph,
    re_encoded,
    to_width,
)

LIMIT = limits().checks["near_duplicate"].below[CheckStatus.WARNED].limit


def hash_of(image: bytes) -> str:
    return perceptual_hash(Picture.of(image))


@pytest.mark.parametrize("change", [to_width(256), re_encoded("JPEG"), grey, blurred(4)])
def test_a_copy_is_a_copy_however_it_was_treated(change: Change) -> None:
    for name in EVERYBODY:
        assert hash_distance(hash_of(photograph(name)), hash_of(changed(name, change))) <= LIMIT


def test_two_photographs_are_two_also_of_one_person() -> None:
    hashes = [hash_of(photograph(name)) for name in EVERYBODY]

    assert min(hash_distance(one, other) for one, other in combinations(hashes, 2)) > LIMIT
