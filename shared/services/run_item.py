"""Draw one item: claim it, call its provider, settle what comes back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain import events as e
from shared.domain.choosing import ratio_to_draw
from shared.domain.errors import (
    ProviderAuthFailed,
    ProviderError,
    ProviderTimedOut,
    ProviderUnavailable,
    Unavailable,
)
from shared.domain.gate import Heard, Outcome, heard
from shared.domain.generation import (
    Attempt,
    Brief,
    Failure,
    Generation,
    Item,
    Status,
)
from shared.domain.ids import IdFactory, Kind
from shared.domain.limits import LEASE, PROVIDER_CALL
from shared.domain.ports import Clock, Generations, ImageProvider
from shared.domain.provider import NAMED_BY_US, Finished, Pending, ProviderCall
from shared.domain.request import ProviderName
from shared.domain.transitions import Move
from shared.domain.work import AttemptReference, CancelPrediction
from shared.services.dispatching import Dispatcher
from shared.services.judge_draws import Judge
from shared.services.moving import advance
from shared.services.resume_upload import ResumeUpload
from shared.services.settle_attempt import SettleAttempt
from shared.services.show_pictures import Shown

type Providers = Callable[[ProviderName], ImageProvider]
type CallbackUrl = Callable[[ProviderName, AttemptReference], str]


@dataclass(frozen=True, slots=True)
class Ears:
    """What the calls of a message said of their provider."""

    calls: list[Heard] = field(default_factory=list)

    def listen(self, error: ProviderError | None) -> None:
        """A key that is refused says nothing of the provider's health."""
        if not isinstance(error, ProviderAuthFailed):
            self.calls.append(heard(error))

    @property
    def trouble(self) -> bool:
        return any(call.outcome is not Outcome.ANSWERED for call in self.calls)

    def take(self) -> list[Heard]:
        """All that was heard, once."""
        calls = list(self.calls)
        self.calls.clear()
        return calls


@dataclass(frozen=True, slots=True)
class RunItem:
    """Each item claims, runs, retries and fails alone; a second delivery skips what is done."""

    generations: Generations
    providers: Providers
    settle: SettleAttempt
    resume_upload: ResumeUpload
    judge: Judge
    dispatcher: Dispatcher
    callback_url: CallbackUrl
    clock: Clock
    new_id: IdFactory
    new_token: Callable[[], str]

    async def __call__(
        self,
        *,
        generation: Generation,
        brief: Brief,
        item: Item,
        shown: Shown | Failure,
        ears: Ears,
    ) -> bool:
        """True when the provider works on and its prediction is to be polled. `shown` is the
        Failure of what cannot be shown; `ears` hear how the provider is. Cancelled, it gives
        back what it had claimed."""
        if item.status is Status.UPLOADING:
            await self._go_on(generation, brief, item)
            return False
        if item.prediction_id is not None:
            return True  # Delivered again: its first worker may have died before it sent a poll.
        if generation.cancel_receipt is not None and item.status is Status.QUEUED:
            # It was being stored when the rest was cancelled, and was lost on the way.
            await self.settle.move(generation, item, e.CancelRequested())
            return False
        claimed = await asyncio.to_thread(self._claim, item)
        if claimed is None:
            return False
        try:
            if isinstance(shown, Failure):
                await self._fail_before_call(generation, claimed, shown)
                return False
            return await self._call(generation, brief, claimed, shown, ears)
        except asyncio.CancelledError:
            await self._give_back(generation, brief, claimed)
            raise

    async def _go_on(self, generation: Generation, brief: Brief, item: Item) -> None:
        """With what an image is there for: it is stored, or awaits its judgement."""
        if item.awaits_judgement:
            await self.judge.item(generation, brief, item)
        else:
            await self.resume_upload(generation=generation, item=item)

    async def _give_back(self, generation: Generation, brief: Brief, claimed: Item) -> None:
        """Requeues an item whose worker must stop. A provider that calls back may be at work
        by now, whether we know of it or not: it is waited for, as after a lost reply."""
        if self.providers(brief.request.provider).calls_back:
            await asyncio.to_thread(self.dispatcher.send, generation, [claimed.index], LEASE)
        else:
            given_back = e.GivenBack(attempt_number=claimed.calls)
            await self.settle.move(generation, claimed, given_back)

    def _claim(self, item: Item) -> Item | None:
        if item.status in (Status.PROCESSING, Status.GENERATING):
            expired = advance(self.generations, item, e.LeaseExpired(), self.clock)
            if not isinstance(expired, Move):
                return None
            item = expired.after
        decision = advance(self.generations, item, e.Claimed(), self.clock)
        return decision.after if isinstance(decision, Move) else None

    async def _call(
        self,
        generation: Generation,
        brief: Brief,
        item: Item,
        shown: Shown,
        ears: Ears,
    ) -> bool:
        """Recorded before called: a crash during the call leaves an attempt that counts as
        spent and whose callback finds it, never a paid call that nobody knows of."""
        attempt = self._attempt(brief, item)
        begun = await asyncio.to_thread(
            advance, self.generations, item, e.ProviderCalled(attempt), self.clock
        )
        if not isinstance(begun, Move):
            return False
        item = begun.after
        try:
            provider = self.providers(brief.request.provider)
            call = self._provider_call(brief, item, attempt, shown)
            answer = await _listened_to(provider, call, ears)
            if isinstance(answer, Pending):
                return await self._bind(generation, item, attempt, answer)
            await self._take(generation, item, attempt, answer)
        except ProviderTimedOut as lost_reply:
            await self._lost_reply(generation, item, attempt, provider, lost_reply)
        except ProviderError as error:
            await self.settle.fail(generation=generation, item=item, attempt=attempt, error=error)
        return False

    def _attempt(self, brief: Brief, item: Item) -> Attempt:
        now = self.clock()
        provider = brief.request.provider
        attempt_id = self.new_id(Kind.ATTEMPT, now)
        return Attempt(
            id=attempt_id,
            generation_id=item.generation_id,
            index=item.index,
            number=item.calls,
            token=self.new_token(),
            provider=provider,
            model=brief.request.model,
            instead_of=brief.instead_of,
            called_at=now,
            prediction_id=attempt_id if provider in NAMED_BY_US else None,
        )

    def _provider_call(
        self,
        brief: Brief,
        item: Item,
        attempt: Attempt,
        shown: Shown,
    ) -> ProviderCall:
        request = brief.request
        reference = AttemptReference(
            generation_id=attempt.generation_id,
            index=attempt.index,
            number=attempt.number,
            token=attempt.token,
        )
        return ProviderCall(
            attempt_id=attempt.id,
            model=request.model,
            prompt=brief.prompts[item.index],
            negative_prompt=brief.negative_prompt,
            references=shown,
            lora=request.lora,
            aspect_ratio=ratio_to_draw(request, shown),
            quality=request.quality,
            seed=item.seed,
            output_format=request.output_format,
            callback_url=self.callback_url(request.provider, reference),
            give_up_after=_until_deadline(item, self.clock()),
        )

    async def _bind(
        self, generation: Generation, item: Item, attempt: Attempt, pending: Pending
    ) -> bool:
        bound = attempt.model_copy(update={"prediction_id": pending.prediction_id})
        decision = await self.settle.move(generation, item, e.Bound(bound))
        # Bound already, by a callback or by this very write when its answer was lost: polled too.
        now = decision.after if isinstance(decision, Move) else decision.item
        if now.status is Status.CANCELLED:
            # Cancelled while it was being started: nobody knew until now whom to tell.
            unwanted = CancelPrediction(
                provider=attempt.provider, prediction_id=pending.prediction_id
            )
            await asyncio.to_thread(self.dispatcher.queue.ingest, [unwanted])
        return now.status is Status.GENERATING and now.prediction_id is not None

    async def _take(
        self, generation: Generation, item: Item, attempt: Attempt, answer: Finished
    ) -> None:
        """A store of ours that is busy is no failure of the attempt: that ends the item's run
        as a crash would, and what was stored by then is resumed."""
        try:
            await self.settle.take(
                generation=generation, item=item, attempt=attempt, finished=answer
            )
        except Unavailable as exc:
            if answer.output.url is None:
                raise
            raise ProviderUnavailable("The provider's image could not be fetched.") from exc

    async def _lost_reply(
        self,
        generation: Generation,
        item: Item,
        attempt: Attempt,
        provider: ImageProvider,
        error: ProviderTimedOut,
    ) -> None:
        """A provider that calls back may be working all the same: never two paid calls side
        by side, so its callback is awaited for the rest of the lease before a new try."""
        if provider.calls_back:
            await asyncio.to_thread(self.dispatcher.send, generation, [item.index], LEASE)
        else:
            await self.settle.fail(generation=generation, item=item, attempt=attempt, error=error)

    async def _fail_before_call(self, generation: Generation, item: Item, failure: Failure) -> None:
        event = e.AttemptFailed(
            attempt_number=item.calls,
            failure=failure,
            transient=False,
            retry_after=timedelta(0),
        )
        await self.settle.move(generation, item, event)


async def _listened_to(
    provider: ImageProvider, call: ProviderCall, ears: Ears
) -> Finished | Pending:
    """What becomes of the answer afterwards is not the provider's doing."""
    try:
        answer = await _within_time(provider, call)
    except ProviderError as error:
        ears.listen(error)
        raise
    ears.listen(None)
    return answer


async def _within_time(provider: ImageProvider, call: ProviderCall) -> Finished | Pending:
    try:
        async with asyncio.timeout(PROVIDER_CALL.total_seconds()):
            return await provider.start(call)
    except TimeoutError as exc:
        raise ProviderTimedOut("The provider did not answer in time.") from exc


def _until_deadline(item: Item, now: datetime) -> timedelta:
    return PROVIDER_CALL if item.deadline is None else item.deadline - now
