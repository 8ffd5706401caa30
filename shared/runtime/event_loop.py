"""One event loop per environment, with room for AWS calls that block a thread each."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

_THREADS = 32


def event_loop() -> asyncio.AbstractEventLoop:
    """Made once and the current one from here on: connections that outlive an invocation
    belong to it, so it is never closed."""
    loop = _loop()
    asyncio.set_event_loop(loop)
    return loop


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="aws"))
    return loop
