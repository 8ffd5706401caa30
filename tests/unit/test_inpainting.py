"""Inpainting: what is white in the mask is new, and every other pixel is the picture's own."""

import io
from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shared.adapters import imaging
from shared.domain.errors import InvalidImage
from shared.domain.generation import FailureStage, Snapshot, Status
from shared.domain.image_input import InputSource
from shared.domain.image_keys import input_key
from shared.domain.images import ImageFormat
from shared.domain.limits import LEASE
from shared.domain.provider import Finished, Output, Pending
from shared.domain.request import AssetPlace, GenerationRequest, JobType, Mode, ProviderName
from tests.builders import ADA, a_character, a_snapshot, a_source, an_upload
from tests.workshop import FakeProvider, Workshop, at_url, png

SIZE = (160, 120)
HOLE = (40, 30, 100, 90)


def noise(size: tuple[int, int] = SIZE, mode: str = "RGB") -> bytes:
    given = Random(7).randbytes(len(mode) * size[0] * size[1])
    return encoded(Image.frombytes(mode, size, given))


def mask(size: tuple[int, int] = SIZE, mode: str = "L") -> bytes:
    drawn = Image.new(mode, size)
    ImageDraw.Draw(drawn).rectangle(HOLE, fill="white")
    return encoded(drawn)


def encoded(picture: Image.Image, format_: str = "PNG") -> bytes:
    out = io.BytesIO()
    picture.save(out, format_)
    return out.getvalue()


def pixels(data: bytes, mode: str = "RGB") -> Any:
    return np.asarray(Image.open(io.BytesIO(data)).convert(mode))


def outside() -> Any:
    kept = np.ones((SIZE[1], SIZE[0]), dtype=np.bool_)
    kept[HOLE[1] : HOLE[3] + 1, HOLE[0] : HOLE[2] + 1] = False
    return kept


@pytest.mark.parametrize("drawn", [png(size=SIZE), png(size=(1024, 768)), png(size=(64, 64))])
def test_what_is_black_in_the_mask_keeps_every_pixel(drawn: bytes) -> None:
    original = noise()

    made = imaging.composite(original, mask(), drawn)

    assert np.array_equal(pixels(made)[outside()], pixels(original)[outside()])
    assert (pixels(made)[~outside()] == (120, 80, 160)).all()
    assert Image.open(io.BytesIO(made)).size == SIZE


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA"])
def test_a_mask_may_be_of_any_kind(mode: str) -> None:
    made = imaging.composite(noise(), mask(mode=mode), png(size=SIZE))

    assert np.array_equal(pixels(made)[outside()], pixels(noise())[outside()])
    assert (pixels(made)[~outside()] == (120, 80, 160)).all()


def test_what_is_transparent_in_the_picture_stays_so() -> None:
    original = noise(mode="RGBA")

    made = imaging.composite(original, mask(), png(size=SIZE))

    kept, given = pixels(made, "RGBA"), pixels(original, "RGBA")
    assert np.array_equal(kept[outside()], given[outside()])


def test_a_mask_of_another_size_fits_nothing() -> None:
    with pytest.raises(InvalidImage) as refused:
        imaging.composite(noise(), mask((161, 120)), png())
    assert refused.value.reason == "mask_size"


def inpainting(workshop: Workshop, *inputs: InputSource, retry_of: str | None = None) -> Snapshot:
    place = AssetPlace(job_type=JobType.INPAINT, project_id="film", branch_id="main")
    request = GenerationRequest(
        mode=Mode.ASSET,
        seed=1,
        provider=workshop.provider.name,
        model="gemini-nano-banana-2.1",
        inputs=2,
        asset=place,
    )
    snapshot = a_snapshot(
        items=1, mode=Mode.ASSET, character_id=None, inputs=2, asset=place, retry_of=retry_of
    )
    return workshop.submit(snapshot, request=request, inputs=inputs)


def posted(workshop: Workshop, number: int, data: bytes) -> InputSource:
    upload = an_upload(number, format=ImageFormat.PNG)
    etag = workshop.upload_store.put(upload, data)
    return InputSource(upload=upload.model_copy(update={"consumed_etag": etag}))


async def test_the_stored_image_is_the_given_one_but_for_the_mask() -> None:
    workshop = Workshop()
    red = encoded(Image.new("RGB", (640, 480), "red"), "JPEG")
    workshop.provider.answers.append(Finished(output=Output(data=red), cost_micro_usd=1))
    inpainting(workshop, posted(workshop, 1, noise()), posted(workshop, 2, mask()))

    await workshop.run()

    stored = workshop.store.objects[workshop.image().key]
    assert workshop.image().content.format is ImageFormat.PNG
    assert "/project_film/branch_main/inpaint/" in workshop.image().key
    assert np.array_equal(pixels(stored)[outside()], pixels(noise())[outside()])
    assert not np.array_equal(pixels(stored), pixels(noise()))


async def test_the_model_is_shown_the_picture_and_then_the_mask() -> None:
    workshop = Workshop()
    inpainting(workshop, posted(workshop, 1, noise()), posted(workshop, 2, mask()))

    await workshop.run()

    first, second = workshop.provider.calls[0].references
    assert np.array_equal(pixels(first.data), pixels(noise()))
    assert np.array_equal(pixels(second.data), pixels(mask()))


async def test_a_picture_drawn_before_is_kept_as_a_copy() -> None:
    workshop = Workshop()
    image = a_source(a_character()).image
    workshop.store.put(image.key, noise(), "image/png")
    inpainting(workshop, InputSource(image=image), posted(workshop, 2, mask()))

    done = await workshop.run()

    assert done.items[0].status is Status.COMPLETED
    assert input_key(ADA, workshop.generation_id, 0) in workshop.store.objects


async def test_a_retry_puts_it_into_the_picture_that_the_first_try_was_given() -> None:
    workshop = Workshop()
    for number, data in enumerate((noise(), mask())):
        workshop.store.put(input_key(ADA, "gen_first", number), data, "image/png")
    gone = InputSource(upload=an_upload(1, format=ImageFormat.PNG, consumed_etag="expired"))
    inpainting(workshop, gone, gone, retry_of="gen_first")

    done = await workshop.run()

    assert done.items[0].status is Status.COMPLETED
    assert len(workshop.provider.calls) == 1
    stored = workshop.store.objects[workshop.image().key]
    assert np.array_equal(pixels(stored)[outside()], pixels(noise())[outside()])


async def test_a_mask_of_another_size_fails_uncharged_and_calls_nobody() -> None:
    workshop = Workshop()
    inpainting(workshop, posted(workshop, 1, noise()), posted(workshop, 2, mask((120, 160))))

    done = await workshop.run()

    failure = done.items[0].failure
    assert failure is not None
    assert (failure.code, failure.stage) == ("mask_size_mismatch", FailureStage.VALIDATING)
    assert workshop.provider.calls == []
    assert workshop.used() == 0


async def test_an_answer_that_is_no_image_is_asked_for_again() -> None:
    workshop = Workshop()
    nonsense = Finished(output=Output(data=b"no image"), cost_micro_usd=1)
    workshop.provider.answers.append(nonsense)
    inpainting(workshop, posted(workshop, 1, noise()), posted(workshop, 2, mask()))

    await workshop.run()
    done = await workshop.run()

    assert done.items[0].status is Status.COMPLETED
    assert done.items[0].attempts == 2


async def test_an_upload_lost_with_its_worker_is_fetched_and_put_into_its_picture_again() -> None:
    workshop = Workshop(provider=FakeProvider(name=ProviderName.REPLICATE, calls_back=True))
    workshop.downloads.answer = encoded(Image.new("RGB", (640, 480), "red"))
    workshop.provider.answers.append(Pending(prediction_id="p1"))
    workshop.provider.reports.extend([at_url(), at_url()])
    inpainting(workshop, posted(workshop, 1, noise()), posted(workshop, 2, mask()))
    await workshop.run()
    puts = workshop.store.put
    workshop.store.put = store_is_down  # type: ignore[method-assign]
    with pytest.raises(ExceptionGroup):
        await workshop.ask(0)
    workshop.store.put = puts  # type: ignore[method-assign]
    assert workshop.item().status is Status.UPLOADING
    workshop.clock.advance(LEASE + timedelta(seconds=1))

    await workshop.run()

    assert workshop.item().status is Status.COMPLETED
    assert len(workshop.provider.calls) == 1
    stored = workshop.store.objects[workshop.image().key]
    assert np.array_equal(pixels(stored)[outside()], pixels(noise())[outside()])


def store_is_down(key: str, data: bytes, media_type: str) -> None:
    raise ConnectionError
