"""Another provider for what the caller left to us, while the breaker of the first is open."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.domain.errors import ProviderUnavailable
from shared.domain.gate import FAILURES_TO_OPEN, OPEN_FOR, Gate, Rate
from shared.domain.generation import Brief, Status
from shared.domain.pricing.catalogue import find_model
from shared.domain.request import Mode, OutputSize, Plan, ProviderName, Substitute
from shared.domain.wish import Wish
from tests.builders import a_character, a_snapshot, a_source
from tests.unit.desk import ADA_PAYS, Desk
from tests.workshop import FakeProvider, Workshop

GEMINI, REPLICATE = ProviderName.GEMINI, ProviderName.REPLICATE
FLUX = Substitute(provider=REPLICATE, model="black-forest-labs/flux-dev", aspect_ratio="1:1")


def brief_for(wish: Wish, desk: Desk | None = None) -> Brief:
    desk = desk or Desk()
    submitted = desk.request_generation(owner=ADA_PAYS, wish=wish).value
    return desk.generations.load(submitted.generation.id)[1]


def test_what_is_left_to_us_has_a_substitute_in_the_deployments_order() -> None:
    brief = brief_for(Wish(mode=Mode.IMAGINE, prompt="A lighthouse"))

    assert brief.request.provider is GEMINI
    assert [one.provider for one in brief.substitutes] == [REPLICATE]


@pytest.mark.parametrize(
    "asked", [{"provider": GEMINI}, {"provider": REPLICATE}, {"model": "gemini-nano-banana-2.1"}]
)
def test_who_names_a_provider_or_a_model_gets_no_other(asked: dict[str, object]) -> None:
    brief = brief_for(Wish(mode=Mode.IMAGINE, prompt="A lighthouse").model_copy(update=asked))

    assert brief.substitutes == ()


def test_a_substitute_keeps_to_the_cost_that_the_caller_would_pay() -> None:
    desk = Desk()
    cheap_first = replace(desk.submit_generation, offered=(REPLICATE, GEMINI))
    request_generation = replace(desk.request_generation, submit_generation=cheap_first)
    wish = Wish(mode=Mode.IMAGINE, prompt="A lighthouse", image_count=4)
    estimated = request_generation(owner=ADA_PAYS, wish=wish).value.generation.estimated_micro_usd

    def substitutes(limit: int) -> list[ProviderName]:
        limited = wish.model_copy(update={"max_cost_micro_usd": limit})
        submitted = request_generation(owner=ADA_PAYS, wish=limited).value
        _, brief = desk.generations.load(submitted.generation.id)
        return [one.provider for one in brief.substitutes]

    assert substitutes(limit=1_000_000) == [GEMINI]
    assert substitutes(limit=estimated) == []


def test_a_person_is_only_drawn_by_a_substitute_that_sees_their_picture() -> None:
    desk = Desk()
    character = a_character(owner=ADA_PAYS.id)
    desk.characters.add(character.model_copy(update={"source": a_source(character)}), None)
    brief = brief_for(Wish(mode=Mode.PORTRAIT, character_id=character.id, image_count=2), desk)

    (substitute,) = brief.substitutes

    assert find_model(substitute.provider, substitute.model).takes(inputs=0, persons=1)


def test_an_exact_size_is_asked_of_a_substitute_in_a_ratio_of_its_own() -> None:
    size = OutputSize(width=1600, height=400)
    brief = brief_for(Wish(mode=Mode.IMAGINE, prompt="A coast", exact_size=size))

    (substitute,) = brief.substitutes

    assert brief.request.aspect_ratio == "4:1"
    assert substitute.aspect_ratio == "21:9"


@dataclass
class TwoProviders(Workshop):
    """Gemini is down; Replicate answers."""

    by_name: dict[ProviderName, FakeProvider] = field(
        default_factory=lambda: defaultdict(FakeProvider)
    )

    def providers(self, name: ProviderName) -> FakeProvider:
        return self.by_name[name]

    def open_breaker(self) -> None:
        gate = Gate(
            provider=GEMINI,
            version=FAILURES_TO_OPEN,
            failures=FAILURES_TO_OPEN,
            open_until=self.clock() + OPEN_FOR,
        )
        self.gates.gates[GEMINI] = gate


def two_providers(*, of_replicate: int = 10) -> TwoProviders:
    shop = TwoProviders(
        rates={
            GEMINI: Rate(per_minute=60, burst=10),
            REPLICATE: Rate(per_minute=60, burst=of_replicate),
        }
    )
    shop.submit(a_snapshot(items=3, plan=Plan.PAID), substitutes=(FLUX,))
    return shop


async def test_while_the_breaker_is_open_the_substitute_draws_and_the_attempt_says_so() -> None:
    shop = two_providers()
    shop.open_breaker()

    done = await shop.run()

    assert done.status is Status.COMPLETED
    assert {(item.provider, item.model) for item in done.items} == {(REPLICATE, FLUX.model)}
    assert shop.attempt().instead_of is GEMINI
    assert [call.model for call in shop.by_name[REPLICATE].calls] == [FLUX.model] * 3
    assert not shop.by_name[GEMINI].calls
    assert shop.count.counted["provider_substituted", "replicate"] == 1
    assert not shop.queue.sent


async def test_with_a_closed_breaker_nobody_else_is_called() -> None:
    shop = two_providers()

    await shop.run()

    assert len(shop.by_name[GEMINI].calls) == 3
    assert shop.attempt().instead_of is None
    assert not shop.by_name[REPLICATE].calls


async def test_a_provider_that_only_throttles_is_waited_for() -> None:
    shop = two_providers()
    until = shop.clock() + timedelta(seconds=20)
    shop.gates.gates[GEMINI] = Gate(provider=GEMINI, version=1, blocked_until=until)

    await shop.run()

    assert not shop.by_name[REPLICATE].calls
    assert [sent.delay for sent in shop.queue.sent] == [timedelta(seconds=20)]


async def test_what_the_substitute_has_no_room_for_comes_back_as_soon_as_it_has() -> None:
    shop = two_providers(of_replicate=2)
    shop.open_breaker()

    after = await shop.run()

    assert [item.status for item in after.items] == [Status.COMPLETED] * 2 + [Status.QUEUED]
    assert [sent.delay for sent in shop.queue.sent] == [timedelta(seconds=1)]


async def test_one_image_probes_the_provider_while_the_others_are_drawn_elsewhere() -> None:
    shop = two_providers()
    shop.open_breaker()
    shop.clock.advance(OPEN_FOR)

    done = await shop.run()

    assert [item.provider for item in done.items] == [GEMINI, REPLICATE, REPLICATE]
    assert not shop.gates.get(GEMINI).is_open


async def test_what_a_substitute_meets_is_heard_of_it_and_of_nobody_else() -> None:
    shop = two_providers()
    shop.open_breaker()
    shop.by_name[REPLICATE].answers.extend([ProviderUnavailable("Down, too.")] * 3)

    await shop.run()

    assert shop.gates.get(REPLICATE).failures == 3
    assert shop.gates.get(GEMINI).failures == FAILURES_TO_OPEN
    assert [item.status for item in shop.now().items] == [Status.QUEUED] * 3
