"""Characters, their source images and the uploads these come from."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.character import Character, SourceImage
from shared.domain.errors import (
    AlreadyAnswered,
    AlreadyExists,
    IdempotencyKeyReused,
    NotFound,
    StaleWrite,
    UploadExpired,
)
from shared.domain.images import ImageStatus
from shared.domain.page import PageRequest
from shared.domain.upload import Upload
from tests.builders import (
    ADA,
    GRACE,
    IN_A_MINUTE,
    NOW,
    a_character,
    a_source,
    an_idempotency_key,
    an_upload,
)
from tests.contract.conftest import Stores


def test_a_character_is_read_back_as_it_was_added(stores: Stores) -> None:
    character = a_character()
    stores.characters.add(character, None)

    assert stores.characters.get(ADA, character.id) == character


def test_anothers_character_looks_like_none(stores: Stores) -> None:
    stores.characters.add(a_character(), None)

    with pytest.raises(NotFound) as foreign:
        stores.characters.get(GRACE, a_character(1).id)
    with pytest.raises(NotFound) as unknown:
        stores.characters.get(ADA, a_character(2).id)

    assert str(foreign.value) == str(unknown.value)


def test_a_character_id_is_used_once(stores: Stores) -> None:
    stores.characters.add(a_character(), None)

    with pytest.raises(AlreadyExists):
        stores.characters.add(a_character(owner=GRACE), None)


def test_a_repeated_creation_adds_nothing(stores: Stores) -> None:
    stores.characters.add(a_character(1), an_idempotency_key(answer="Mira"))

    with pytest.raises(AlreadyAnswered) as repeated:
        stores.characters.add(a_character(2), an_idempotency_key(answer="Mira again"))
    with pytest.raises(IdempotencyKeyReused):
        stores.characters.add(a_character(2), an_idempotency_key(body="Otto"))

    assert repeated.value.answer.answer == "Mira"
    assert [one.id for one in stores.characters.list_owned(ADA, PageRequest()).data] == [
        a_character(1).id
    ]


def test_the_second_of_two_changes_of_one_version_loses(stores: Stores) -> None:
    character = a_character()
    stores.characters.add(character, None)
    renamed = character.model_copy(update={"version": 2, "name": "Mira Nova"})
    stores.characters.save(renamed)

    with pytest.raises(StaleWrite) as lost:
        stores.characters.save(character.model_copy(update={"version": 2, "name": "Mina"}))

    assert lost.value.winner == renamed
    assert stores.characters.get(ADA, character.id) == renamed


def test_a_deleted_character_is_not_saved_again(stores: Stores) -> None:
    character = a_character()
    stores.characters.add(character, None)
    stores.characters.delete(character)

    with pytest.raises(StaleWrite) as lost:
        stores.characters.save(character.model_copy(update={"version": 2}))

    assert lost.value.winner is None


def test_a_source_its_image_and_its_upload_change_together(stores: Stores) -> None:
    character, upload = with_upload(stores)
    changed, source, used = replacement(stores, character, upload)

    stores.characters.replace_source(changed, source, consumed=used, idempotency=None)

    assert stores.characters.get(ADA, character.id).source == source
    assert stores.images.get(ADA, source.image.id) == source.image
    assert stores.uploads.get(ADA, upload.id).consumed_etag == '"cafe"'


def test_old_versions_of_a_source_stay_on_record(stores: Stores) -> None:
    character, _ = with_upload(stores)
    for version in (1, 2, 3):
        character, source, _ = replacement(stores, character, None, version)
        stores.characters.replace_source(character, source, consumed=None, idempotency=None)

    assert [one.version for one in stores.characters.sources(character.id)] == [3, 2, 1]


def test_an_upload_is_used_once(stores: Stores) -> None:
    character, upload = with_upload(stores)
    changed, source, used = replacement(stores, character, upload)
    stores.characters.replace_source(changed, source, consumed=used, idempotency=None)
    again, second, used = replacement(stores, changed, upload, 2)

    with pytest.raises(UploadExpired):
        stores.characters.replace_source(again, second, consumed=used, idempotency=None)

    assert stores.characters.get(ADA, character.id) == changed
    assert stores.characters.sources(character.id) == (source,)
    assert stores.images.get_many([second.image.id]) == ()


def test_an_upload_is_not_used_after_it_has_expired(stores: Stores) -> None:
    character, upload = with_upload(stores, expires_at=IN_A_MINUTE)
    changed, source, used = replacement(stores, character, upload)

    with pytest.raises(UploadExpired):
        stores.characters.replace_source(changed, source, consumed=used, idempotency=None)


def test_the_second_of_two_replacements_loses_and_leaves_the_upload_unused(stores: Stores) -> None:
    character, upload = with_upload(stores)
    first, source, _ = replacement(stores, character, None)
    stores.characters.replace_source(first, source, consumed=None, idempotency=None)
    late, second, used = replacement(stores, character, upload, 2)
    late = late.model_copy(update={"version": 2})

    with pytest.raises(StaleWrite) as lost:
        stores.characters.replace_source(late, second, consumed=used, idempotency=None)

    assert lost.value.winner == first
    assert stores.uploads.get(ADA, upload.id).consumed_etag is None


def test_a_repeated_replacement_gets_the_first_answer(stores: Stores) -> None:
    character, _ = with_upload(stores)
    key = an_idempotency_key(answer="version 1")
    first, source, _ = replacement(stores, character, None)
    stores.characters.replace_source(first, source, consumed=None, idempotency=key)
    again, second, _ = replacement(stores, first, None, 2)

    with pytest.raises(AlreadyAnswered):
        stores.characters.replace_source(again, second, consumed=None, idempotency=key)

    assert stores.characters.get(ADA, character.id) == first


def test_a_deleted_character_leaves_no_sources(stores: Stores) -> None:
    character, _ = with_upload(stores)
    changed, source, _ = replacement(stores, character, None)
    stores.characters.replace_source(changed, source, consumed=None, idempotency=None)

    with pytest.raises(StaleWrite):
        stores.characters.delete(character)
    stores.characters.delete(changed)

    assert stores.characters.sources(character.id) == ()
    with pytest.raises(NotFound):
        stores.characters.get(ADA, character.id)


def test_an_upload_is_its_owners_alone(stores: Stores) -> None:
    upload = an_upload()
    stores.uploads.add(upload, None)

    assert stores.uploads.get(ADA, upload.id) == upload
    with pytest.raises(NotFound):
        stores.uploads.get(GRACE, upload.id)
    with pytest.raises(NotFound):
        stores.uploads.get(ADA, an_upload(2).id)
    with pytest.raises(AlreadyExists):
        stores.uploads.add(upload, None)


def test_a_repeated_announcement_gets_the_first_answer(stores: Stores) -> None:
    stores.uploads.add(an_upload(1), an_idempotency_key())

    with pytest.raises(AlreadyAnswered):
        stores.uploads.add(an_upload(2), an_idempotency_key())

    with pytest.raises(NotFound):
        stores.uploads.get(ADA, an_upload(2).id)


def test_an_image_is_found_by_its_owner_once_it_is_live(stores: Stores) -> None:
    live = live_source(stores).image

    assert stores.images.get(ADA, live.id) == live
    with pytest.raises(NotFound):
        stores.images.get(GRACE, live.id)


def test_an_intent_is_made_once_and_not_shown(stores: Stores) -> None:
    intent = a_source(a_character()).image.model_copy(update={"status": ImageStatus.PENDING})
    stores.images.add(intent)

    with pytest.raises(AlreadyExists):
        stores.images.add(intent)
    with pytest.raises(NotFound):
        stores.images.get(ADA, intent.id)
    assert stores.images.get_many([intent.id]) == ()


def test_many_images_come_in_the_order_asked_without_the_missing(stores: Stores) -> None:
    character, _ = with_upload(stores)
    ids = []
    for version in (1, 2, 3):
        character, source, _ = replacement(stores, character, None, version)
        stores.characters.replace_source(character, source, consumed=None, idempotency=None)
        ids.append(source.image.id)

    found = stores.images.get_many([ids[2], "img_unknown", ids[0], ids[2]])

    assert [image.id for image in found] == [ids[2], ids[0]]
    assert stores.images.get_many([]) == ()


def test_a_deleting_image_is_hidden_and_then_gone(stores: Stores) -> None:
    live = live_source(stores).image
    stores.images.mark_deleting(live)
    stores.images.mark_deleting(live)

    with pytest.raises(NotFound):
        stores.images.get(ADA, live.id)
    assert stores.images.list_owned(ADA, PageRequest()).data == ()
    stores.images.remove(live)
    stores.images.remove(live)
    stores.images.mark_deleting(live)
    stores.images.add(live.model_copy(update={"status": ImageStatus.PENDING}))  # all gone


def test_a_live_image_is_not_removed(stores: Stores) -> None:
    live = live_source(stores).image

    with pytest.raises(StaleWrite):
        stores.images.remove(live)

    assert stores.images.get(ADA, live.id) == live


def test_an_intent_that_went_live_meanwhile_is_not_collected(stores: Stores) -> None:
    live = live_source(stores).image
    as_it_was = live.model_copy(update={"status": ImageStatus.PENDING})

    with pytest.raises(StaleWrite) as lost:
        stores.images.mark_deleting(as_it_was)

    assert lost.value.winner == live


def with_upload(stores: Stores, **changes: Any) -> tuple[Character, Upload]:
    character, upload = a_character(), an_upload(**changes)
    stores.characters.add(character, None)
    stores.uploads.add(upload, None)
    return character, upload


def replacement(
    stores: Stores, character: Character, upload: Upload | None, version: int = 1
) -> tuple[Character, SourceImage, Upload | None]:
    """The next state of the character, its new source (whose intent is recorded), the used
    upload."""
    source = a_source(character, version, created_at=NOW + timedelta(minutes=version))
    stores.images.add(source.image.model_copy(update={"status": ImageStatus.PENDING}))
    changed = character.model_copy(update={"version": character.version + 1, "source": source})
    used = upload and upload.model_copy(update={"consumed_etag": '"cafe"'})
    return changed, source, used


def live_source(stores: Stores) -> SourceImage:
    character, _ = with_upload(stores)
    changed, source, _ = replacement(stores, character, None)
    stores.characters.replace_source(changed, source, consumed=None, idempotency=None)
    return source
