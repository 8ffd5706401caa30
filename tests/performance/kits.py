"""How long a reference kit takes beside the calls it cannot do without: P4."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from infra.local.demo.api import Api
from infra.local.demo.photo import DEFAULT_PHOTO, read_photo
from infra.local.stack_runner import LocalStack
from tests.performance.figures import Figure

CALL_SECONDS = 5.0
"""Of the provider, here: what is ours shows as the part of it that it is."""
KIT_WALL = "kit of 7 slots ÷ two provider calls"
SEQUENCE_WALL = "kit in sequence ÷ its provider calls"
_SEQUENCE = ("profile", "half_body", "full_body")
_HAIR = "auburn"
_GIVE_UP_SECONDS = 180


@dataclass(frozen=True, slots=True)
class KitRound:
    """Seconds from the request to the last slot: of a whole kit, anchor and then the others, and
    of one of `slots_in_sequence` slots, one after the other."""

    kit: float
    in_sequence: float
    slots_in_sequence: int = 1 + len(_SEQUENCE)

    @property
    def of_two_calls(self) -> float:
        return self.kit / (2 * CALL_SECONDS)

    @property
    def of_its_calls(self) -> float:
        return self.in_sequence / (self.slots_in_sequence * CALL_SECONDS)


def measure_kits(stack: LocalStack, rounds: int) -> list[KitRound]:
    """After one kit that warms the functions up."""
    with Api(stack.base_url, stack.token("kits", "paid")) as api:
        character = api.post("/characters", {"name": "Mira", "attributes": {"hair_color": _HAIR}})
        source = f"/characters/{character['id']}/source-image"
        api.post(source, {"upload_id": api.upload(read_photo(DEFAULT_PHOTO))})
        wish = {"character_id": character["id"], "name": "Mira", "provider": "gemini"}
        in_sequence = {"slots": _SEQUENCE, "expressions": (), "max_concurrency": 1}
        _seconds(stack, api, wish)
        found = []
        for number in range(rounds):
            kit, alone = _seconds(stack, api, wish), _seconds(stack, api, wish | in_sequence)
            found.append(KitRound(kit, alone))
            print(f"kits, round {number + 1}: {found[-1]}", flush=True)
    return found


def _seconds(stack: LocalStack, api: Api, wish: dict[str, object]) -> float:
    """By the kit's own record."""
    slow = {"fault": "latency", "seconds": CALL_SECONDS, "match": _HAIR, "count": None}
    httpx.delete(f"{stack.gemini_url}/_faults").raise_for_status()
    httpx.post(f"{stack.gemini_url}/_faults", json=slow).raise_for_status()
    kit = api.post("/reference-kits", wish)
    until = time.monotonic() + _GIVE_UP_SECONDS
    while not api.get(f"/generations/{kit['generation_id']}")["completed_at"]:
        if time.monotonic() > until:
            raise TimeoutError(f"{kit['id']} does not come to its end")
        time.sleep(0.5)
    httpx.delete(f"{stack.gemini_url}/_faults").raise_for_status()
    kit = api.get(f"/reference-kits/{kit['id']}")
    if kit["status"] != "ready":
        raise RuntimeError(f"{kit['id']} ended {kit['status']}")
    return float(kit["duration_ms"]) / 1000


def kit_figures(rounds: Sequence[KitRound]) -> list[Figure]:
    kits, beside = [one.of_two_calls for one in rounds], f"a provider of {CALL_SECONDS:g} s"
    in_sequence = [one.of_its_calls for one in rounds]
    return [
        Figure("P4", KIT_WALL, kits, goal=1.25, beside=f"{beside}; limit 1.0"),
        Figure("P4", SEQUENCE_WALL, in_sequence, goal=1.1, beside=f"{beside}; limit 1.0"),
    ]


HOW = """- **P4.** A whole kit on warm functions, from the request until its last slot by the kit's
  own record, divided by two calls of the simulator's latency; and one with `max_concurrency` 1,
  divided by as many calls as it has slots."""
REASON = (
    "- **P4.** Two calls follow each other, and six answers to the second arrive in one instant. "
    "Of a kit traced on 2026-11-27 (a load of 4 from other work) the anchor was called after 0.7 s "
    "and stored 0.1 s after its answer; 0.2 s later the others were let go, sent as one message "
    "and claimed; 0.3 s later their calls had arrived, and the last picture was stored 0.9 s after "
    "its answer: 0.8 s of the worker's own processor time, 2.6 s of the engine's and 2.2 s of the "
    "kit's likeness scores, all on the same processors."
)
