"""One event loop for all that only waits, in a thread of its own; other threads have coroutines run there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

__all__ = ["background", "wait"]

_THREADS = 64
_LOOK_EVERY = 0.1

T = TypeVar("T")


@cache
def background() -> asyncio.AbstractEventLoop:
    """Return the loop of this process. Nothing may block there."""
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="background"))
    threading.Thread(target=loop.run_forever, name="background", daemon=True).start()
    return loop


def wait(coroutine: Coroutine[Any, Any, T], check: Callable[[], None] = lambda: None) -> T:
    """Have a coroutine run in the background, and wait for it in this thread.

    Parameters
    ----------
    coroutine
        Coroutine to run; its errors are raised.
    check
        Called now and then; what it raises ends the coroutine.
    """
    running = asyncio.run_coroutine_threadsafe(coroutine, background())
    try:
        while True:
            try:
                return running.result(_LOOK_EVERY)
            except TimeoutError:
                if running.done():
                    return running.result()
            check()
    finally:
        running.cancel()
