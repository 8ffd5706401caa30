"""Input pictures at submission: what is refused without reading them, and what is used up."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import (
    Forbidden,
    IdempotencyKeyReused,
    InvalidImage,
    LikenessError,
    NotFound,
    QuotaExceeded,
    SourceNotReady,
    Unprocessable,
    UnsafeUrl,
    UploadExpired,
)
from shared.domain.image_input import ImageInput, InputSource
from shared.domain.images import ImageFormat, StoredImage
from shared.domain.quality import CheckStatus, Quality
from shared.domain.request import Lora, Mode, ProviderName, Visibility
from shared.domain.upload import Upload
from shared.domain.wish import Wish
from tests.builders import GRACE, a_character, a_source, an_allowance, an_idempotency_key, an_upload
from tests.fake_outside import FakeLimits
from tests.unit.desk import ADA_PAYS, Desk
from tests.workshop import png

ROOM = Wish(mode=Mode.REDESIGN, room_type="bedroom", style="japandi")
LORA = Lora(weights="ada/me-lora")


def with_inputs(*given: ImageInput, wish: Wish = ROOM, **changes: Any) -> Wish:
    return wish.model_copy(update={"inputs": given} | changes)


def posted(desk: Desk, **changes: Any) -> Upload:
    upload = an_upload(**changes)
    desk.memory.uploads[upload.id] = upload
    desk.upload_store.posted[upload.key] = png()
    return upload


def owned(desk: Desk) -> StoredImage:
    image = a_source(a_character()).image
    desk.memory.images[image.id] = image
    return image


def refused(desk: Desk, wish: Wish) -> LikenessError:
    with pytest.raises(LikenessError) as refusal:
        desk.request_generation(owner=ADA_PAYS, wish=wish)
    assert desk.memory.generations == {}
    assert desk.queue.sent == []
    return refusal.value


def sources(desk: Desk, wish: Wish) -> tuple[InputSource, ...]:
    answer = desk.request_generation(owner=ADA_PAYS, wish=wish)
    return desk.memory.briefs[answer.value.generation.id].inputs


def test_each_kind_of_input_is_named_for_the_worker_in_the_order_of_the_request() -> None:
    desk = Desk()
    upload, image = posted(desk), owned(desk)
    wish = with_inputs(
        ImageInput(url="https://pictures.example/a.png"),
        ImageInput(upload_id=upload.id),
        ImageInput(image_id=image.id),
        ImageInput(data=png(), declared=ImageFormat.PNG),
        wish=Wish(mode=Mode.COMPOSE, prompt="a collage"),
    )

    by_url, by_upload, by_image, by_file = sources(desk, wish)

    assert by_url.url == "https://pictures.example/a.png"
    assert by_image.image == image
    assert by_upload.upload is not None
    assert by_upload.upload.consumed_etag == desk.upload_store.etag(upload)
    assert by_file.upload is not None
    assert desk.upload_store.posted[by_file.upload.key] == png()


def test_an_upload_is_used_once() -> None:
    desk = Desk()
    wish = with_inputs(ImageInput(upload_id=posted(desk).id))
    desk.request_generation(owner=ADA_PAYS, wish=wish)

    with pytest.raises(UploadExpired):
        desk.request_generation(owner=ADA_PAYS, wish=wish)
    assert len(desk.memory.generations) == 1


def test_an_upload_may_stand_twice_in_one_request() -> None:
    desk = Desk()
    given = ImageInput(upload_id=posted(desk).id)

    first, second = sources(
        desk, with_inputs(given, given, wish=Wish(mode=Mode.COMPOSE, prompt="twins"))
    )

    assert first == second


def test_a_file_of_the_request_is_an_upload_that_is_used_at_once() -> None:
    desk = Desk()

    sources(desk, with_inputs(ImageInput(data=png())))

    (upload,) = desk.memory.uploads.values()
    assert not upload.usable(desk.clock())


def test_a_repeated_request_gets_its_first_answer_though_its_upload_is_used() -> None:
    desk = Desk()
    key = an_idempotency_key("again")
    wish = with_inputs(ImageInput(upload_id=posted(desk).id))
    first = desk.request_generation(owner=ADA_PAYS, wish=wish, idempotency=key)

    again = desk.request_generation(owner=ADA_PAYS, wish=wish, idempotency=key)

    assert again.replayed
    assert again.value == first.value
    with pytest.raises(IdempotencyKeyReused):
        desk.request_generation(
            owner=ADA_PAYS, wish=wish, idempotency=an_idempotency_key("again", body="other")
        )


@pytest.mark.parametrize(
    "url",
    [
        "http://pictures.example/a.png",
        "https://127.0.0.1/a.png",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "https://[::1]/",
        "https://pictures.example:8443/",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_is_not_public_by_its_text_is_refused(url: str) -> None:
    assert isinstance(refused(Desk(), with_inputs(ImageInput(url=url))), UnsafeUrl)


def test_what_is_not_there_or_anothers_is_not_found() -> None:
    desk = Desk()
    theirs = posted(desk, owner=GRACE)
    announced = an_upload(7)
    desk.memory.uploads[announced.id] = announced

    for upload_id in (theirs.id, announced.id, an_upload(8).id):
        assert isinstance(refused(desk, with_inputs(ImageInput(upload_id=upload_id))), NotFound)
    assert isinstance(refused(desk, with_inputs(ImageInput(image_id="img_404"))), NotFound)


def test_an_expired_upload_is_told_from_an_unknown_one() -> None:
    desk = Desk()
    upload = posted(desk)
    desk.clock.advance(timedelta(hours=25))

    assert isinstance(refused(desk, with_inputs(ImageInput(upload_id=upload.id))), UploadExpired)


@pytest.mark.parametrize(
    ("data", "declared", "reason"),
    [
        (b"GIF89a", None, "unknown_format"),
        (b"", ImageFormat.PNG, "unknown_format"),
        (png(), ImageFormat.JPEG, "format_mismatch"),
    ],
)
def test_a_file_is_judged_by_its_first_bytes(
    data: bytes, declared: ImageFormat | None, reason: str
) -> None:
    desk = Desk()

    refusal = refused(desk, with_inputs(ImageInput(data=data, declared=declared)))

    assert isinstance(refusal, InvalidImage)
    assert refusal.reason == reason
    assert desk.upload_store.posted == {}


def test_a_file_is_stored_only_after_everything_else_was_found_right() -> None:
    desk = Desk()
    wish = with_inputs(ImageInput(data=png()), max_cost_micro_usd=1)

    assert refused(desk, wish).code == "max_cost_exceeded"
    assert desk.upload_store.posted == {}


def test_a_request_over_quota_leaves_no_record_of_its_file_and_no_used_upload() -> None:
    desk = Desk(limits=FakeLimits(paid=an_allowance(monthly_images=0)))
    upload = posted(desk)
    given = (ImageInput(data=png()), ImageInput(upload_id=upload.id))
    wish = with_inputs(*given, wish=Wish(mode=Mode.COMPOSE, prompt="both"))

    assert isinstance(refused(desk, wish), QuotaExceeded)
    assert desk.memory.uploads == {upload.id: upload}


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"room_type": "dungeon"}, "unknown_room_type"), ({"style": "vaporwave"}, "unknown_style")],
)
def test_an_unknown_room_or_style_is_refused_with_the_known_ones(
    changes: dict[str, Any], code: str
) -> None:
    refusal = refused(Desk(), with_inputs(ImageInput(data=png()), **changes))

    assert isinstance(refusal, Unprocessable)
    assert refusal.code == code
    assert len(refusal.details["known"]) >= 10


def test_a_face_needs_a_source_image_that_passed() -> None:
    desk = Desk()
    character = a_character()
    desk.characters.add(character, None)
    swap = Wish(mode=Mode.FACE_SWAP, character_id=character.id)

    assert isinstance(refused(desk, with_inputs(ImageInput(data=png()), wish=swap)), SourceNotReady)

    failed = a_source(character, qa=Quality(status=CheckStatus.FAILED))
    desk.memory.characters[character.id] = character.model_copy(update={"source": failed})
    assert isinstance(refused(desk, with_inputs(ImageInput(data=png()), wish=swap)), SourceNotReady)


@pytest.mark.parametrize("identity", [{"character_id": a_character().id}, {"lora": LORA}])
def test_a_person_is_never_public_in_any_mode(identity: dict[str, object]) -> None:
    desk = Desk()
    desk.characters.add(a_character(), None)
    wish = Wish(mode=Mode.IMAGINE, prompt="at sea", visibility=Visibility.PUBLIC)

    refusal = refused(desk, wish.model_copy(update=identity))

    assert isinstance(refusal, Forbidden)
    assert refusal.code == "public_identity"


def test_a_lora_is_drawn_by_a_model_that_takes_it_without_a_picture_of_the_person() -> None:
    desk = Desk()
    character = a_character()
    character = character.model_copy(update={"source": a_source(character)})
    desk.characters.add(character, None)
    wish = Wish(mode=Mode.PORTRAIT, character_id=character.id, lora=LORA, image_count=2)

    answer = desk.request_generation(owner=ADA_PAYS, wish=wish)

    brief = desk.memory.briefs[answer.value.generation.id]
    assert brief.request.provider is ProviderName.REPLICATE
    assert brief.request.lora == LORA
    assert brief.references == ()
    assert "picture" not in brief.prompts[1].split("Pose and framing")[0]
    assert {item.dispatch for item in answer.value.items} == {"pending"}
