"""What all tests share, the plugins' too."""

import asyncio
import inspect
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import settings

# Test machines are shared and slow at times; a test that hangs is ended by its timeout.
settings.register_profile("helioscribe", deadline=None)
settings.load_profile("helioscribe")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine in a thread of its own: the driver of browsers has a loop in the main one."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in inspect.signature(pyfuncitem.obj).parameters}
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, pyfuncitem.obj(**arguments)).result()
    return True


@pytest.fixture(autouse=True)
def _log_as_found() -> Iterator[None]:
    """Give the platform's logger back as it was: a command or a service run in a test's process sets it up."""
    logger = logging.getLogger("helioscribe")
    found = (logger.handlers[:], logger.level, logger.propagate)
    yield
    logger.handlers[:], logger.propagate = found[0], found[2]
    logger.setLevel(found[1])
