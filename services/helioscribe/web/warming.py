"""What pictures need is loaded before anybody asks for one: it takes seconds."""

from __future__ import annotations

import asyncio
import io
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

__all__ = ["warming"]

_log = logging.getLogger(__name__)
_AFTER = 2.0
"""Seconds after the start, which is not to be slowed down."""


def _draw_sequence() -> None:
    from helioscribe.runtime.plots.sequence import draw_sequence
    from helioscribe.sdk.testing import synthetic_sequence

    draw_sequence(synthetic_sequence(frames=2, size=32), io.BytesIO(), title="")


def _draw_light_curve() -> None:
    from helioscribe.runtime.plots.light_curve import draw_light_curve
    from helioscribe.sdk.testing import synthetic_light_curve

    draw_light_curve(synthetic_light_curve(minutes=10, flares=()), io.BytesIO(), title="")


_STEPS = (_draw_sequence, _draw_light_curve)


@asynccontextmanager
async def warming(
    _app: object, *, after: float = _AFTER, steps: Sequence[Callable[[], None]] = _STEPS
) -> AsyncIterator[None]:
    """Draw pictures that nobody sees while the application serves, in a thread that ends before it does."""
    stop = threading.Event()
    thread = threading.Thread(target=_warm, args=(stop, after, steps), name="warming")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        await asyncio.to_thread(thread.join)


def _warm(stop: threading.Event, after: float, steps: Sequence[Callable[[], None]]) -> None:
    stop.wait(after)
    for step in steps:
        if stop.is_set():
            return
        try:
            step()
        except Exception:  # noqa: BLE001  # pages can do without
            _log.exception("what pictures need could not be loaded")
