"""Input pictures at the worker: read once, proven, cleaned and shown first."""

import io
from random import Random

import pytest
from PIL import Image

from shared.domain.errors import FailureClass, NotFound, TooLarge, Unavailable, UnsafeUrl
from shared.domain.generation import FailureStage, Snapshot, Status
from shared.domain.image_input import InputSource
from shared.domain.image_keys import input_key, input_keys, shown_input_key
from shared.domain.images import ImageFormat
from shared.domain.request import GenerationRequest, Mode, OutputSize, ProviderName
from tests.builders import ADA, a_character, a_snapshot, a_source, an_upload
from tests.fake_internet import PUBLIC, Internet, answer
from tests.workshop import Workshop, png

ADDRESS = InputSource(url="https://pictures.example/room.png")


def brought(
    workshop: Workshop, *inputs: InputSource, items: int = 2, **request: object
) -> Snapshot:
    fields: dict[str, object] = {
        "mode": Mode.REDESIGN,
        "seed": 1,
        "provider": ProviderName.GEMINI,
        "model": "gemini-nano-banana-2.1",
        "inputs": len(inputs),
    }
    snapshot = a_snapshot(items=items, mode=Mode.REDESIGN, character_id=None, inputs=len(inputs))
    asked = GenerationRequest.model_validate(fields | request)
    return workshop.submit(snapshot, request=asked, inputs=inputs)


def prepared(workshop: Workshop, index: int = 0) -> bytes:
    return workshop.store.objects[input_key(ADA, workshop.generation_id, index)]


async def test_a_picture_is_fetched_once_cleaned_and_shown_to_every_item() -> None:
    workshop = Workshop()
    workshop.downloads.answer = jpeg_with_a_place()
    brought(workshop, ADDRESS, items=3)

    done = await workshop.run()

    assert [item.status for item in done.items] == [Status.COMPLETED] * 3
    assert workshop.downloads.fetched == [ADDRESS.url]
    kept = prepared(workshop)
    for call in workshop.provider.calls:
        (shown,) = call.references
        assert (shown.data, shown.format) == (kept, ImageFormat.PNG)
        assert "renders/" in shown.url
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.format == "PNG"
        assert not picture.getexif()


async def test_a_second_delivery_finds_what_the_first_prepared() -> None:
    workshop = Workshop()
    brought(workshop, ADDRESS)
    await workshop.run(0)

    workshop.downloads.answer = NotFound("gone by now")
    done = await workshop.run(1)

    assert [item.status for item in done.items] == [Status.COMPLETED] * 2
    assert workshop.provider.calls[0].references == workshop.provider.calls[1].references


async def test_a_repeated_generation_is_shown_what_the_first_one_was() -> None:
    workshop = Workshop()
    workshop.store.put(input_key(ADA, "gen_first", 0), png(7), "image/png")
    workshop.downloads.answer = NotFound("gone by now")
    snapshot = a_snapshot(items=1, mode=Mode.REDESIGN, retry_of="gen_first", inputs=1)
    workshop.submit(snapshot, inputs=(ADDRESS,))

    await workshop.run()

    assert workshop.provider.calls[0].references[0].data == png(7)
    own = input_key(ADA, snapshot.generation.id, 0)
    assert workshop.store.objects[own] == png(7), "the first one may be deleted"


async def test_an_upload_is_read_as_it_was_when_it_was_used() -> None:
    workshop = Workshop()
    upload = an_upload(format=ImageFormat.PNG)
    used = upload.model_copy(update={"consumed_etag": workshop.upload_store.put(upload, png())})
    brought(workshop, InputSource(upload=used))
    workshop.upload_store.posted[upload.key] = png(200)

    done = await workshop.run()

    assert {item.failure.code for item in done.items if item.failure} == {"upload_expired"}
    assert workshop.provider.calls == []


async def test_an_image_of_ones_own_is_shown_as_it_lies() -> None:
    workshop = Workshop()
    image = a_source(a_character()).image
    workshop.store.put(image.key, png(5), "image/png")
    brought(workshop, InputSource(image=image))

    await workshop.run()

    assert workshop.provider.calls[0].references[0].data == png(5)
    assert workshop.downloads.fetched == []


async def test_input_pictures_come_before_those_of_the_person() -> None:
    workshop = Workshop()
    person = a_source(a_character()).image
    workshop.store.put(person.key, png(9), "image/png")
    snapshot = a_snapshot(items=1, mode=Mode.FACE_SWAP, inputs=2)
    workshop.submit(snapshot, inputs=(ADDRESS, ADDRESS), references=(person,))

    await workshop.run()

    shown = workshop.provider.calls[0].references
    assert [one.data for one in shown] == [prepared(workshop, 0), prepared(workshop, 1), png(9)]


@pytest.mark.parametrize(
    ("size", "ratio"), [((160, 90), "16:9"), ((90, 160), "9:16"), ((96, 96), "1:1")]
)
async def test_what_follows_its_input_is_drawn_in_its_shape(
    size: tuple[int, int], ratio: str
) -> None:
    workshop = Workshop()
    workshop.downloads.answer = png(size=size)
    brought(workshop, ADDRESS, items=1, follows_input=True)

    await workshop.run()

    call = workshop.provider.calls[0]
    assert call.aspect_ratio == ratio
    assert call.references[0].size == OutputSize(width=size[0], height=size[1])


async def test_of_a_large_picture_a_model_sees_a_smaller_copy_also_the_second_time() -> None:
    workshop = Workshop()
    workshop.downloads.answer = noise(1400)
    brought(workshop, ADDRESS)

    await workshop.run(0)
    await workshop.run(1)

    key = input_key(ADA, workshop.generation_id, 0)
    smaller = workshop.store.objects[shown_input_key(key)]
    for call in workshop.provider.calls:
        assert (call.references[0].data, call.references[0].format) == (smaller, ImageFormat.WEBP)
        assert call.references[0].size == OutputSize(width=1400, height=1400)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"no picture at all", "invalid_image"),
        (TooLarge("21 MB", max_bytes=1), "invalid_image"),
        (UnsafeUrl("It leads inside.", reason="address"), "unsafe_url"),
        (NotFound("404"), "url_unreachable"),
        (Unavailable("slow"), "url_unreachable"),
    ],
)
async def test_a_picture_that_is_no_use_fails_every_item_and_gives_all_back(
    answer: bytes | Exception, code: str
) -> None:
    workshop = Workshop()
    workshop.downloads.answer = answer
    brought(workshop, ADDRESS, items=2)
    assert workshop.used() == 2

    done = await workshop.run()

    assert done.generation.status is Status.FAILED
    for item in done.items:
        assert item.failure is not None
        assert (item.failure.code, item.failure.stage) == (code, FailureStage.VALIDATING)
        assert item.failure.failure_class is FailureClass.PERMANENT
    assert workshop.provider.calls == []
    assert workshop.used() == 0


@pytest.mark.parametrize(
    ("internet", "code"),
    [
        (Internet(names={"pictures.example": ["127.0.0.1"]}), "unsafe_url"),
        (Internet(names={"pictures.example": ["169.254.169.254"]}), "unsafe_url"),
        (Internet(names={"pictures.example": [PUBLIC, "10.0.0.7"]}), "unsafe_url"),
        (Internet(answer(b"", "302 Found", "Location: http://169.254.169.254/")), "unsafe_url"),
        (Internet(answer(png(), "200 OK", "Content-Encoding: gzip")), "unsafe_url"),
        (Internet(answer(b"", "404 Not Found")), "url_unreachable"),
        (Internet(answer(b"", "503 Busy")), "url_unreachable"),
        (Internet([b"HTTP/1.1 200 OK\r\nContent-Length: 99000000\r\n\r\n"]), "invalid_image"),
        (Internet(answer(b"<html>no picture</html>")), "invalid_image"),
    ],
    ids=[
        *("loopback", "metadata", "public and private", "redirect", "gzip", "gone", "busy"),
        *("endless", "page"),
    ],
)
async def test_an_address_is_fetched_behind_the_guard(internet: Internet, code: str) -> None:
    workshop = Workshop(downloads=internet.downloader())
    brought(workshop, ADDRESS)

    done = await workshop.run()

    assert {item.failure.code for item in done.items if item.failure} == {code}
    assert {address for address, _ in internet.connections} <= {PUBLIC}
    assert workshop.provider.calls == []
    assert workshop.used() == 0


async def test_a_picture_of_the_internet_is_drawn_from() -> None:
    workshop = Workshop(downloads=Internet(answer(png())).downloader())
    brought(workshop, ADDRESS)

    done = await workshop.run()

    assert [item.status for item in done.items] == [Status.COMPLETED] * 2


async def test_a_store_of_ours_that_is_away_fails_nothing() -> None:
    workshop = Workshop()
    brought(workshop, ADDRESS)

    def away(key: str) -> bytes:
        raise Unavailable("away")

    workshop.store.get = away  # type: ignore[method-assign]

    with pytest.raises(Unavailable):
        await workshop.run()
    assert {item.status for item in workshop.now().items} == {Status.QUEUED}


async def test_what_is_prepared_for_a_generation_that_was_deleted_goes_again() -> None:
    workshop = Workshop()
    snapshot = brought(workshop, ADDRESS)
    show = workshop.show_pictures
    snapshot, brief = workshop.generations.load(snapshot.generation.id)
    workshop.generations.delete(snapshot)

    await show(snapshot, brief)

    assert input_keys(snapshot.generation)
    assert workshop.store.objects == {}


def jpeg_with_a_place() -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 51.0, 0.0)})
    out = io.BytesIO()
    Image.new("RGB", (128, 96), (9, 99, 199)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def noise(side: int) -> bytes:
    out = io.BytesIO()
    pixels = Random(1).randbytes(3 * side * side)
    Image.frombytes("RGB", (side, side), pixels).save(out, "PNG", compress_level=1)
    return out.getvalue()
