"""The sweeper's composition root."""

from functools import cache

from shared.runtime import aws
from shared.runtime.clock import clock
from shared.runtime.observability import count
from shared.runtime.settings import SweeperSettings
from shared.services.bury_dead_letter import BuryDeadLetter
from shared.services.close_generation import CloseGeneration
from shared.services.dispatching import Dispatcher
from shared.services.sweep import Sweep


@cache
def settings() -> SweeperSettings:
    return SweeperSettings.read()


@cache
def sweep() -> Sweep:
    generations = aws.generations(settings().table_name)
    queue = aws.work_queue(settings())
    return Sweep(
        generations=generations,
        queue=queue,
        dispatcher=Dispatcher(generations, queue, clock),
        close_generation=CloseGeneration(generations, clock),
        clock=clock,
        count=count,
    )


@cache
def bury_dead_letter() -> BuryDeadLetter:
    generations = aws.generations(settings().table_name)
    return BuryDeadLetter(
        generations=generations,
        close_generation=CloseGeneration(generations, clock),
        clock=clock,
        count=count,
    )
