"""Decisions on variants at the same moment."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import HeroInUse, InvalidReviewState, LikenessError, NotFound
from shared.domain.image_input import ImageInput
from shared.domain.page import PageRequest
from shared.domain.variant import ShownVariant
from shared.runtime import bootstrap, bootstrap_variants
from shared.runtime.clock import clock
from tests.aws import Aws
from tests.aws_calls import AwsCalls
from tests.builders import ADA, a_character, an_idempotency_key
from tests.workshop import png

MIRA = a_character().id
PLACE: dict[str, Any] = {"owner": ADA, "character_id": MIRA}


@pytest.fixture(autouse=True)
def mira(live: Aws) -> None:
    bootstrap.characters().add(a_character(), None)


@pytest.fixture(params=[0, 6], ids=["alone", "with conflicts"])
def conflicts(request: pytest.FixtureRequest, aws_calls: AwsCalls) -> Callable[[], None]:
    """DynamoDB refuses some of the transactions that meet each other; moto refuses none."""

    def begin() -> None:
        if request.param:
            aws_calls.fail(
                "dynamodb.TransactWriteItems",
                "TransactionCanceledException",
                reasons=["TransactionConflict"],
                times=request.param,
            )

    return begin


def uploaded(shade: int = 1) -> str:
    given = ImageInput(data=png(shade, (64, 64)))
    shown = bootstrap_variants.upload_variant()(**PLACE, variant_type="front", given=given)
    return shown.value.variant.id


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each of them answered; a refusal is an answer."""

    def answer(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except LikenessError as refused:
            return type(refused)

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(answer, calls))


def approve(variant_id: str) -> Callable[[], ShownVariant]:
    return lambda: bootstrap_variants.approve_variant()(**PLACE, variant_id=variant_id)


def edit(variant_id: str, shade: int) -> Callable[[], ShownVariant]:
    given = ImageInput(data=png(shade, (64, 64)))
    service = bootstrap_variants.reimport_variant()
    return lambda: service(**PLACE, variant_id=variant_id, given=given).value


def delete(variant_id: str) -> Callable[[], None]:
    return lambda: bootstrap_variants.delete_variant()(**PLACE, variant_id=variant_id)


def export(variant_id: str) -> None:
    bootstrap_variants.export_variant()(**PLACE, variant_id=variant_id)


def everything() -> Sequence[ShownVariant]:
    listed = bootstrap_variants.list_variants()(**PLACE, page=PageRequest(limit=100))
    return listed.variants.data


def test_of_racing_approvals_exactly_one_is_the_hero_in_the_end(
    conflicts: Callable[[], None],
) -> None:
    ids = [uploaded(number) for number in range(6)]
    conflicts()

    answers = at_once(*map(approve, ids))

    assert all(isinstance(one, ShownVariant) for one in answers), answers
    shown = everything()
    assert Counter(one.variant.status for one in shown) == {"approved": 1, "generated": 5}
    (hero,) = (one for one in shown if one.hero)
    assert hero.variant.status == "approved"


def test_of_racing_approvals_of_one_variant_one_is_accepted() -> None:
    variant_id = uploaded()

    answers = at_once(*[approve(variant_id)] * 5)

    assert answers.count(InvalidReviewState) == 4
    assert [one.hero for one in everything()] == [True]


def test_of_racing_reimports_of_one_export_one_is_accepted(conflicts: Callable[[], None]) -> None:
    variant_id = uploaded()
    export(variant_id)
    conflicts()

    answers = at_once(*(edit(variant_id, shade) for shade in (10, 20, 30, 40)))

    assert answers.count(InvalidReviewState) == 3
    assert sorted(one.variant.version for one in everything()) == [1, 2]


def test_one_reimport_sent_twice_at_once_is_one_version(conflicts: Callable[[], None]) -> None:
    variant_id = uploaded()
    export(variant_id)
    key = an_idempotency_key(route="reimport", expires_at=clock() + timedelta(hours=1))
    service, given = bootstrap_variants.reimport_variant(), ImageInput(data=png(10, (64, 64)))
    conflicts()

    def once() -> ShownVariant:
        return service(**PLACE, variant_id=variant_id, given=given, idempotency=key).value

    answers = at_once(once, once, once)

    assert len({one.variant.id for one in answers}) == 1
    assert sorted(one.variant.version for one in everything()) == [1, 2]


def test_racing_reimports_into_one_chain_get_versions_of_their_own(
    conflicts: Callable[[], None],
) -> None:
    root = uploaded()
    export(root)
    second = edit(root, 2)().variant.id
    export(second)
    export(root)
    conflicts()

    answers = at_once(edit(root, 3), edit(second, 4))

    assert {one.variant.version for one in answers} == {3, 4}
    history = bootstrap_variants.list_versions()(**PLACE, variant_id=root, page=PageRequest())
    assert [one.variant.version for one in history.data] == [4, 3, 2, 1]


def test_a_hero_that_is_deleted_at_the_moment_it_becomes_one_is_not_half_there() -> None:
    for shade in range(4):
        variant_id = uploaded(shade)

        approved, deleted = at_once(approve(variant_id), delete(variant_id))

        heroes = bootstrap.variants().lineup(ADA, MIRA).heroes
        if deleted is HeroInUse:
            assert heroes == {"front": variant_id}
            bootstrap_variants.reject_variant()(**PLACE, variant_id=variant_id)
        else:
            assert (approved, heroes) == (NotFound, {})
