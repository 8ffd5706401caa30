"""The composition root of what is read of sums."""

from functools import cache

from shared.domain.ports import Rollups
from shared.runtime import aws
from shared.runtime.bootstrap import owners, settings
from shared.runtime.clock import clock
from shared.services.read_numbers import ReadCosts, ReadQueue, ReadStatistics, ReadUsage


@cache
def rollups() -> Rollups:
    from shared.adapters.dynamo.rollups import DynamoRollups

    return DynamoRollups(aws.table(settings().table_name), clock)


@cache
def read_usage() -> ReadUsage:
    return ReadUsage(owners(), rollups(), settings().limits, clock)


@cache
def read_costs() -> ReadCosts:
    return ReadCosts(rollups())


@cache
def read_statistics() -> ReadStatistics:
    return ReadStatistics(rollups(), clock)


@cache
def read_queue() -> ReadQueue:
    return ReadQueue(owners(), rollups(), clock)
