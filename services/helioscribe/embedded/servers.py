"""The servers of the embedded platform: every gRPC service on one port, the web pages on another."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import Any

from helioscribe.catalogue import servicer as catalogue_servicer
from helioscribe.domain.errors import UnavailableError
from helioscribe.embedded.platform import Embedded
from helioscribe.inference import servicer as inference_servicer
from helioscribe.ingest import servicer as ingest_servicer
from helioscribe.runtime.server import Server

__all__ = ["WebServer", "start_grpc", "start_http"]

_START = 10.0


def start_grpc(embedded: Embedded, *, port: int) -> Server:
    """Serve all gRPC services on loopback, without tokens.

    Raises
    ------
    UnavailableError
        If the port is taken.
    """
    parts = (catalogue_servicer, ingest_servicer, inference_servicer)
    scopes = {method: scope for part in parts for method, scope in part.SCOPES.items()}
    server = Server(replace(embedded.settings, address=f"127.0.0.1:{port}"), scopes=scopes)
    shared = embedded.platform
    catalogue_servicer.register(server.grpc, catalogue=shared.catalogue, jobs=shared.jobs, models=shared.models)
    ingest_servicer.register(server.grpc, embedded.ingest)
    inference_servicer.register(server.grpc, embedded.inference)
    server.start(*(name for part in parts for name in part.SERVICES))
    return server


@dataclass(frozen=True, slots=True, kw_only=True)
class WebServer:
    """The web pages, served by a thread."""

    server: Any
    """A `uvicorn.Server`."""

    thread: threading.Thread
    """Runs it."""

    port: int
    """Where it listens."""

    def stop(self) -> None:
        """Take no more requests and end."""
        self.server.should_exit = True
        self.thread.join(timeout=_START)


def start_http(embedded: Embedded, *, port: int) -> WebServer:
    """Serve the web pages on loopback.

    Raises
    ------
    UnavailableError
        If the port is taken.
    """
    import uvicorn

    from helioscribe.web.app import make_app

    app = make_app(
        catalogue=embedded.platform.catalogue,
        jobs=embedded.platform.jobs,
        models=embedded.platform.models,
        artifacts=embedded.platform.artifacts,
        plugins=embedded.host.plugins,
    )
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, name="web", daemon=True)
    thread.start()
    deadline = time.monotonic() + _START
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise UnavailableError(f"listening on 127.0.0.1:{port}: the port is taken")
        time.sleep(0.02)
    return WebServer(server=server, thread=thread, port=server.servers[0].sockets[0].getsockname()[1])
