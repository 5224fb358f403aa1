"""The web service: pages and an API over HTTP. ``python -m helioscribe.web.app``."""

from __future__ import annotations

from pathlib import Path

from helioscribe.client import Client
from helioscribe.domain.errors import UsageError
from helioscribe.runtime.auth import TokenFile
from helioscribe.runtime.rates import Rate
from helioscribe.runtime.service import Parts, main
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import Platform
from helioscribe.web.access import Access
from helioscribe.web.backend import Backend
from helioscribe.web.http_server import HttpServer, listen
from helioscribe.web.site import make_site

__all__ = ["compose"]

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Seconds of requests that a visitor may send at once."""


def compose(platform: Platform) -> Parts:
    """Put the service together; where the settings name no inference service, it knows of no detectors."""
    settings = platform.settings
    client = _client(settings) if settings.inference else None

    def serve(settings: Settings) -> HttpServer:
        site = make_site(
            Backend.of(platform, detectors=client.detectors if client else list),
            desk=platform.desk,
            graphs=client.graphs if client else None,
            access=_access(settings),
            rate=Rate.of(settings.http_rate),
            warm=True,
        )
        host, _, port = settings.http_address.rpartition(":")
        if not port.isdigit():
            raise UsageError(f"HELIOSCRIBE_HTTP_ADDRESS: expected host:port, got {settings.http_address!r}")
        return HttpServer.start(site, listen(host.strip("[]"), int(port)), proxies=settings.proxies)

    return Parts(serve=serve)


def _access(settings: Settings) -> Access:
    if not settings.tokens_file:
        host = settings.http_address.rpartition(":")[0].strip("[]")
        return Access(
            only_reading=host not in _LOOPBACK and not settings.insecure,
            any_name=settings.insecure,
            public_url=settings.public_url,
        )
    tokens = TokenFile(Path(settings.tokens_file))
    return Access(tokens=tokens, open_reading=settings.open_reading, public_url=settings.public_url)


def _client(settings: Settings) -> Client:
    authority = Path(settings.tls_authority) if settings.tls_authority else None
    return Client(settings.inference, token=settings.token or None, authority=authority, identity=settings.identity)


if __name__ == "__main__":
    main("web", compose)
