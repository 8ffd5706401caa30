"""All that a model is shown for a generation, in the order in which its prompts speak of it."""

import asyncio
from dataclasses import dataclass

from shared.domain.generation import Brief, Failure, Snapshot
from shared.domain.provider import ReferencePicture
from shared.services.gather_references import GatherReferences
from shared.services.prepare_inputs import PrepareInputs

type Shown = tuple[ReferencePicture, ...]


@dataclass(frozen=True, slots=True)
class ShowPictures:
    """Once per message: its items share them."""

    prepare_inputs: PrepareInputs
    gather_references: GatherReferences

    async def __call__(self, snapshot: Snapshot, brief: Brief) -> Shown | Failure:
        """The input pictures, then those of the person; a Failure when one cannot be shown."""
        inputs = await self.prepare_inputs(snapshot.generation, brief)
        if isinstance(inputs, Failure):
            return inputs
        references = await asyncio.to_thread(self.gather_references, snapshot, brief)
        return references if isinstance(references, Failure) else (*inputs, *references)
