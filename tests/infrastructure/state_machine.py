"""`python -m tests.infrastructure.state_machine` draws the kit workflow into docs/architecture.md
as the stack defines it; a test compares."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.bundles import Bundle
from infra.functions import NAMES
from tests.infrastructure.templates import Template

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
_BEGIN, _END = "<!-- the kit workflow, as it is deployed -->\n", "<!-- end of the kit workflow -->"

type Definition = Mapping[str, Any]


def definition_in(template: Template) -> Definition:
    """With the names of what is deployed left out."""
    (machine,) = template.of_type("AWS::StepFunctions::StateMachine").values()
    parts = machine["DefinitionString"]["Fn::Join"][1]
    definition: Definition = json.loads("".join(p if isinstance(p, str) else "_" for p in parts))
    return definition


def picture(definition: Definition) -> str:
    """As Mermaid draws it."""
    return "\n".join(["```mermaid", "stateDiagram-v2", *_machine(definition, "    "), "```", ""])


def drawn_in(page: str) -> str:
    return page.split(_BEGIN)[1].split(_END, maxsplit=1)[0]


def _machine(definition: Definition, indent: str) -> Iterator[str]:
    yield f"{indent}[*] --> {definition['StartAt']}"
    for name, state in definition["States"].items():
        if "ItemProcessor" in state:
            yield f"{indent}state {name} {{"
            yield from _machine(state["ItemProcessor"], indent + "    ")
            yield f"{indent}}}"
        for target, why in _arrows(state):
            yield f"{indent}{name} --> {target}" + (f": {why}" if why else "")


def _arrows(state: Definition) -> Iterator[tuple[str, str]]:
    for choice in state.get("Choices", ()):
        yield choice["Next"], choice["StringEquals"]
    if "Default" in state:
        yield state["Default"], "else"
    if "Next" in state:
        why = f"{state['Seconds']} s" if "Seconds" in state else ""
        yield state["Next"], why
    for caught in state.get("Catch", ()):
        yield (
            caught["Next"],
            ", ".join(name.removeprefix("States.") for name in caught["ErrorEquals"]),
        )
    if state.get("End") or state["Type"] == "Succeed":
        yield "[*]", ""


def main() -> None:
    from tests.infrastructure.conftest import synthesized

    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "bundle"
        empty.mkdir()
        (empty / "handler.py").touch()
        stand_ins = {name: Bundle(empty, digest=name) for name in NAMES}
        template = synthesized(Path(folder) / "out", stand_ins, {})
    drawn = _BEGIN + picture(definition_in(template)) + _END
    page = PAGE.read_text(encoding="utf-8")
    whole = re.sub(re.escape(_BEGIN) + ".*?" + re.escape(_END), lambda _: drawn, page, flags=re.S)
    PAGE.write_text(whole, encoding="utf-8")


if __name__ == "__main__":
    main()
