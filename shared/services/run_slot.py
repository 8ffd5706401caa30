"""Let go an item of a reference kit, for a workflow that awaits its end."""

from dataclasses import dataclass

from shared.domain.errors import NotFound
from shared.domain.events import LetGo
from shared.domain.generation import ItemRef
from shared.domain.holding import sent_now
from shared.domain.ports import Clock, Counter, Generations
from shared.domain.transitions import Move
from shared.services.answer_workflow import AnswerWorkflow
from shared.services.dispatching import Dispatcher
from shared.services.moving import advance


@dataclass(frozen=True, slots=True)
class RunSlot:
    """Token, item, message, in this order: whoever finds the item ended finds the token, and a
    crash before the message leaves queued items that the sweeper sends. Each step may be
    repeated, also by a later execution with a token of its own."""

    generations: Generations
    dispatcher: Dispatcher
    answer_workflow: AnswerWorkflow
    clock: Clock
    count: Counter

    def __call__(self, *, generation_id: str, index: int, token: str) -> None:
        """An item that has ended already, or is gone, is answered at once. Raises Unavailable."""
        ref = ItemRef(generation_id=generation_id, index=index)
        self.generations.keep_token(ref, token, self.clock())
        try:
            snapshot = self.generations.get(generation_id)
        except NotFound:
            self.count("slot_ignored", "generation_deleted")
            self.answer_workflow.let_down(token)
            return
        decision = advance(self.generations, snapshot.items[index], LetGo(awaited=True), self.clock)
        item = decision.after if isinstance(decision, Move) else decision.item
        if item.ended:
            self.answer_workflow.tell(item, token)
            return
        # After the item is let go: whoever is told of all of them may send all of them.
        let_go = self.generations.note_let_go(ref, self.clock())
        now = sent_now(snapshot.with_item(item), index, let_go)
        self.dispatcher.send(snapshot.generation, now)
