"""Ends an item as the worker would: with a real picture, stored and recorded."""

import asyncio

from shared.adapters import imaging
from shared.adapters.dynamo.images import DynamoImages
from shared.domain import events as e
from shared.domain.generation import Item
from shared.domain.ids import new_id
from shared.domain.transitions import Move
from shared.runtime import aws, bootstrap
from shared.runtime.clock import clock
from shared.services.close_generation import CloseGeneration
from shared.services.moving import advance
from shared.services.store_result import StoreResult
from tests.builders import an_attempt
from tests.fakes import FakeCounter
from tests.workshop import png


def complete(generation_id: str, index: int) -> None:
    """Claims the item, calls no one, and stores a picture of 96 by 128 pixels."""
    settings = bootstrap.settings()
    generations = aws.generations(settings.table_name)
    snapshot = generations.get(generation_id)
    item = generate(generation_id, index)
    store_result = StoreResult(
        generations=generations,
        images=DynamoImages(aws.table(settings.table_name)),
        store=aws.image_store(settings.images_bucket),
        imaging=imaging,
        clock=clock,
        new_id=new_id,
        count=FakeCounter(),
        measures_faces=True,
    )
    attempt = an_attempt(item, called_at=clock())
    asyncio.run(
        store_result(generation=snapshot.generation, item=item, attempt=attempt, data=png())
    )
    CloseGeneration(generations, clock)(generation_id=generation_id)


def generate(generation_id: str, index: int) -> Item:
    """Claimed, and its provider called."""
    generations = aws.generations(bootstrap.settings().table_name)
    item = generations.get(generation_id).items[index]
    claimed = advance(generations, item, e.Claimed(), clock)
    assert isinstance(claimed, Move)
    called = e.ProviderCalled(an_attempt(claimed.after, called_at=clock()))
    generating = advance(generations, claimed.after, called, clock)
    assert isinstance(generating, Move)
    return generating.after
