"""Style capsules in either store."""

import pytest

from shared.domain.errors import (
    AlreadyAnswered,
    AlreadyExists,
    IdempotencyKeyReused,
    NotFound,
    StaleWrite,
)
from shared.domain.ids import Kind
from shared.domain.page import PageRequest
from shared.domain.style_capsule import StyleCapsule
from tests.builders import ADA, GRACE, NOW, an_id, an_idempotency_key
from tests.contract.conftest import Stores


def a_capsule(number: int = 1, owner: str = ADA) -> StyleCapsule:
    return StyleCapsule(
        id=an_id(Kind.STYLE_CAPSULE, number),
        owner=owner,
        name="Noir",
        prompt="film noir, hard light",
        reference_images=(an_id(Kind.IMAGE, 1), an_id(Kind.IMAGE, 2)),
        created_at=NOW,
        updated_at=NOW,
    )


def successor(capsule: StyleCapsule, prompt: str) -> StyleCapsule:
    return capsule.model_copy(update={"prompt": prompt, "version": capsule.version + 1})


def test_a_capsule_is_read_back_as_it_was_added(stores: Stores) -> None:
    stores.style_capsules.add(a_capsule(), None)

    assert stores.style_capsules.get(ADA, a_capsule().id) == a_capsule()


def test_anothers_capsule_looks_like_none(stores: Stores) -> None:
    stores.style_capsules.add(a_capsule(), None)

    with pytest.raises(NotFound):
        stores.style_capsules.get(GRACE, a_capsule().id)
    with pytest.raises(NotFound):
        stores.style_capsules.get(ADA, an_id(Kind.STYLE_CAPSULE, 2))


def test_an_id_is_used_once(stores: Stores) -> None:
    stores.style_capsules.add(a_capsule(), None)

    with pytest.raises(AlreadyExists):
        stores.style_capsules.add(a_capsule(), None)


def test_a_repeated_creation_adds_nothing(stores: Stores) -> None:
    key = an_idempotency_key("noir")
    stores.style_capsules.add(a_capsule(), key)

    with pytest.raises(AlreadyAnswered):
        stores.style_capsules.add(a_capsule(2), key)
    with pytest.raises(IdempotencyKeyReused):
        stores.style_capsules.add(a_capsule(2), an_idempotency_key("noir", body="other"))
    assert len(stores.style_capsules.list_owned(ADA, PageRequest(limit=9)).data) == 1


def test_the_second_of_two_changes_of_one_version_loses(stores: Stores) -> None:
    stores.style_capsules.add(a_capsule(), None)
    stores.style_capsules.save(successor(a_capsule(), "first"))

    with pytest.raises(StaleWrite) as lost:
        stores.style_capsules.save(successor(a_capsule(), "second"))
    assert lost.value.winner.prompt == "first"


def test_a_deleted_capsule_is_gone_and_not_saved_again(stores: Stores) -> None:
    stores.style_capsules.add(a_capsule(), None)
    stores.style_capsules.delete(a_capsule())
    stores.style_capsules.delete(a_capsule())

    with pytest.raises(StaleWrite):
        stores.style_capsules.save(successor(a_capsule(), "late"))
    with pytest.raises(NotFound):
        stores.style_capsules.get(ADA, a_capsule().id)


def test_the_newest_of_ones_own_come_first_a_page_at_a_time(stores: Stores) -> None:
    for number in (1, 2, 3):
        stores.style_capsules.add(a_capsule(number), None)
    stores.style_capsules.add(a_capsule(4, owner=GRACE), None)

    first = stores.style_capsules.list_owned(ADA, PageRequest(limit=2))
    second = stores.style_capsules.list_owned(ADA, PageRequest(limit=2, cursor=first.next_cursor))

    assert [one.id[-1] for one in (*first.data, *second.data)] == ["3", "2", "1"]
    assert second.next_cursor is None
