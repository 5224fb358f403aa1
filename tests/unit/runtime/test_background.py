"""Coroutines that other threads have run."""

import asyncio
import threading

import pytest

from helioscribe.domain.errors import CancelledError
from helioscribe.runtime.background import wait


async def later(value, seconds=0.15):
    await asyncio.sleep(seconds)
    return value


def test_the_answer_comes_from_another_thread():
    async def who():
        return threading.current_thread()

    assert wait(later(3)) == 3
    assert wait(who()) is wait(who()) is not threading.current_thread()


def test_its_own_errors_are_raised_those_of_time_too():
    async def late():
        await asyncio.sleep(0.15)
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        wait(late())


def test_whoever_gives_up_ends_it():
    ended = threading.Event()

    async def patient():
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    def gone():
        raise CancelledError("gone")

    with pytest.raises(CancelledError):
        wait(patient(), gone)
    assert ended.wait(5)
