"""Reads the workflows beside it: `{name}.json` is a graph, `{name}.manifest.json` what it takes.

A workflow of your own is two more files. All are read and checked together, at first use: one
that is broken is found where the code starts, and not when somebody's image fails.
"""

import json
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from shared.domain.workflows.workflow import BrokenWorkflow, Workflow

FOLDER: Final = Path(__file__).parent
_MANIFEST: Final = ".manifest.json"


@cache
def workflows() -> tuple[Workflow, ...]:
    """By name. Raises BrokenWorkflow."""
    return read_workflows(FOLDER)


def find_workflow(name: str) -> Workflow | None:
    return next((one for one in workflows() if one.name == name), None)


def read_workflows(folder: Path) -> tuple[Workflow, ...]:
    """Raises BrokenWorkflow, which names the workflow."""
    manifests = {path.name.removesuffix(_MANIFEST) for path in folder.glob(f"*{_MANIFEST}")}
    graphs = {path.stem for path in folder.glob("*.json") if not path.name.endswith(_MANIFEST)}
    if alone := sorted(manifests ^ graphs):
        raise BrokenWorkflow(f"workflow {alone[0]}: a graph and its manifest belong together")
    return tuple(_read(folder, name) for name in sorted(graphs))


def _read(folder: Path, name: str) -> Workflow:
    try:
        manifest = json.loads((folder / f"{name}{_MANIFEST}").read_text(encoding="utf-8"))
        graph = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        workflow = Workflow.model_validate({**manifest, "name": name, "graph": graph})
    except (ValidationError, ValueError, TypeError) as broken:
        raise BrokenWorkflow(f"workflow {name}: {broken}") from broken
    workflow.check()
    return workflow
