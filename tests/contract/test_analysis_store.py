"""What was found in pictures: kept with the version, the item and the image it was found in."""

import pytest

from shared.domain.character import Embedding
from shared.domain.errors import StaleWrite
from shared.domain.generation import Item
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.likeness import Similarity
from shared.domain.quality import CheckStatus, PictureKind, Quality, check_quality
from tests.builders import ADA, a_character, a_snapshot, a_source, an_image
from tests.contract.conftest import Stores
from tests.contract.steps import completed, uploading
from tests.face_builders import a_reading

FOUND = Similarity.measured(91.2, provider="dlib", model_version="resnet-v1", source_version=3)
CHECKED = check_quality(a_reading(), PictureKind.FREE)
VECTOR = tuple(round(-0.2 + number / 1000, 6) for number in range(128))


def a_completed_item(stores: Stores) -> tuple[Item, StoredImage]:
    snapshot = stores.submit(a_snapshot(items=1))
    item = completed(stores, uploading(stores, snapshot.generation, snapshot.items[0]))
    assert item.image is not None
    return item, item.image


def looked_at(image: StoredImage) -> StoredImage:
    return image.model_copy(update={"qa": CHECKED, "similarity": FOUND})


def test_a_score_is_shown_by_the_item_and_moves_its_version(stores: Stores) -> None:
    item, image = a_completed_item(stores)

    stores.generations.record_similarity(looked_at(image))

    (after,) = stores.generations.get(item.generation_id).items
    assert after.image is not None
    assert after.image.similarity == FOUND
    assert after.version == item.version + 1
    unchanged = {"image": item.image, "version": item.version}
    assert after.model_copy(update=unchanged) == item


def test_a_score_of_another_image_or_of_a_deleted_item_is_dropped(stores: Stores) -> None:
    item, image = a_completed_item(stores)
    other = looked_at(image).model_copy(update={"id": an_image(a_snapshot().generation, 0, 77).id})
    before = stores.generations.get(item.generation_id)

    stores.generations.record_similarity(other)
    stores.generations.record_similarity(
        looked_at(image).model_copy(update={"generation_id": "gen_gone"})
    )

    assert stores.generations.get(item.generation_id) == before


def test_an_image_keeps_its_checks_and_its_score(stores: Stores) -> None:
    _, image = a_completed_item(stores)

    stores.images.record_analysis(looked_at(image))

    kept = stores.images.get(image.owner, image.id)
    assert (kept.qa, kept.similarity) == (CHECKED, FOUND)
    (listed,) = stores.images.get_many([image.id])
    assert listed == kept


def test_nothing_is_recorded_of_an_image_that_is_being_deleted(stores: Stores) -> None:
    _, image = a_completed_item(stores)
    stores.images.mark_deleting(image)

    stores.images.record_analysis(looked_at(image))

    (tombstone,) = stores.images.stored([image.id])
    assert tombstone.qa is None


def test_a_source_keeps_its_vector_and_the_character_shows_the_rest(stores: Stores) -> None:
    character = a_character()
    stores.characters.add(character, None)
    source = a_source(character)
    stores.images.add(source.image.model_copy(update={"status": ImageStatus.PENDING}))
    changes = {"source": source, "version": character.version + 1}
    character = character.model_copy(update=changes)
    stores.characters.replace_source(character, source, consumed=None, idempotency=None)
    embedding = Embedding(
        status=CheckStatus.PASSED, provider="dlib", model_version="resnet-v1", vector=VECTOR
    )
    analysed = source.model_copy(update={"qa": CHECKED, "embedding": embedding})
    shown = {"source": analysed, "version": character.version + 1}

    stores.characters.record_analysis(analysed, character.model_copy(update=shown))

    assert stores.characters.source(character.id, 1) == analysed
    current = stores.characters.get(ADA, character.id).source
    assert current is not None
    assert (current.qa, current.embedding.status) == (CHECKED, CheckStatus.PASSED)
    with pytest.raises(StaleWrite):
        stores.characters.record_analysis(
            analysed.model_copy(update={"qa": Quality()}), character.model_copy(update=shown)
        )
    assert stores.characters.source(character.id, 1) == analysed, "both or neither"


def test_nothing_is_recorded_of_a_source_that_was_deleted(stores: Stores) -> None:
    character = a_character()

    with pytest.raises(StaleWrite):
        stores.characters.record_analysis(a_source(character), None)

    assert stores.characters.source(character.id, 1) is None
