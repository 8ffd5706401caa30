"""Records of the table: they come back as the entities they were, and items stay small."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.adapters.dynamo import records as r
from shared.adapters.dynamo.writes import from_wire, to_wire
from shared.domain.character import Character, SourceImage
from shared.domain.draws import Draw
from shared.domain.errors import FailureClass
from shared.domain.generation import (
    Attempt,
    Dispatch,
    Failure,
    FailureStage,
    Generation,
    Item,
    Progress,
    Status,
)
from shared.domain.ids import Kind
from shared.domain.images import ImageFormat, ImageStatus, Rendition
from shared.domain.request import ProviderName
from shared.domain.upload import Upload
from tests.builders import (
    NOW,
    a_brief,
    a_character,
    a_generation,
    a_snapshot,
    a_source,
    an_attempt,
    an_id,
    an_image,
    an_item,
    an_upload,
    some_content,
)
from tests.draw_builders import ACCEPT, a_score

ITEM_LIMIT = 1024
LONGEST_SUBJECT = "auth0|" + "7b3e1c9a-5d42-4f6e-8a90-1f2e3d4c5b6a"


def test_a_new_item_comes_back_waiting_and_a_claimed_one_not() -> None:
    waiting = an_item(a_generation(), 7)
    held = waiting.model_copy(update={"dispatch": Dispatch.HELD})
    claimed = waiting.model_copy(update={"dispatch": None})

    for item in (waiting, held, claimed):
        assert r.item_of(stored(r.item_record(item))) == item


def test_an_item_that_was_stored_when_draws_were_counted_is_read() -> None:
    item = an_item(a_generation())
    counted = stored(r.item_record(item)) | {"draws": 0, "candidates": []}

    assert r.item_of(counted) == item


def test_every_entity_comes_back_as_it_was() -> None:
    generation = a_generation(
        progress=Progress(total=6, completed=2), started_at=NOW, status=Status.COMPLETED
    )
    item = an_item(generation, 3, image=an_image(generation, 3), status=Status.UPLOADING)
    image = an_image(generation).model_copy(
        update={"status": ImageStatus.LIVE, "renditions": frozenset(Rendition)}
    )
    character = a_character(source=a_source(a_character()))
    attempt, upload, source = an_attempt(item), an_upload(), a_source(character)

    assert r.generation_of(stored(r.generation_record(generation))) == generation
    assert r.item_of(stored(r.item_record(item))) == item
    assert r.image_of(stored(r.image_record(image))) == image
    assert Attempt.model_validate(stored(r.attempt_record(attempt))) == attempt
    assert Character.model_validate(stored(r.character_record(character))) == character
    assert SourceImage.model_validate(stored(r.source_record(source))) == source
    assert Upload.model_validate(stored(r.upload_record(upload, NOW))) == upload


def test_a_brief_comes_back_with_its_fractions() -> None:
    snapshot = a_snapshot()
    brief = a_brief(snapshot, references=(an_image(snapshot.generation),))

    assert r.brief_of(stored(r.brief_record(snapshot.generation.id, brief))) == brief


def test_fractions_are_stored_as_the_digits_they_were_written_with() -> None:
    record = r.character_record(a_character())

    assert record["consistency"]["style_strength"] == Decimal("0.65")


def test_only_live_images_are_on_a_list() -> None:
    pending = an_image(a_generation())
    live = pending.model_copy(update={"status": ImageStatus.LIVE})

    assert "owner_list" not in r.image_record(pending)
    assert r.image_record(live)["owner_list"].endswith("#images")


def test_an_items_record_repeats_nothing_that_its_key_says() -> None:
    generation = a_generation()
    record = r.item_record(an_item(generation, 3, image=an_image(generation, 3)))

    assert {"generation_id", "index"}.isdisjoint(record)
    assert {"generation_id", "item_index"}.isdisjoint(record["image"])


@pytest.mark.parametrize("ending", ["completed late after redraws", "failed and still late"])
def test_an_item_stays_below_one_kilobyte_at_its_fullest(ending: str) -> None:
    item = fullest_item()
    if ending == "failed and still late":
        failure = Failure(
            code="content_blocked_output",
            failure_class=FailureClass.PERMANENT,
            stage=FailureStage.GENERATING,
            message="The provider refused the picture it had drawn; " * 4,
        )
        item = item.model_copy(update={"image": None, "failure": failure, "status": Status.FAILED})

    assert size_of(r.item_record(item)) < ITEM_LIMIT


def fullest_item() -> Item:
    """Every field that can be set at once, with the longest values that occur."""
    generation = a_generation(owner=LONGEST_SUBJECT, character_id=an_id(Kind.CHARACTER, 9))
    image = an_image(
        generation,
        9,
        status=ImageStatus.LIVE,
        content=some_content(
            format=ImageFormat.WEBP, width=4096, height=4096, size_bytes=39_999_999
        ),
        renditions=frozenset(Rendition),
    )
    later = NOW + timedelta(minutes=54)
    return an_item(
        generation,
        9,
        seed=2**31 - 1,
        status=Status.COMPLETED,
        furthest=Status.UPLOADING,
        version=99,
        dispatch=None,
        calls=9,
        attempts=3,
        started_at=NOW,
        called_at=later,
        provider=ProviderName.REPLICATE,
        model="black-forest-labs/flux-kontext-max",
        prediction_id="rrr4z55ocneqzikepnug6xezpe",
        won_by=9,
        image=image,
        cost_micro_usd=480_000,
        late=True,
        completed_at=later,
    )


def test_an_item_on_its_fifth_draw_stays_below_two_kilobytes() -> None:
    """Four draws on record, the best image of them, and the current one."""
    item = fullest_item()
    assert item.image is not None
    image = item.image.model_copy(update={"similarity": a_score(61.25)})
    draw = Draw(
        image_id=image.id,
        seed=2**31 - 1,
        score=61.25,
        attempts=3,
        provider=ProviderName.REPLICATE,
    )
    changes = {"image": image, "best": image, "draws": (draw,) * 4, "accept": ACCEPT}

    assert size_of(stored(r.item_record(item.model_copy(update=changes)))) < 2 * ITEM_LIMIT


def stored(record: r.Record) -> r.Record:
    """Through the table's own representation and back."""
    return from_wire(to_wire(record))


def size_of(record: r.Record) -> int:
    """What the table counts: names and values, a number by its digits, and a little per nesting
    (docs.aws.amazon.com, "DynamoDB item sizes and formats", 2026)."""
    return sum(len(name) + _size(value) for name, value in record.items())


def _size(value: Any) -> int:
    match value:
        case bool() | None:
            return 1
        case str():
            return len(value.encode())
        case int() | Decimal():
            return len(str(value)) // 2 + 2
        case dict():
            return 3 + sum(len(name) + _size(inner) + 1 for name, inner in value.items())
        case list():
            return 3 + sum(_size(inner) + 1 for inner in value)
        case _:
            raise TypeError(type(value))


def test_the_size_is_counted_for_a_whole_generation_too() -> None:
    assert isinstance(a_generation(), Generation)
    assert size_of(r.generation_record(a_generation())) < ITEM_LIMIT
