"""Ask before a provider is called, and tell how it went: all workers share what is known."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from shared.domain.errors import StaleWrite
from shared.domain.gate import Admission, Gate, Heard, Outcome, Rate, Reason, admit, after_calls
from shared.domain.generation import Lane
from shared.domain.ports import Clock, Counter, Gates
from shared.domain.request import ProviderName

_RACES: Final = 6
_SPREAD: Final = 0.5
"""Those who wait for the same moment come back within half as long again, not all at once."""
_SHORTEST: Final = timedelta(seconds=1)
_LONGEST: Final = timedelta(minutes=2)
"""Then it is asked again, so that deadlines are looked at in between."""


@dataclass(frozen=True, slots=True)
class AdmitCalls:
    """One read and one write for a whole message; a provider without a rate is not asked
    about. Losing every race means that others were let through meanwhile: wait a little."""

    gates: Gates
    rates: Mapping[ProviderName, Rate]
    clock: Clock
    uniform: Callable[[float, float], float]
    count: Counter

    def __call__(self, *, provider: ProviderName, lane: Lane, wanted: int) -> Admission:
        if provider not in self.rates:
            return Admission(granted=wanted)
        admission = self._asked(provider, lane, wanted)
        if admission.reason is not None:
            self.count("provider_calls_delayed", admission.reason)
        return admission.model_copy(update={"wait": self._spread(admission.wait)})

    def report(self, *, provider: ProviderName, calls: Sequence[Heard], watched: bool) -> None:
        """What was heard from the provider. Good news of one that gave no trouble is none:
        `watched` says that it did."""
        good = all(call.outcome is Outcome.ANSWERED for call in calls)
        if provider not in self.rates or (good and not (calls and watched)):
            return
        for _ in range(_RACES):
            before = self.gates.get(provider)
            after = after_calls(before, list(calls), self.clock())
            if after == before or self._saved(after):
                self._tell(before, after)
                return

    def _asked(self, provider: ProviderName, lane: Lane, wanted: int) -> Admission:
        for _ in range(_RACES):
            before = self.gates.get(provider)
            admission, after = admit(before, self.rates[provider], lane, wanted, self.clock())
            if after == before or self._saved(after):
                return admission
        return Admission(granted=0, wait=_SHORTEST, reason=Reason.CONTENDED)

    def _saved(self, gate: Gate) -> bool:
        try:
            self.gates.save(gate)
        except StaleWrite:
            return False
        return True

    def _spread(self, wait: timedelta) -> timedelta:
        if not wait:
            return wait
        seconds = min(max(wait, _SHORTEST), _LONGEST).total_seconds()
        return timedelta(seconds=seconds + self.uniform(0.0, seconds * _SPREAD))

    def _tell(self, before: Gate, after: Gate) -> None:
        if after.is_open and not before.is_open:
            self.count("provider_breaker_opened", after.provider)
        if before.is_open and not after.is_open:
            self.count("provider_breaker_closed", after.provider)
