"""What all tests share, the plugins' too."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Test machines are shared and slow at times; a test that hangs is ended by its timeout.
settings.register_profile("helioscribe", deadline=None)
settings.load_profile("helioscribe")


@pytest.fixture(autouse=True)
def _log_as_found() -> Iterator[None]:
    """Give the platform's logger back as it was: a command or a service run in a test's process sets it up."""
    logger = logging.getLogger("helioscribe")
    found = (logger.handlers[:], logger.level, logger.propagate)
    yield
    logger.handlers[:], logger.propagate = found[0], found[2]
    logger.setLevel(found[1])
