"""After a message: close the generation if it is done, else let go what may run now."""

import asyncio
from dataclasses import dataclass

from shared.domain.errors import NotFound
from shared.services.close_generation import CloseGeneration
from shared.services.dispatching import Dispatcher


@dataclass(frozen=True, slots=True)
class FinishWork:
    close_generation: CloseGeneration
    dispatcher: Dispatcher

    async def __call__(self, *, generation_id: str) -> None:
        """A generation that has been deleted meanwhile needs nothing."""
        try:
            snapshot = await asyncio.to_thread(self.close_generation, generation_id=generation_id)
        except NotFound:
            return
        if not snapshot.generation.closed:
            await asyncio.to_thread(self.dispatcher.let_go, snapshot)
