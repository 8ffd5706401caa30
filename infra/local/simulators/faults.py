"""Faults waiting to strike: queued by whoever tests, consumed by the requests they match."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.local.simulators.calls import Call

Parameter = str | float | bool | None


class UnknownFault(ValueError):
    """The order names a fault, a stage or a parameter that this server does not have."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """Where a fault may strike (the first stage is the default) and its parameters' defaults."""

    stages: tuple[str, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(slots=True)
class Fault:
    """One queued fault. `remaining` None strikes every matching request until cleared."""

    name: str
    stage: str
    match: str
    remaining: int | None
    parameters: dict[str, Parameter]

    def number(self, name: str) -> float:
        value = self.parameters[name]
        return float(value) if value is not None else 0.0

    def optional_number(self, name: str) -> float | None:
        return None if self.parameters[name] is None else self.number(name)

    def text(self, name: str) -> str:
        return str(self.parameters[name])

    def flag(self, name: str) -> bool:
        return bool(self.parameters[name])

    def as_json(self) -> dict[str, object]:
        return {
            "fault": self.name,
            "on": self.stage,
            "match": self.match,
            "count": self.remaining,
            **self.parameters,
        }


class FaultQueue:
    """Queued faults in order; a request takes the first that fits its stage and prompt."""

    def __init__(self, catalogue: Mapping[str, FaultKind]) -> None:
        self._catalogue = catalogue
        self._queue: list[Fault] = []

    def add(self, order: Mapping[str, object]) -> Fault:
        """Queue what `{"fault", "count"?, "match"?, "on"?, ...parameters}` asks for."""
        name = order.get("fault")
        kind = self._catalogue.get(name) if isinstance(name, str) else None
        if kind is None or not isinstance(name, str):
            raise UnknownFault(f"fault must be one of {', '.join(sorted(self._catalogue))}")
        given = {key: value for key, value in order.items() if key not in _ORDER_FIELDS}
        fault = Fault(
            name=name,
            stage=_stage(kind, order.get("on", kind.stages[0])),
            match=str(order.get("match") or ""),
            remaining=_count(order.get("count", 1)),
            parameters=_parameters(name, kind, given),
        )
        self._queue.append(fault)
        return fault

    def take(self, stage: str, prompt: str) -> Fault | None:
        for fault in self._queue:
            if fault.stage == stage and fault.match in prompt:
                self._use_up(fault)
                return fault
        return None

    def strike(self, stage: str, call: Call) -> Fault | None:
        """What `take` finds for this call, named in the log beside it."""
        fault = self.take(stage, call.prompt)
        if fault is not None:
            call.fault = fault.name
        return fault

    def clear(self) -> None:
        self._queue.clear()

    def as_json(self) -> list[dict[str, object]]:
        return [fault.as_json() for fault in self._queue]

    def _use_up(self, fault: Fault) -> None:
        if fault.remaining is None:
            return
        fault.remaining -= 1
        if fault.remaining <= 0:
            self._queue.remove(fault)


_ORDER_FIELDS = frozenset({"fault", "count", "match", "on"})


def _stage(kind: FaultKind, wanted: object) -> str:
    if isinstance(wanted, str) and wanted in kind.stages:
        return wanted
    raise UnknownFault(f"on must be one of {', '.join(kind.stages)}")


def _count(wanted: object) -> int | None:
    if wanted is None:
        return None
    if isinstance(wanted, int) and not isinstance(wanted, bool) and wanted > 0:
        return wanted
    raise UnknownFault("count must be a positive integer, or null for every request")


def _parameters(name: str, kind: FaultKind, given: Mapping[str, object]) -> dict[str, Parameter]:
    chosen = dict(kind.parameters)
    for key, value in given.items():
        if key not in chosen:
            raise UnknownFault(f"{name} knows {', '.join(chosen) or 'no parameters'}, not {key}")
        if value is not None and not isinstance(value, _accepted(chosen[key])):
            raise UnknownFault(f"{name}: {key} has the wrong type")
        chosen[key] = value if value is None or isinstance(value, str | bool) else float(value)
    return chosen


def _accepted(default: Parameter) -> tuple[type[str], ...] | tuple[type[float], ...]:
    """Types a parameter takes, read off its default; a default of None is an optional number."""
    return (str,) if isinstance(default, str) else (float, int)
