"""What follows from a provider's word: services/settle_attempt.py, settle_report.py,
store_result.py, resume_upload.py."""

from datetime import timedelta
from functools import partial

from shared.domain import events as e
from shared.domain.errors import (
    BadOutput,
    FailureClass,
    NotFound,
    ProviderError,
    ProviderRateLimited,
    ProviderTimedOut,
    ProviderUnavailable,
    StaleWrite,
    Unavailable,
)
from shared.domain.generation import Attempt, Failure, FailureStage, Generation, Item, Status
from shared.domain.images import Decoded, ImageFormat, Provenance, Rendition, StoredImage
from shared.domain.likeness import awaited
from shared.domain.provider import Failed, Finished, Output, PredictionReport
from shared.domain.transitions import Decision, Ignored, Move
from tests.simulation.calls import Call, Steps, Together, in_thread
from tests.simulation.handlers.moving import Moving
from tests.simulation.provider import NO_IMAGE

_TRANSIENT = (ProviderUnavailable, ProviderRateLimited, ProviderTimedOut)
_OUTPUT_TRIES = 2
_LATE_RACES = 4
_OUT_OF_REACH = Failure(
    code="image_out_of_reach",
    failure_class=FailureClass.TEMPORARY,
    stage=FailureStage.UPLOADING,
    message="not now",
)


def digest(data: bytes) -> str:
    """Stands for sha256 and can be read back."""
    return data.decode()


class Settling(Moving):
    """Shared by the call itself, polls and callbacks."""

    __slots__ = ()

    def take(
        self, generation: Generation, item: Item, attempt: Attempt, finished: Finished
    ) -> Steps[None]:
        paid = attempt.model_copy(update={"cost_micro_usd": finished.cost_micro_usd})
        try:
            data = yield from self.fetch(finished.output)
            yield from self.store_result(generation, item, paid, data)
        except BadOutput as unusable:
            yield from self.fail(generation, item, paid, unusable)

    def fail(
        self, generation: Generation, item: Item, attempt: Attempt, error: ProviderError
    ) -> Steps[None]:
        retry = isinstance(error, _TRANSIENT) or (
            isinstance(error, BadOutput) and item.attempts < _OUTPUT_TRIES
        )
        event = e.AttemptFailed(
            attempt_number=attempt.number,
            failure=Failure(
                code=error.code,
                failure_class=error.failure_class,
                stage=FailureStage.GENERATING,
                message=error.message,
            ),
            transient=retry,
            retry_after=self.rules.retry_delay(item.attempts, error.retry_after, self.rng.uniform),
            attempt=attempt,
        )
        yield from self.move(generation, item, event)

    def move(self, generation: Generation, item: Item, event: e.Event) -> Steps[Decision]:
        decision = yield from in_thread(self.advance(item, event))
        if isinstance(decision, Move) and decision.redispatch_after is not None:
            delay = max(decision.redispatch_after, timedelta(0))
            yield from in_thread(self.send(generation, [decision.after.index], delay))
        return decision

    def fetch(self, output: Output) -> Steps[bytes]:
        if output.data is not None:
            return output.data
        url = output.url
        assert url is not None, "an output is bytes or an address"
        provider = next(each for each in self.providers.values() if each.knows(url))
        try:
            data: bytes = yield Call(
                "downloads.fetch_output", lambda: provider.fetch(url, self.now()), awaited=True
            )
        except NotFound as exc:
            raise BadOutput("The provider's image could not be fetched.") from exc
        return data

    def settle_report(
        self, generation: Generation, item: Item, attempt: Attempt, report: PredictionReport
    ) -> Steps[None]:
        if item.ended and item.late_until is None:
            return
        match report:
            case Finished():
                yield from self.take(generation, item, attempt, report)
            case Failed():
                yield from self.fail(generation, item, attempt, report.error)
            case _:
                if item.status is Status.GENERATING:
                    yield from self.move(generation, item, e.Bound(attempt))

    def store_result(
        self, generation: Generation, item: Item, attempt: Attempt, data: bytes
    ) -> Steps[None]:
        if data == NO_IMAGE:
            raise BadOutput("The provider's answer is not an image.")
        image = self._intent(generation, item, data)
        event = e.GoodResult(attempt=attempt, image=image)
        decision = yield from in_thread(self.advance(item, event))
        if isinstance(decision, Move):
            yield from self.finish_upload(decision.after, image, data)
        elif decision.item.status is Status.FAILED and not decision.item.is_final(self.now()):
            yield from self._finish_late(generation, attempt, image, data)

    def finish_upload(self, item: Item, image: StoredImage, data: bytes) -> Steps[None]:
        stored = yield from self.put_all(image, data)
        yield from in_thread(self.advance(item, e.Stored(image=stored)))

    def _finish_late(
        self, generation: Generation, attempt: Attempt, image: StoredImage, data: bytes
    ) -> Steps[None]:
        yield Call("images.add", lambda: self.world.add_image(image))
        stored = yield from self.put_all(image, data)
        event = e.LateResult(attempt=attempt, image=stored)
        yield from in_thread(self.complete_late(generation.id, attempt.index, event))

    def complete_late(self, generation_id: str, index: int, event: e.LateResult) -> Steps[None]:
        for _ in range(_LATE_RACES):
            snapshot = yield self.get(generation_id)
            decision = self.rules.decide(snapshot.items[index], event, self.now())
            if isinstance(decision, Ignored):
                return
            late = self.rules.late_completion(snapshot, decision)
            try:
                yield Call("generations.complete_late", partial(self.world.complete_late, late))
            except StaleWrite:
                continue
            return
        raise StaleWrite("the generation changes faster than a late image can be added")

    def put_all(self, image: StoredImage, data: bytes) -> Steps[StoredImage]:
        keys = [image.key, image.rendition_key(Rendition.THUMB_256)]
        outcomes = yield Together([self._put(key, data) for key in keys])
        for outcome in outcomes:
            if outcome.error is not None:
                raise outcome.error
        return image.model_copy(update={"renditions": frozenset({Rendition.THUMB_256})})

    def _put(self, key: str, data: bytes) -> Steps[None]:
        yield Call("store.put", lambda: self.world.put(key, data))

    def resume_upload(self, generation: Generation, item: Item) -> Steps[None]:
        decision = yield from in_thread(self.advance(item, e.UploadResumed()))
        if not isinstance(decision, Move):
            return
        item = decision.after
        try:
            data = yield from self._find(item)
        except BadOutput:
            data = None
        except (ProviderError, Unavailable) as not_now:
            yield from self._later(generation, item, not_now.retry_after)
            return
        assert item.image is not None, "an item uploads an image"
        if data is None:
            yield from self.move(generation, item, e.ResultLost())
        else:
            yield from self.finish_upload(item, item.image, data)

    def _later(self, generation: Generation, item: Item, asked: float | None) -> Steps[None]:
        delay = self.rules.retry_delay(item.attempts, asked, self.rng.uniform)
        event = e.StoreFailed(failure=_OUT_OF_REACH, transient=True, retry_after=delay)
        yield from self.move(generation, item, event)

    def _find(self, item: Item) -> Steps[bytes | None]:
        image = item.image
        assert image is not None, "an item uploads an image"
        data: bytes | None
        try:
            data = yield Call("store.get", lambda: self.world.read(image.key))
        except NotFound:
            data = yield from self._ask_provider(item)
        if data is None or digest(data) != image.content.sha256:
            return None
        return data

    def _ask_provider(self, item: Item) -> Steps[bytes | None]:
        prediction = item.prediction_id
        if prediction is None:
            return None
        attempt = yield self.read_attempt(item.generation_id, item.index, item.attempt_to_ask)
        if attempt is None:
            return None
        report = yield self.poll_provider(attempt)
        if not isinstance(report, Finished):
            return None
        return (yield from self.fetch(report.output))

    def poll_provider(self, attempt: Attempt) -> Call:
        provider, prediction = self.providers[attempt.provider], attempt.prediction_id
        assert prediction is not None, "only a bound attempt is asked about"
        return Call("provider.poll", lambda: provider.poll(prediction, self.now()), awaited=True)

    def _intent(self, generation: Generation, item: Item, data: bytes) -> StoredImage:
        image_id = self.new_id("img_")
        return StoredImage.model_construct(
            id=image_id,
            owner=generation.owner,
            key=f"{generation.owner}/renders/{generation.id}/{image_id}.png",
            provenance=Provenance.GENERATED,
            created_at=self.now(),
            content=Decoded.model_construct(
                format=ImageFormat.PNG, width=8, height=8, size_bytes=9, sha256=digest(data)
            ),
            generation_id=generation.id,
            item_index=item.index,
            similarity=awaited(generation.character_id, measures_faces=True),
        )
