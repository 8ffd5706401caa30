"""Variants that are drawn: there before the work, following it, and never against a review."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.analytics.changes import Change, ItemChange, VariantChange
from shared.domain.analytics.events import events_of
from shared.domain.character import Character
from shared.domain.drawn_variants import drawn
from shared.domain.errors import (
    FailureClass,
    IdempotencyKeyReused,
    InFlightLimit,
    InvalidReviewState,
    NotFound,
    SourceNotReady,
    Unprocessable,
)
from shared.domain.generation import Failure, FailureStage, Item, Snapshot, Status
from shared.domain.quality import CheckStatus, PictureKind, Quality, unreadable
from shared.domain.request import Mode, ProviderName
from shared.domain.variant import (
    VariantProvenance,
    VariantStatus,
    approve,
    check_deletion,
    reject,
)
from shared.domain.variant_types import known_types, variant_type
from shared.services.follow_variants import FollowVariants
from shared.services.generate_variants import (
    BatchResult,
    GenerateVariants,
    GenerateVariantsOfMany,
    StartedVariants,
    VariantWish,
)
from shared.services.regenerate_variant import RegenerateVariant
from tests.builders import (
    GRACE,
    NOW,
    a_character,
    a_source,
    a_variant,
    an_allowance,
    an_idempotency_key,
    an_image,
)
from tests.fake_variants import FakeVariants
from tests.fakes import FakeAnswers
from tests.unit.desk import ADA_PAYS, Desk

HEADSHOTS = VariantWish(variant_type="headshot", count=3, prompt="in a rain coat")
PENDING, GENERATING, GENERATED, APPROVED, REJECTED, EDITING = VariantStatus


def a_desk(qa: CheckStatus = CheckStatus.PASSED, number: int = 1) -> tuple[Desk, Character]:
    desk = Desk()
    return desk, known_to(desk, qa, number)


def known_to(desk: Desk, qa: CheckStatus = CheckStatus.PASSED, number: int = 1) -> Character:
    character = a_character(number, owner=ADA_PAYS.id)
    source = a_source(character, qa=Quality(status=qa))
    character = character.model_copy(update={"source": source})
    desk.characters.add(character, None)
    return character


def generate(desk: Desk) -> GenerateVariants:
    return GenerateVariants(desk.characters, FakeAnswers(desk.memory), desk.submit_generation)


def started(desk: Desk, character: Character, wanted: VariantWish = HEADSHOTS) -> StartedVariants:
    return generate(desk)(owner=ADA_PAYS, character_id=character.id, wanted=wanted).value


def test_pending_variants_are_there_before_the_work_starts() -> None:
    desk, character = a_desk()

    begun = started(desk, character)

    snapshot, brief = desk.generations.load(begun.generation_id)
    assert [item.variant_id for item in snapshot.items] == list(begun.variant_ids)
    assert (snapshot.generation.mode, snapshot.generation.units) == (Mode.VARIANT, 3)
    assert brief.references == ((character.source and character.source.image),)
    assert "Pose and framing: head and shoulders" in brief.prompts[0]
    assert "in a rain coat" in brief.prompts[0]
    for item, variant_id in zip(snapshot.items, begun.variant_ids, strict=True):
        variant = desk.memory.variants[variant_id]
        assert (variant.status, variant.provenance) == (PENDING, VariantProvenance.GENERATED)
        assert (variant.generation_id, variant.item_index) == (snapshot.generation.id, item.index)
        assert variant.generation_params is not None
        assert variant.generation_params.seed == item.seed


@pytest.mark.parametrize("qa", [CheckStatus.PENDING, CheckStatus.FAILED])
def test_a_source_that_has_not_passed_is_waited_for(qa: CheckStatus) -> None:
    desk, character = a_desk(qa)

    with pytest.raises(SourceNotReady):
        started(desk, character)

    assert not desk.memory.variants
    assert not desk.memory.generations


def test_a_failed_source_says_which_checks_it_failed() -> None:
    desk, character = a_desk()
    failed = a_source(character, qa=unreadable())
    desk.memory.characters[character.id] = character.model_copy(update={"source": failed})

    with pytest.raises(SourceNotReady) as refused:
        started(desk, character)

    assert [one["name"] for one in refused.value.details["failed_checks"]] == ["readable"]


def test_a_warning_lets_it_pass_and_no_source_does_not() -> None:
    desk, character = a_desk(CheckStatus.WARNED)
    started(desk, character)
    faceless = a_character(2, owner=ADA_PAYS.id)
    desk.characters.add(faceless, None)

    with pytest.raises(SourceNotReady):
        started(desk, faceless)


def test_an_unknown_workflow_is_refused_with_those_that_are_known() -> None:
    desk, character = a_desk()

    with pytest.raises(Unprocessable) as refused:
        started(desk, character, HEADSHOTS.model_copy(update={"workflow_id": "secret-sauce"}))

    assert refused.value.code in ("provider_not_offered", "unknown_model")
    assert not desk.memory.variants


def test_a_repetition_starts_nothing_more() -> None:
    desk, character = a_desk()
    call: dict[str, Any] = {"owner": ADA_PAYS, "character_id": character.id}
    key = an_idempotency_key(owner=ADA_PAYS.id)

    first = generate(desk)(**call, wanted=HEADSHOTS, idempotency=key)
    again = generate(desk)(**call, wanted=HEADSHOTS, idempotency=key)

    assert (again.value, again.replayed) == (first.value, True)
    assert len(desk.memory.variants) == 3
    other = key.model_copy(update={"request_hash": "another"})
    with pytest.raises(IdempotencyKeyReused):
        generate(desk)(**call, wanted=HEADSHOTS, idempotency=other)


def generate_of_many(desk: Desk) -> GenerateVariantsOfMany:
    return GenerateVariantsOfMany(generate(desk), FakeAnswers(desk.memory), desk.clock)


def codes_of(results: Sequence[BatchResult]) -> list[str | None]:
    return [one.refused.code if one.refused else None for one in results]


def test_of_several_characters_each_has_a_result_of_its_own() -> None:
    desk, mira = a_desk()
    unready = known_to(desk, CheckStatus.FAILED, number=2)
    of_many = generate_of_many(desk)
    ids = [mira.id, unready.id, "chr_nobody"]

    results = of_many(owner=ADA_PAYS, character_ids=ids, wanted=HEADSHOTS).value.results

    assert [one.character_id for one in results] == ids
    assert [one.refused and one.refused.code for one in results] == [
        None,
        "source_not_ready",
        "not_found",
    ]
    assert results[0].started is not None
    assert len(results[0].started.variant_ids) == 3


def test_one_slot_too_few_stops_no_other() -> None:
    desk, mira = a_desk()
    desk.limits.paid = an_allowance(in_flight=1)
    other = known_to(desk, number=2)
    of_many = generate_of_many(desk)

    answer = of_many(owner=ADA_PAYS, character_ids=[mira.id, other.id], wanted=HEADSHOTS)

    assert codes_of(answer.value.results) == [None, InFlightLimit.code]


def test_a_batch_sent_again_is_answered_as_the_first_time() -> None:
    desk, mira = a_desk()
    unready = known_to(desk, CheckStatus.FAILED, number=2)
    ids, key = [mira.id, unready.id], an_idempotency_key(owner=ADA_PAYS.id)
    call: dict[str, Any] = {"owner": ADA_PAYS, "character_ids": ids, "wanted": HEADSHOTS}

    first = generate_of_many(desk)(**call, idempotency=key)
    desk.memory.characters[unready.id] = unready.model_copy(update={"source": mira.source})
    again = generate_of_many(desk)(**call, idempotency=key)

    assert (again.value, again.replayed) == (first.value, True)
    assert codes_of(again.value.results) == [None, "source_not_ready"]
    assert len(desk.memory.generations) == 1


def test_another_batch_under_the_same_key_starts_nobody() -> None:
    desk, mira = a_desk()
    noa = known_to(desk, number=2)
    call: dict[str, Any] = {"owner": ADA_PAYS, "wanted": HEADSHOTS}
    key = an_idempotency_key(owner=ADA_PAYS.id)
    generate_of_many(desk)(**call, character_ids=[mira.id], idempotency=key)

    other = key.model_copy(update={"request_hash": "another"})
    with pytest.raises(IdempotencyKeyReused):
        generate_of_many(desk)(**call, character_ids=[noa.id, mira.id], idempotency=other)

    assert len(desk.memory.generations) == 1


def test_a_batch_that_broke_off_is_taken_up_where_it_stopped() -> None:
    desk, mira = a_desk()
    noa = known_to(desk, number=2)
    ids, key = [mira.id, noa.id], an_idempotency_key(owner=ADA_PAYS.id)
    call: dict[str, Any] = {"owner": ADA_PAYS, "wanted": HEADSHOTS, "idempotency": key}

    def killed(_: Sequence[str]) -> Iterator[str]:
        yield mira.id
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_of_many(desk)(**call, character_ids=killed(ids))
    other = key.model_copy(update={"request_hash": "another"})
    with pytest.raises(IdempotencyKeyReused):
        generate_of_many(desk)(**(call | {"idempotency": other}), character_ids=ids)
    again = generate_of_many(desk)(**call, character_ids=ids)

    assert not again.replayed
    assert codes_of(again.value.results) == [None, None]
    assert len(desk.memory.generations) == 2, "one each"


def regenerate(desk: Desk) -> RegenerateVariant:
    return RegenerateVariant(FakeVariants(desk.memory), generate(desk), lambda: 4711)


def drawn_again(desk: Desk, character: Character, variant_id: str) -> StartedVariants:
    call: dict[str, Any] = {"owner": ADA_PAYS, "character_id": character.id}
    return regenerate(desk)(**call, variant_id=variant_id).value


def test_drawing_again_is_answered_again_although_the_first_variant_has_gone() -> None:
    desk, character = a_desk()
    variant_id = started(desk, character).variant_ids[0]
    waiting = desk.memory.variants[variant_id]
    desk.memory.variants[variant_id] = waiting.model_copy(update={"status": REJECTED})
    call: dict[str, Any] = {
        "owner": ADA_PAYS,
        "character_id": character.id,
        "variant_id": variant_id,
        "idempotency": an_idempotency_key(owner=ADA_PAYS.id),
    }
    first = regenerate(desk)(**call)
    del desk.memory.variants[variant_id]

    again = regenerate(desk)(**call)

    assert (again.value, again.replayed) == (first.value, True)
    assert len(desk.memory.generations) == 2, "the first drawing, and one more"


def test_a_variant_is_drawn_again_from_another_seed() -> None:
    desk, character = a_desk()
    variant_id = started(desk, character).variant_ids[0]
    with pytest.raises(InvalidReviewState):
        drawn_again(desk, character, variant_id)
    waiting = desk.memory.variants[variant_id]
    desk.memory.variants[variant_id] = waiting.model_copy(update={"status": REJECTED})

    (again,) = drawn_again(desk, character, variant_id).variant_ids

    params = desk.memory.variants[again].generation_params
    assert params is not None
    assert (params.prompt, params.seed) == ("in a rain coat", 4711)
    assert desk.memory.variants[variant_id].status is REJECTED


def test_anothers_variant_is_not_found() -> None:
    desk, character = a_desk()

    with pytest.raises(NotFound):
        generate(desk)(
            owner=ADA_PAYS.model_copy(update={"id": GRACE}),
            character_id=character.id,
            wanted=HEADSHOTS,
        )


def an_item(desk: Desk, begun: StartedVariants, **changes: Any) -> Item:
    item = desk.generations.get(begun.generation_id).items[0]
    return item.model_copy(update={"version": item.version + 1} | changes)


def completed(desk: Desk, begun: StartedVariants, **changes: Any) -> Item:
    generation = desk.generations.get(begun.generation_id).generation
    told = {
        "status": Status.COMPLETED,
        "image": an_image(generation),
        "provider": ProviderName.REPLICATE,
        "model": "black-forest-labs/flux-2-pro",
    }
    return an_item(desk, begun, **(told | changes))


def failed(desk: Desk, begun: StartedVariants) -> Item:
    failure = Failure(
        code="content_blocked_output",
        failure_class=FailureClass.PERMANENT,
        stage=FailureStage.GENERATING,
        message="The provider held it back.",
    )
    return an_item(desk, begun, status=Status.FAILED, failure=failure)


def told(desk: Desk, begun: StartedVariants, item: Item) -> ItemChange:
    snapshot: Snapshot = desk.generations.get(begun.generation_id)
    return ItemChange(
        key="k",
        version=item.version,
        at=NOW,
        sequence="1",
        generation_id=begun.generation_id,
        generation=snapshot.generation,
        before=None,
        after=item,
    )


def follow(desk: Desk, *changes: Change) -> None:
    FollowVariants(FakeVariants(desk.memory), desk.clock)(changes=changes)


def test_a_variant_follows_its_item_to_the_image() -> None:
    desk, character = a_desk()
    begun = started(desk, character)
    first = begun.variant_ids[0]

    follow(desk, told(desk, begun, an_item(desk, begun, status=Status.PROCESSING)))
    assert desk.memory.variants[first].status is GENERATING
    item = completed(desk, begun, version=9)
    follow(desk, told(desk, begun, item))

    variant = desk.memory.variants[first]
    assert item.image is not None
    assert (variant.status, variant.image_id) == (GENERATED, item.image.id)
    assert variant.generation_params is not None
    assert variant.generation_params.model == "black-forest-labs/flux-2-pro"


def test_a_failed_item_rejects_its_variant_and_a_late_image_brings_it_back() -> None:
    desk, character = a_desk()
    begun = started(desk, character)
    first = begun.variant_ids[0]

    follow(desk, told(desk, begun, failed(desk, begun)))
    rejected = desk.memory.variants[first]
    assert (rejected.status, rejected.error) == (REJECTED, failed(desk, begun).failure)
    follow(desk, told(desk, begun, completed(desk, begun, late=True)))

    assert (desk.memory.variants[first].status, desk.memory.variants[first].error) == (
        GENERATED,
        None,
    )


def test_a_cancelled_item_leaves_no_variant_waiting() -> None:
    desk, character = a_desk()
    begun = started(desk, character)

    follow(desk, told(desk, begun, an_item(desk, begun, status=Status.CANCELLED)))

    variant = desk.memory.variants[begun.variant_ids[0]]
    assert variant.status is REJECTED
    assert variant.error is not None
    assert variant.error.code == "cancelled"


def test_told_twice_and_out_of_order_the_last_word_counts() -> None:
    desk, character = a_desk()
    begun = started(desk, character)
    done = told(desk, begun, completed(desk, begun, version=9))
    begins = told(desk, begun, an_item(desk, begun, status=Status.PROCESSING, version=2))

    follow(desk, done, begins)
    revision = desk.memory.variants[begun.variant_ids[0]].revision
    follow(desk, done)
    follow(desk, begins)

    variant = desk.memory.variants[begun.variant_ids[0]]
    assert (variant.status, variant.revision) == (GENERATED, revision)


def test_a_variant_follows_the_generation_that_draws_it_now() -> None:
    desk, character = a_desk()
    begun = started(desk, character, HEADSHOTS.model_copy(update={"count": 1}))
    (variant_id,) = begun.variant_ids
    late = told(desk, begun, an_item(desk, begun, status=Status.PROCESSING))
    desk.memory.items[begun.generation_id][0] = failed(desk, begun)
    snapshot = desk.close_generation(generation_id=begun.generation_id)
    retrial = desk.retry_generation(owner=ADA_PAYS, generation_id=begun.generation_id).value
    again = StartedVariants.of(retrial)
    failure = told(desk, begun, snapshot.items[0].model_copy(update={"version": 9}))
    waits = told(desk, again, desk.generations.get(again.generation_id).items[0])

    follow(desk, waits, failure)
    assert desk.memory.variants[variant_id].status is PENDING, "it is drawn again"
    desk.delete_generation(owner=ADA_PAYS.id, generation_id=begun.generation_id)
    assert desk.memory.variants[variant_id].status is PENDING
    follow(desk, failure, told(desk, again, completed(desk, again, version=6)), failure)
    made = desk.memory.variants[variant_id]
    assert (made.status, made.generation_id) == (GENERATED, again.generation_id)
    follow(desk, late)
    assert desk.memory.variants[variant_id] == made


def test_what_a_deleted_generation_was_before_does_not_bring_its_variant_back() -> None:
    desk, character = a_desk()
    begun = started(desk, character)
    late = told(desk, begun, an_item(desk, begun, status=Status.PROCESSING, version=1))

    desk.delete_generation(owner=ADA_PAYS.id, generation_id=begun.generation_id)
    follow(desk, late)

    variant = desk.memory.variants[begun.variant_ids[0]]
    assert variant.status is REJECTED
    check_deletion(variant, is_hero=False, force=False)


@pytest.mark.parametrize("decision", [REJECTED, APPROVED])
def test_what_a_review_has_decided_stays(decision: VariantStatus) -> None:
    desk, character = a_desk()
    begun = started(desk, character)
    variant = a_variant(status=decision)

    assert drawn(variant, completed(desk, begun), NOW) is None
    assert drawn(variant, failed(desk, begun), NOW) is None


def test_a_variant_of_a_deleted_character_is_not_followed() -> None:
    desk, character = a_desk()
    begun = started(desk, character)
    desk.memory.variants.clear()

    follow(desk, told(desk, begun, completed(desk, begun)))

    assert not desk.memory.variants


def changed(before: Any, after: Any) -> VariantChange:
    return VariantChange(key="k", version=2, at=NOW, sequence="1", before=before, after=after)


def test_events_tell_what_was_drawn_and_what_was_approved() -> None:
    waiting, made = a_variant(status=GENERATING), a_variant(status=GENERATED)
    (approved,) = approve(made, None, NOW + timedelta(seconds=1)).variants
    (rejected,) = reject(made, is_hero=False, now=NOW).variants

    assert [one.name for one in events_of(changed(waiting, made))] == ["variant_generated"]
    (event,) = events_of(changed(made, approved))
    assert (event.name, event.owner) == ("variant_approved", made.owner)
    assert event.properties == {
        "character_id": made.character_id,
        "variant_id": made.id,
        "variant_type": made.variant_type,
    }
    assert events_of(changed(None, made)) == [], "it was brought from elsewhere"
    assert events_of(changed(made, rejected)) == []


def test_an_export_that_is_given_up_approves_nothing_anew() -> None:
    exported = a_variant(status=EDITING, exported_as=APPROVED)
    restored = a_variant(status=APPROVED)

    assert events_of(changed(exported, restored)) == []


def test_a_type_of_ones_own_is_framed_by_its_name_and_checked_freely() -> None:
    own = variant_type("red_carpet-gala")

    assert (own.framing, own.kind) == ("red carpet gala", PictureKind.FREE)
    assert variant_type("profile").kind is PictureKind.PROFILE
    assert len({one.slug for one in known_types()}) == len(known_types())
