"""Retrying: only what failed, as it was asked for, and never paid for twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain import events as e
from shared.domain.closing import late_completion
from shared.domain.errors import (
    IdempotencyKeyReused,
    InFlightLimit,
    NotFound,
    NothingFailed,
    QuotaExceeded,
    RateLimited,
    StaleWrite,
    StillRunning,
    Unavailable,
    Unprocessable,
)
from shared.domain.generation import Dispatch, Generation, Item, Snapshot, Status
from shared.domain.limits import DEADLINE
from shared.domain.pricing.catalogue import default_model
from shared.domain.request import Mode, Owner, Plan, ProviderName
from shared.domain.transitions import Move, decide
from shared.domain.work import CancelPrediction, Work
from shared.services.moving import advance
from shared.services.retry_generation import RetryGeneration
from tests.builders import (
    ADA,
    GEMINI_MODEL,
    GRACE,
    NOW,
    a_brief,
    a_character,
    a_snapshot,
    a_source,
    an_allowance,
    an_attempt,
    an_idempotency_key,
    an_image,
)
from tests.unit.desk import ADA_PAYS, Desk

ID = a_snapshot(700).generation.id
MODEL = default_model(ProviderName.GEMINI, references=1).id
SOURCE = a_source(a_character()).image


def move(desk: Desk, index: int, event: e.Event) -> Item:
    item = desk.generations.get(ID).items[index]
    decision = advance(desk.generations, item, event, desk.clock)
    assert isinstance(decision, Move), decision
    return decision.after


def call_provider(desk: Desk, index: int) -> None:
    move(desk, index, e.ProviderCalled(an_attempt(move(desk, index, e.Claimed()))))


def complete(desk: Desk, index: int) -> None:
    call_provider(desk, index)
    snapshot = desk.generations.get(ID)
    image = an_image(snapshot.generation, index, number=500 + index)
    move(desk, index, e.GoodResult(an_attempt(snapshot.items[index]), image))
    move(desk, index, e.Stored(image))


def ended(*, failed: tuple[int, ...] = (1, 3), **brief: Any) -> Desk:
    """Four images of Ada's: those named timed out a minute ago, the others are there."""
    desk = Desk()
    snapshot = a_snapshot(700, units=4)
    made = a_brief(snapshot, **{"references": (SOURCE,)} | brief)
    request = made.request.model_copy(update={"model": MODEL})
    desk.generations.submit(
        snapshot,
        made.model_copy(update={"request": request}),
        allowance=an_allowance(),
        idempotency=None,
        due_at=NOW,
    )
    for index in range(4):
        (call_provider if index in failed else complete)(desk, index)
    desk.clock.now += DEADLINE
    for index in failed:
        move(desk, index, e.DeadlinePassed())
    desk.close_generation(generation_id=ID)
    desk.clock.now += timedelta(minutes=1)
    return desk


def retried(desk: Desk, **changes: Any) -> Snapshot:
    asked: dict[str, Any] = {"owner": ADA_PAYS, "generation_id": ID}
    return desk.retry_generation(**asked | changes).value


def test_only_what_failed_is_drawn_again_with_its_seed_and_prompt() -> None:
    desk = ended()

    again = retried(desk)

    assert [item.seed for item in again.items] == [43, 45]
    assert [item.index for item in again.items] == [0, 1]
    stored, brief = desk.generations.load(again.generation.id)
    assert stored == again
    assert brief.prompts == ("The same woman, view 1", "The same woman, view 3")
    assert brief.references == (SOURCE,)
    assert brief.request.image_count == 2
    assert desk.queue.sent[-1].work.indexes == (0, 1)  # type: ignore[union-attr]  # a run message


def test_the_new_generation_begins_anew_and_names_the_one_it_comes_from() -> None:
    desk = ended()

    again = retried(desk).generation

    old = desk.generations.get(ID).generation
    assert again.retry_of == old.id
    assert (again.units, again.charged, again.closed, again.version) == (2, 0, False, 1)
    asked_for = ("owner", "mode", "character_id", "effective", "exact_size")
    outcome = {"progress", "actual_micro_usd", "started_at", "sequence", "cancel_receipt"}
    assert [getattr(again, name) for name in asked_for] == [
        getattr(old, name) for name in asked_for
    ]
    assert not {name for name in outcome if getattr(again, name) is not None}
    assert desk.memory.used[ADA, "2026-03"] == 2 + 2


def test_no_field_of_a_generation_is_carried_over_by_oversight() -> None:
    """Whoever adds a field decides whether it is asked for or an outcome."""
    again = retried(ended()).generation
    fresh = {
        *("id", "owner", "plan", "mode", "character_id", "effective", "exact_size", "created_at"),
        *("units", "quota_period", "estimated_micro_usd", "price_table", "retry_of"),
    }

    for name, field in Generation.model_fields.items():
        assert name in fresh or getattr(again, name) == field.default, name


def test_the_month_and_the_plan_are_those_of_the_retry() -> None:
    desk = ended()
    desk.clock.now = NOW + timedelta(days=20)

    again = retried(desk, owner=Owner(id=ADA, plan=Plan.FREE)).generation

    assert (again.plan, again.quota_period, again.created_at) == (
        Plan.FREE,
        "2026-04",
        desk.clock.now,
    )


def test_a_late_image_is_no_longer_taken_and_so_never_charged_twice() -> None:
    desk = ended()
    retried(desk)

    item = desk.generations.get(ID).items[1]
    late = e.LateResult(an_attempt(item), an_image(desk.generations.get(ID).generation, 1, 900))

    assert item.late_until is None
    assert not isinstance(advance(desk.generations, item, late, desk.clock), Move)


def test_an_image_that_comes_late_while_retrying_is_not_drawn_again() -> None:
    """The retry loses the race, looks again, and draws what is still failed."""
    desk = ended()
    truly_submit = desk.generations.submit

    def late_image_first(*args: Any, **kwargs: Any) -> None:
        desk.generations.submit = truly_submit  # type: ignore[method-assign]  # only once
        snapshot = desk.generations.get(ID)
        image = an_image(snapshot.generation, 1, number=900)
        desk.images.add(image)
        event = e.LateResult(an_attempt(snapshot.items[1]), image)
        decision = decide(snapshot.items[1], event, desk.clock())
        assert isinstance(decision, Move)
        desk.generations.complete_late(late_completion(snapshot, decision))
        truly_submit(*args, **kwargs)

    service = desk.retry_generation
    desk.generations.submit = late_image_first  # type: ignore[method-assign]

    answer = service(owner=ADA_PAYS, generation_id=ID)

    assert [item.seed for item in answer.value.items] == [45]
    assert desk.memory.used[ADA, "2026-03"] == 3 + 1


def test_what_changes_all_the_time_is_given_up() -> None:
    desk = ended()

    def always_late(*_: Any, **__: Any) -> None:
        raise StaleWrite("a late image came first")

    desk.generations.submit = always_late  # type: ignore[method-assign]

    with pytest.raises(StaleWrite):
        retried(desk)


def refused(desk: Desk, error: type[Exception], **changes: Any) -> None:
    before = (dict(desk.memory.items), dict(desk.memory.used), dict(desk.memory.generations))
    with pytest.raises(error):
        retried(desk, **changes)
    after = (desk.memory.items, desk.memory.used, desk.memory.generations)
    assert before == after, "a refusal writes nothing, and late windows stay open"
    assert not desk.queue.sent


def test_what_still_runs_is_not_retried() -> None:
    desk = Desk()
    snapshot = a_snapshot(700, units=1)
    desk.generations.submit(
        snapshot,
        a_brief(snapshot),
        allowance=an_allowance(),
        idempotency=None,
        due_at=NOW,
    )

    refused(desk, StillRunning)


def test_where_nothing_failed_there_is_nothing_to_retry() -> None:
    refused(ended(failed=()), NothingFailed)


def test_anothers_generation_looks_like_one_that_never_was() -> None:
    refused(ended(), NotFound, owner=Owner(id=GRACE, plan=Plan.PAID))


def test_the_provider_is_told_that_nobody_waits_for_the_first_drawing_any_more() -> None:
    desk = ended()
    item = desk.memory.items[ID][1]
    at_replicate = {"provider": ProviderName.REPLICATE, "prediction_id": "p1"}
    desk.memory.items[ID][1] = item.model_copy(update=at_replicate)

    retried(desk)

    told = [sent.work for sent in desk.queue.sent if isinstance(sent.work, CancelPrediction)]
    assert told == [CancelPrediction(provider=ProviderName.REPLICATE, prediction_id="p1")]


def test_a_retry_stands_when_the_provider_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = ended()
    item = desk.memory.items[ID][1]
    desk.memory.items[ID][1] = item.model_copy(update={"prediction_id": "p1"})

    def unavailable(_: object, works: Sequence[Work]) -> None:
        raise Unavailable("The queue is out of reach.")

    monkeypatch.setattr(type(desk.queue), "ingest", unavailable)

    assert retried(desk).generation.id in desk.memory.generations


def test_a_retry_is_held_to_quota_and_cap_like_any_other_wish() -> None:
    desk = ended()
    desk.limits.paid = an_allowance(monthly_images=3)
    refused(desk, QuotaExceeded)

    desk.limits.paid = an_allowance(in_flight=0)
    refused(desk, InFlightLimit)

    desk.limits.paid = an_allowance(requests_per_minute=0)
    refused(desk, RateLimited)


def test_a_provider_that_is_no_longer_offered_is_not_asked() -> None:
    desk = ended()
    service = RetryGeneration(
        desk.generations,
        desk.retry_generation.answers,
        replace(desk.submit_generation, offered=(ProviderName.REPLICATE,)),
        desk.queue,
    )

    with pytest.raises(Unprocessable) as told:
        service(owner=ADA_PAYS, generation_id=ID)

    assert told.value.code == "provider_not_offered"


def test_a_model_that_has_been_retired_meanwhile_is_not_asked() -> None:
    desk = ended()
    brief = desk.memory.briefs[ID]
    retired = brief.request.model_copy(update={"model": GEMINI_MODEL})
    desk.memory.briefs[ID] = brief.model_copy(update={"request": retired})

    with pytest.raises(Unprocessable) as told:
        retried(desk)

    assert told.value.code == "model_retired"


def test_the_same_key_gets_the_first_answer_even_when_the_generation_is_gone() -> None:
    desk = ended()
    key = an_idempotency_key(expires_at=NOW + timedelta(hours=24))
    first = desk.retry_generation(owner=ADA_PAYS, generation_id=ID, idempotency=key)
    desk.delete_generation(owner=ADA, generation_id=ID)

    again = desk.retry_generation(owner=ADA_PAYS, generation_id=ID, idempotency=key)

    assert (again.replayed, again.value) == (True, first.value)
    with pytest.raises(IdempotencyKeyReused):
        retried(desk, idempotency=an_idempotency_key(body="another"))


def test_a_pack_without_a_reference_is_continued_from_the_image_it_has() -> None:
    desk = ended(references=())

    again = retried(desk)

    _, brief = desk.generations.load(again.generation.id)
    assert brief.references == (desk.generations.get(ID).items[0].image,)
    assert {item.dispatch for item in again.items} == {Dispatch.PENDING}


def test_a_pack_that_failed_as_a_whole_begins_with_its_first_image_again() -> None:
    desk = ended(failed=(0, 1, 2, 3), references=())

    again = retried(desk)

    assert [item.dispatch for item in again.items] == [Dispatch.PENDING] + [Dispatch.HELD] * 3


def test_the_price_is_todays_and_the_callers_bound_still_holds() -> None:
    desk = ended()
    brief = desk.memory.briefs[ID]
    bound = brief.request.model_copy(update={"max_cost_micro_usd": 1})
    desk.memory.briefs[ID] = brief.model_copy(update={"request": bound})

    with pytest.raises(Unprocessable) as told:
        retried(desk)

    assert told.value.code == "max_cost_exceeded"


def test_a_retry_that_fails_can_be_retried_itself() -> None:
    desk = ended(failed=(2,))
    first = retried(desk)
    failed = first.items[0].model_copy(
        update={"status": Status.FAILED, "version": 2, "completed_at": NOW}
    )
    desk.memory.items[first.generation.id][0] = failed
    desk.close_generation(generation_id=first.generation.id)

    second = retried(desk, generation_id=first.generation.id)

    assert second.generation.retry_of == first.generation.id
    assert second.items[0].seed == first.items[0].seed == 44


def test_words_alone_are_retried_without_a_reference() -> None:
    desk = ended(references=())
    words = desk.memory.generations[ID].model_copy(update={"mode": Mode.IMAGINE})
    desk.memory.generations[ID] = words
    brief = desk.memory.briefs[ID]
    request = brief.request.model_copy(update={"mode": Mode.IMAGINE})
    desk.memory.briefs[ID] = brief.model_copy(update={"request": request})

    again = retried(desk)

    assert desk.memory.briefs[again.generation.id].references == ()
    assert {item.dispatch for item in again.items} == {Dispatch.PENDING}
