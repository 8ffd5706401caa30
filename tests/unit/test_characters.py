"""Characters and the pictures they are given."""

import pytest

from shared.domain.errors import (
    InFlightLimit,
    InvalidImage,
    StaleWrite,
    TooLarge,
    Unavailable,
    Unprocessable,
    UploadExpired,
)
from shared.domain.image_input import ImageInput
from shared.domain.images import ImageFormat, ImageStatus
from shared.domain.request import Owner, Plan
from shared.services.change_character import CharacterChange
from shared.services.create_character import NewCharacter
from tests.builders import ADA, NOW, a_character, an_idempotency_key
from tests.unit.desk import ADA_PAYS, Desk
from tests.workshop import png

ID = a_character().id


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.characters.add(a_character(), None)
    return made


def test_the_seed_is_drawn_once() -> None:
    desk = Desk()

    drawn = desk.create_character(owner=ADA_PAYS, new=NewCharacter(name="Mira")).value
    given = desk.create_character(owner=ADA_PAYS, new=NewCharacter(name="Noa", seed=0)).value

    assert drawn.character.consistency.seed == 42
    assert given.character.consistency.seed == 0


def test_a_refused_pack_writes_no_character() -> None:
    desk = Desk()
    ada = Owner(id=ADA, plan=Plan.FREE)
    new = NewCharacter(name="Mira", first_pack=2)
    desk.create_character(owner=ada, new=new)

    with pytest.raises(InFlightLimit):
        desk.create_character(owner=ada, new=new)

    assert len(desk.memory.characters) == len(desk.memory.generations) == 1


def test_a_repeated_creation_with_a_pack_is_one_of_each() -> None:
    desk = Desk()
    new = NewCharacter(name="Mira", first_pack=2)
    key = an_idempotency_key()

    first = desk.create_character(owner=ADA_PAYS, new=new, idempotency=key)
    again = desk.create_character(owner=ADA_PAYS, new=new, idempotency=key)

    assert again.replayed
    assert again.value == first.value
    assert len(desk.memory.characters) == len(desk.memory.generations) == 1


def test_two_changes_at_once_both_take_effect(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    save, others = type(desk.characters).save, [CharacterChange(attributes={"hair_color": "grey"})]

    def overtaken(self: object, character: object) -> None:
        if others:
            desk.change_character(owner=ADA, character_id=ID, change=others.pop())
        save(self, character)  # type: ignore[arg-type] # the fake's own method

    monkeypatch.setattr(type(desk.characters), "save", overtaken)

    desk.change_character(owner=ADA, character_id=ID, change=CharacterChange(name="Mo"))

    character = desk.characters.get(ADA, ID)
    assert (character.name, character.attributes.hair_color) == ("Mo", "grey")
    assert character.version == 3


def test_a_character_that_never_stands_still_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> None:
        raise StaleWrite("always")

    monkeypatch.setattr(type(desk.characters), "save", lost)

    with pytest.raises(StaleWrite):
        desk.change_character(owner=ADA, character_id=ID, change=CharacterChange(name="Mo"))


def test_a_picture_becomes_live_with_its_record(desk: Desk) -> None:
    source = desk.set_source_image(owner=ADA, character_id=ID, given=ImageInput(data=png())).value

    stored = desk.memory.images[source.image.id]
    assert stored.status is ImageStatus.LIVE
    assert set(stored.all_keys()) == set(desk.store.objects)
    assert desk.characters.get(ADA, ID).source == source


def test_a_crash_before_the_record_leaves_the_character_as_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(desk.characters), "replace_source", crash)
    with pytest.raises(KeyboardInterrupt):
        desk.set_source_image(owner=ADA, character_id=ID, given=ImageInput(data=png()))

    assert desk.characters.get(ADA, ID).source is None
    (pending,) = desk.memory.images.values()
    assert pending.status is ImageStatus.PENDING
    assert set(desk.store.objects) <= set(pending.all_keys())


def test_a_rendition_that_fails_does_not_fail_the_picture(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise InvalidImage("cannot be made", reason="rendition")

    monkeypatch.setattr("shared.adapters.imaging.renditions", fail)

    source = desk.set_source_image(owner=ADA, character_id=ID, given=ImageInput(data=png())).value

    assert source.image.renditions == frozenset()


def test_two_pictures_at_once_both_become_versions(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, others = type(desk.characters).replace_source, [ImageInput(data=png(shade=9))]

    def overtaken(self: object, *args: object, **named: object) -> None:
        if others:
            desk.set_source_image(owner=ADA, character_id=ID, given=others.pop())
        replace(self, *args, **named)  # type: ignore[arg-type] # the fake's own method

    monkeypatch.setattr(type(desk.characters), "replace_source", overtaken)

    desk.set_source_image(owner=ADA, character_id=ID, given=ImageInput(data=png()))

    assert [source.version for source in desk.characters.sources(ID)] == [2, 1]


def test_an_upload_is_consumed_by_the_etag_of_what_was_read(desk: Desk) -> None:
    upload, _ = desk.create_upload(owner=ADA, format_=ImageFormat.PNG, size_bytes=99).value
    desk.upload_store.posted[upload.key] = png()

    desk.set_source_image(owner=ADA, character_id=ID, given=ImageInput(upload_id=upload.id))

    assert desk.memory.uploads[upload.id].consumed_etag
    with pytest.raises(UploadExpired):
        desk.set_source_image(owner=ADA, character_id=ID, given=ImageInput(upload_id=upload.id))


def test_an_upload_dies_after_a_day(desk: Desk) -> None:
    upload, _ = desk.create_upload(owner=ADA, format_=ImageFormat.PNG, size_bytes=99).value
    desk.upload_store.posted[upload.key] = png()
    desk.clock.now = upload.expires_at

    with pytest.raises(UploadExpired):
        desk.set_source_image(owner=ADA, character_id=ID, given=ImageInput(upload_id=upload.id))
    assert (upload.expires_at - NOW).total_seconds() == 86_400
    assert not desk.store.objects


def test_a_repeated_announcement_is_the_same_upload(desk: Desk) -> None:
    key = an_idempotency_key()

    first = desk.create_upload(owner=ADA, format_=ImageFormat.PNG, size_bytes=9, idempotency=key)
    again = desk.create_upload(owner=ADA, format_=ImageFormat.PNG, size_bytes=9, idempotency=key)

    assert (first.replayed, again.replayed) == (False, True)
    assert again.value == first.value


@pytest.mark.parametrize(
    ("error", "expected"),
    [(TooLarge("huge"), InvalidImage), (KeyError(), KeyError)],
)
def test_an_address_with_too_much_behind_it_is_no_image(
    desk: Desk, error: Exception, expected: type[Exception]
) -> None:
    class Pages(dict[str, bytes]):
        def __missing__(self, key: str) -> bytes:
            raise error

    desk.pages = Pages()

    with pytest.raises(expected):
        desk.set_source_image(
            owner=ADA, character_id=ID, given=ImageInput(url="https://e.com/a.png")
        )


def test_an_address_that_does_not_answer_is_told_apart_from_a_bad_picture(desk: Desk) -> None:
    from shared.domain.errors import Unavailable

    class Away(dict[str, bytes]):
        def __missing__(self, key: str) -> bytes:
            raise Unavailable("away")

    desk.pages = Away()

    with pytest.raises(Unprocessable) as refused:
        desk.set_source_image(
            owner=ADA, character_id=ID, given=ImageInput(url="https://e.com/a.png")
        )
    assert refused.value.code == "url_unreachable"


def test_a_deleted_character_takes_every_version_along(desk: Desk) -> None:
    for shade in (1, 2):
        desk.set_source_image(owner=ADA, character_id=ID, given=ImageInput(data=png(shade)))

    desk.delete_character(owner=ADA, character_id=ID)

    assert not desk.memory.characters
    assert not desk.memory.images
    assert not desk.store.objects


def front(desk: Desk) -> None:
    given = ImageInput(data=png())
    desk.upload_variant(owner=ADA, character_id=ID, variant_type="front", given=given)


def test_pictures_go_before_their_character(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.set_source_image(owner=ADA, character_id=ID, given=ImageInput(data=png()))
    front(desk)

    def crash(*_: object) -> None:
        raise Unavailable("The store is busy; please try again.")

    with monkeypatch.context() as broken:
        broken.setattr(type(desk.characters), "delete", crash)
        with pytest.raises(Unavailable):
            desk.delete_character(owner=ADA, character_id=ID)

    assert desk.store.objects == {}
    assert desk.memory.variants == {}
    desk.delete_character(owner=ADA, character_id=ID)
    assert desk.memory.characters == {}


def test_a_variant_that_comes_while_its_character_is_deleted_goes_with_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete, coming = type(desk.characters).delete, [front]

    def overtaken(self: object, character: object) -> None:
        if coming:
            coming.pop()(desk)
        delete(self, character)  # type: ignore[arg-type] # the fake's own method

    monkeypatch.setattr(type(desk.characters), "delete", overtaken)

    desk.delete_character(owner=ADA, character_id=ID)

    assert (desk.store.objects, desk.memory.variants, desk.memory.images) == ({}, {}, {})
