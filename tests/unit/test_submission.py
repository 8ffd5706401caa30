"""From a wish to a request, and from a request to a generation."""

import pytest

from shared.domain.choosing import choose_model, complete_request, room_for_person
from shared.domain.errors import Unprocessable
from shared.domain.generation import Brief, Dispatch, Snapshot, Status
from shared.domain.ids import new_id
from shared.domain.image_input import ImageInput
from shared.domain.images import ImageFormat
from shared.domain.request import (
    Lora,
    Mode,
    OutputSize,
    Owner,
    Plan,
    ProviderName,
)
from shared.domain.seeds import SEED_LIMIT, item_seed
from shared.domain.slots import KNOWN_SLOTS, SlotWish
from shared.domain.submission import submission
from shared.domain.wish import Wish
from tests.builders import ADA, NOW, a_character, a_source
from tests.kit_builders import a_kit_snapshot, ended

ADDRESS = ImageInput(url="https://pictures.example/a.png")
BOTH = (ProviderName.GEMINI, ProviderName.REPLICATE)
WORDS = Wish(mode=Mode.IMAGINE, prompt="a lighthouse")
PORTRAIT = Wish(mode=Mode.PORTRAIT, character_id="chr_1", image_count=3)


def submitted(wish: Wish, *, source: bool = False) -> tuple[Snapshot, Brief]:
    character = a_character() if wish.mode is Mode.PORTRAIT else None
    if character and source:
        character = character.model_copy(update={"source": a_source(character)})
    model = choose_model(wish, BOTH)
    return submission(
        complete_request(wish, model, character, drawn_seed=99),
        owner=Owner(id=ADA, plan=Plan.PAID),
        model=model,
        character=character,
        now=NOW,
        new_id=new_id,
    )


def test_the_first_provider_that_serves_the_wish_is_taken() -> None:
    assert choose_model(WORDS, BOTH).provider is ProviderName.GEMINI
    assert choose_model(WORDS, BOTH[::-1]).provider is ProviderName.REPLICATE


def test_a_wish_that_the_first_cannot_serve_goes_to_the_next() -> None:
    webp = WORDS.model_copy(update={"output_format": ImageFormat.WEBP})

    assert choose_model(webp, BOTH).provider is ProviderName.REPLICATE


def test_a_model_finds_its_provider() -> None:
    named = WORDS.model_copy(update={"model": "black-forest-labs/flux-1.1-pro"})

    assert choose_model(named, BOTH).provider is ProviderName.REPLICATE


def test_a_provider_that_is_not_offered_is_refused() -> None:
    wish = WORDS.model_copy(update={"provider": ProviderName.REPLICATE})

    with pytest.raises(Unprocessable) as refused:
        choose_model(wish, [ProviderName.GEMINI])
    assert refused.value.code == "provider_not_offered"


def test_a_portrait_is_drawn_by_a_model_that_keeps_a_person() -> None:
    wish = PORTRAIT.model_copy(update={"provider": ProviderName.REPLICATE})

    assert choose_model(wish, BOTH).max_references > 0


def test_an_exact_size_is_drawn_in_the_nearest_ratio() -> None:
    wide = WORDS.model_copy(update={"exact_size": OutputSize(width=1900, height=1080)})

    snapshot, brief = submitted(wide)

    assert brief.request.aspect_ratio == "16:9"
    assert snapshot.generation.exact_size == OutputSize(width=1900, height=1080)


def test_a_characters_own_settings_stand_in_for_what_is_not_asked() -> None:
    character = a_character()
    model = choose_model(PORTRAIT, BOTH)

    silent = complete_request(PORTRAIT, model, character, drawn_seed=99)
    loud = complete_request(
        PORTRAIT.model_copy(update={"seed": 0, "style_strength": 0.0}), model, character, 99
    )

    assert (silent.seed, silent.style_strength) == (1_234_567, 0.65)
    assert (loud.seed, loud.style_strength) == (0, 0.0)


def test_a_pack_without_a_source_waits_for_its_first_image() -> None:
    snapshot, brief = submitted(PORTRAIT)

    assert [item.dispatch for item in snapshot.items] == [
        *(Dispatch.PENDING, Dispatch.HELD, Dispatch.HELD)
    ]
    assert brief.references == ()


def test_a_pack_with_a_source_runs_side_by_side() -> None:
    snapshot, brief = submitted(PORTRAIT, source=True)

    assert {item.dispatch for item in snapshot.items} == {Dispatch.PENDING}
    assert len(brief.references) == 1


def test_the_pictures_a_model_is_shown_are_in_the_estimate() -> None:
    alone, _ = submitted(PORTRAIT)
    shown, _ = submitted(PORTRAIT, source=True)

    assert 0 < alone.generation.estimated_micro_usd < shown.generation.estimated_micro_usd


def test_an_estimate_above_the_limit_is_refused() -> None:
    estimate = submitted(WORDS)[0].generation.estimated_micro_usd
    affordable = WORDS.model_copy(update={"max_cost_micro_usd": estimate})

    assert submitted(affordable)[0].generation.estimated_micro_usd == estimate
    with pytest.raises(Unprocessable) as refused:
        submitted(WORDS.model_copy(update={"max_cost_micro_usd": estimate - 1}))
    assert refused.value.code == "max_cost_exceeded"


@pytest.mark.parametrize(
    ("count", "provider", "model"),
    [
        (2, ProviderName.GEMINI, "gemini-nano-banana-2.1"),
        (2, ProviderName.REPLICATE, "black-forest-labs/flux-2-pro"),
        (8, ProviderName.REPLICATE, "google/nano-banana"),
    ],
)
def test_all_pictures_are_shown_to_a_model_that_takes_so_many(
    count: int, provider: ProviderName, model: str
) -> None:
    """Eight pictures and the person's are nine: one more than the usual model takes."""
    wish = Wish(
        mode=Mode.COMPOSE,
        prompt="all",
        provider=provider,
        character_id="chr_1",
        inputs=(ADDRESS,) * count,
    )

    assert choose_model(wish, BOTH).id == model


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("black-forest-labs/flux-kontext-pro", "too_many_references"),
        ("ideogram-ai/ideogram-character", "too_many_references"),
        ("black-forest-labs/flux-dev-lora", "too_many_references"),
        ("black-forest-labs/flux-schnell", "model_without_references"),
    ],
)
def test_a_model_that_cannot_be_shown_all_is_refused_with_those_that_can(
    model: str, code: str
) -> None:
    two = Wish(mode=Mode.COMPOSE, prompt="both", model=model, inputs=(ADDRESS,) * 2)

    with pytest.raises(Unprocessable) as refused:
        choose_model(two, BOTH)

    assert refused.value.code == code
    assert "black-forest-labs/flux-2-pro" in refused.value.details["known"]
    assert model not in refused.value.details["known"]


def test_a_model_that_knows_only_persons_is_shown_no_room() -> None:
    room = Wish(mode=Mode.REDESIGN, model="ideogram-ai/ideogram-character", inputs=(ADDRESS,))

    with pytest.raises(Unprocessable, match="cannot be shown"):
        choose_model(room, BOTH)


def test_weights_are_refused_where_no_model_takes_them() -> None:
    wish = WORDS.model_copy(update={"lora": Lora(weights="ada/me")})

    assert choose_model(wish, BOTH).takes_lora
    for refused_wish, offered in (
        (wish, BOTH[:1]),
        (wish.model_copy(update={"model": "black-forest-labs/flux-dev"}), BOTH),
    ):
        with pytest.raises(Unprocessable) as refused:
            choose_model(refused_wish, offered)
        assert refused.value.code == "model_without_lora"
        assert refused.value.details["known"] == ["black-forest-labs/flux-dev-lora"]


def test_every_picture_that_is_shown_is_in_the_estimate() -> None:
    def estimate(count: int) -> int:
        two = Wish(mode=Mode.COMPOSE, prompt="all", inputs=(ADDRESS,) * count, image_count=3)
        return submitted(two)[0].generation.estimated_micro_usd

    assert estimate(5) - estimate(2) == 3 * 3 * 1_680


def test_a_room_keeps_its_shape_unless_another_is_asked_for() -> None:
    room = Wish(mode=Mode.REDESIGN, room_type="attic", style="modern", inputs=(ADDRESS,))

    assert submitted(room)[1].request.follows_input
    for changes in (
        {"aspect_ratio": "1:1"},
        {"exact_size": OutputSize(width=640, height=480)},
    ):
        assert not submitted(room.model_copy(update=changes))[1].request.follows_input


@pytest.mark.parametrize("first", [0, 1, 1_234_567, SEED_LIMIT - 1])
def test_items_have_seeds_of_their_own_that_every_provider_takes(first: int) -> None:
    seeds = [item_seed(first, index) for index in range(40)]

    assert seeds[0] == first
    assert len(set(seeds)) == 40
    assert all(0 <= seed < SEED_LIMIT for seed in seeds)


def known_by_a_kit(wish: Wish, pictures: int) -> tuple[Snapshot, Brief]:
    kit = ended(a_kit_snapshot(slots=KNOWN_SLOTS), *[Status.COMPLETED] * 4)
    drawn = [item.image for item in kit.items if item.image is not None]
    model = choose_model(wish, BOTH)
    return submission(
        complete_request(wish, model, None, drawn_seed=99),
        owner=Owner(id=ADA, plan=Plan.PAID),
        model=model,
        character=None,
        now=NOW,
        new_id=new_id,
        people=tuple(drawn[:pictures]),
    )


def test_the_pictures_of_a_kit_are_shown_anchor_first_and_told_of_by_number() -> None:
    wish = Wish(mode=Mode.COMPOSE, prompt="at a table", inputs=(ADDRESS,) * 2, kit_id="kit_1")

    snapshot, brief = known_by_a_kit(wish, 4)

    assert [image.slot for image in brief.references] == list(KNOWN_SLOTS)
    assert snapshot.generation.kit_id == "kit_1"
    assert "The attached pictures number 3 to 6 all show the one person" in brief.prompts[0]


def test_each_picture_of_a_kit_is_in_the_estimate() -> None:
    wish = Wish(mode=Mode.IMAGINE, prompt="by the sea", kit_id="kit_1")

    (one, _), (four, _) = known_by_a_kit(wish, 1), known_by_a_kit(wish, 4)

    more = four.generation.estimated_micro_usd - one.generation.estimated_micro_usd
    assert more == 3 * 1680  # 1,120 tokens at 1.50 USD per million


@pytest.mark.parametrize(
    ("changes", "room"),
    [
        ({}, 4),
        ({"mode": Mode.FACE_SWAP, "inputs": (ADDRESS,)}, 1),
        ({"model": "black-forest-labs/flux-kontext-pro"}, 1),
        (
            {
                "mode": Mode.COMPOSE,
                "inputs": (ADDRESS,) * 6,
                "model": "black-forest-labs/flux-2-pro",
            },
            2,
        ),
    ],
)
def test_as_many_pictures_of_a_kit_are_shown_as_there_is_room_for(
    changes: dict[str, object], room: int
) -> None:
    wish = Wish(mode=Mode.IMAGINE, prompt="by the sea", kit_id="kit_1").model_copy(update=changes)

    assert room_for_person(wish, choose_model(wish, BOTH)) == room


def test_the_slots_of_a_kit_are_estimated_by_what_each_is_drawn_after() -> None:
    wish = Wish(
        mode=Mode.REFERENCE,
        image_count=2,
        kit_id="kit_1",
        slots=(SlotWish(name="anchor_face"), SlotWish(name="profile")),
    )

    snapshot, _ = known_by_a_kit(wish, 1)

    alone = wish.model_copy(update={"image_count": 1, "slots": wish.slots[:1]})
    anchor = known_by_a_kit(alone, 1)[0].generation.estimated_micro_usd
    assert snapshot.generation.estimated_micro_usd == 2 * anchor + 1680
    assert [item.slot for item in snapshot.items] == ["anchor_face", "profile"]
