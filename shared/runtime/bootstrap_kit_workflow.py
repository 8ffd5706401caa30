"""The composition root of the kit workflow's states."""

from functools import cache

from shared.domain.ports import ReferenceKits
from shared.runtime import aws
from shared.runtime.clock import clock
from shared.runtime.observability import count
from shared.runtime.settings import KitWorkflowSettings
from shared.services.answer_workflow import AnswerWorkflow
from shared.services.check_source import CheckSource
from shared.services.close_generation import CloseGeneration
from shared.services.dispatching import Dispatcher
from shared.services.finish_kit import FinishKit
from shared.services.give_up_held import GiveUpHeld
from shared.services.run_slot import RunSlot


@cache
def settings() -> KitWorkflowSettings:
    return KitWorkflowSettings.read()


@cache
def reference_kits() -> ReferenceKits:
    from shared.adapters.dynamo.reference_kits import DynamoReferenceKits

    return DynamoReferenceKits(aws.table(settings().table_name))


@cache
def check_source() -> CheckSource:
    return CheckSource(reference_kits(), clock)


@cache
def answer_workflow() -> AnswerWorkflow:
    generations = aws.generations(settings().table_name)
    return AnswerWorkflow(generations, aws.workflow_tasks(), clock, count)


@cache
def run_slot() -> RunSlot:
    generations = aws.generations(settings().table_name)
    return RunSlot(
        generations=generations,
        dispatcher=Dispatcher(generations, aws.work_queue(settings()), clock),
        answer_workflow=answer_workflow(),
        clock=clock,
        count=count,
    )


@cache
def finish_kit() -> FinishKit:
    generations = aws.generations(settings().table_name)
    return FinishKit(
        generations=generations,
        give_up_held=GiveUpHeld(reference_kits(), generations, clock),
        close_generation=CloseGeneration(generations, clock, answer_workflow()),
    )
