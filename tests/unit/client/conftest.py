"""A server with real handlers over stores in memory, and its client."""

from datetime import UTC, datetime

import pytest

from helioscribe.adapters.product_codec import encode_product
from helioscribe.client import Client
from helioscribe.domain.identity import digest
from helioscribe.sdk.discovery import Plugin, PluginState
from support.factories import make_observation
from support.tiny_plugin import forget, make_curve, make_plugin
from support.wired import wired


@pytest.fixture
def broken():
    """A plugin without a manifest."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return Plugin(
        name="broken", distribution="broken-0", version="0", state=PluginState.FAILED, error="no manifest", since=since
    )


@pytest.fixture
def platform(tmp_path, monkeypatch, request, broken):
    """A server with the detector `tiny`, of whose code a test may give another, and with one that is broken."""
    monkeypatch.syspath_prepend(tmp_path)
    package = f"tiny_{digest(request.node.nodeid.encode())[:12]}"
    code = getattr(request, "param", None)
    plugin = make_plugin(tmp_path, package, **({"code": code} if code else {}))
    with wired(plugins=[plugin, broken]) as server:
        yield server
    forget(package)


@pytest.fixture
def client(platform):
    with Client(platform.url, timeout=20) as client:
        yield client


@pytest.fixture
def observation(platform):
    """An observation of the catalogue, with its product."""
    encoded = encode_product(make_curve())
    made = make_observation(product_key="products/tiny", product_sha256=digest(encoded))
    platform.inference.artifacts.put(made.product_key, encoded)
    platform.catalogue.add_observation(made)
    return made
