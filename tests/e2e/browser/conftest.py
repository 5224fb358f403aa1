"""One filled site and one browser for all tests that click."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from helioscribe.embedded.platform import Embedded
from helioscribe.embedded.servers import start_http
from support.browser import Visitor, chromium
from support.showcase import Showcase


# A package's scope, not a session's: while playwright runs, nobody else in this process can run an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="package")
def embedded(browser, tmp_path_factory) -> Iterator[Embedded]:
    with Embedded(tmp_path_factory.mktemp("showcase") / "home", work=False) as platform:
        yield platform


@pytest.fixture(scope="package")
def showcase(embedded) -> Showcase:
    return Showcase.fill(embedded.platform)


@pytest.fixture(scope="package")
def address(embedded, showcase) -> Iterator[str]:
    server = start_http(embedded, port=0)
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def visitor(browser, address) -> Iterator[Visitor]:
    with Visitor.to(browser, address) as person:
        yield person
