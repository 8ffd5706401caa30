"""Queues that deliver at least once: delays, visibility, receive counts, dead letters."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from shared.domain.analysis import ImageToAnalyse
from shared.domain.work import Work

VISIBILITY = timedelta(seconds=140)
MAX_RECEIVES = 3
LONGEST_DELAY = timedelta(minutes=15)


@dataclass(slots=True, eq=False)
class Message:
    work: Work | ImageToAnalyse
    visible_at: datetime
    receives: int = 0


@dataclass(slots=True)
class Queue:
    """`dead` is where a message goes that was received too often; None for a dead-letter
    queue itself."""

    name: str
    dead: "Queue | None"
    messages: list[Message] = field(default_factory=list)

    def send(
        self, work: Work | ImageToAnalyse, now: datetime, delay: timedelta = timedelta(0)
    ) -> None:
        self.messages.append(Message(work, now + min(delay, LONGEST_DELAY)))

    def visible(self, now: datetime) -> list[Message]:
        """What can be received now; what was received too often is set aside on the way."""
        ready = [message for message in self.messages if message.visible_at <= now]
        if self.dead is None:
            return ready
        for message in [old for old in ready if old.receives >= MAX_RECEIVES]:
            self.messages.remove(message)
            ready.remove(message)
            self.dead.send(message.work, now)
        return ready

    def receive(self, message: Message, now: datetime, rng: Random, twice: float) -> None:
        """Hides the message for a while; sometimes a queue delivers it again all the same."""
        message.receives += 1
        again = timedelta(seconds=rng.uniform(0, 60)) if rng.random() < twice else VISIBILITY
        message.visible_at = now + again

    def delete(self, message: Message) -> None:
        if message in self.messages:
            self.messages.remove(message)


@dataclass(slots=True)
class Queues:
    """One lane is enough here, for the lanes differ in nothing but their owners. `analysis` is
    the world's: what goes live there is looked at."""

    analysis: Queue

    lane: Queue = field(default_factory=lambda: Queue("lane", Queue("lane-dead", None)))
    ingest: Queue = field(default_factory=lambda: Queue("ingest", Queue("ingest-dead", None)))

    def all(self) -> list[Queue]:
        return [*self.live(), *self.dead()]

    def live(self) -> tuple[Queue, ...]:
        return self.lane, self.ingest, self.analysis

    def dead(self) -> list[Queue]:
        return [queue.dead for queue in self.live() if queue.dead is not None]

    def empty(self) -> bool:
        return not any(queue.messages for queue in self.all())

    def next_visible(self) -> datetime | None:
        times = [message.visible_at for queue in self.all() for message in queue.messages]
        return min(times, default=None)
