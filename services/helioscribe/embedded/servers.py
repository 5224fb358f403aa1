"""Servers of the embedded platform: all gRPC services on one port, the web pages on another."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from threading import Thread

from helioscribe.catalogue import servicer as catalogue_servicer
from helioscribe.domain.errors import UnavailableError
from helioscribe.embedded.platform import Embedded
from helioscribe.inference import open_inference
from helioscribe.inference import servicer as inference_servicer
from helioscribe.inference.served_detectors import ServedDetectors
from helioscribe.ingest import servicer as ingest_servicer
from helioscribe.runtime.server import Server
from helioscribe.training import servicer as training_servicer
from helioscribe.web.http_server import HttpServer, listen

__all__ = ["GRPC_PORT", "HTTP_PORT", "start_grpc", "start_http"]

HOST = "127.0.0.1"
GRPC_PORT, HTTP_PORT = 50051, 8080
"""Usual ports; if they are taken, any free ones are used."""


def start_grpc(embedded: Embedded, *, port: int | None = None) -> Server:
    """Serve all gRPC services to this machine only (loopback), without tokens.

    Parameters
    ----------
    embedded
        Platform whose services are served.
    port
        Port to listen on; 0 takes any free port, None the usual one or, if that is taken, any free one.

    Raises
    ------
    UnavailableError
        If the port is taken.
    """
    if port is None:
        port = GRPC_PORT if _is_free(GRPC_PORT) else 0
    parts = (catalogue_servicer, ingest_servicer, inference_servicer, training_servicer, open_inference)
    scopes = {method: scope for part in parts for method, scope in part.SCOPES.items()}
    server = Server(replace(embedded.settings, address=f"{HOST}:{port}"), scopes=scopes)
    shared = embedded.platform
    catalogue_servicer.register(
        server.grpc,
        catalogue=shared.catalogue,
        jobs=shared.jobs,
        models=shared.models,
        embeddings=shared.embeddings,
        run_log=shared.run_log,
        desk=shared.desk,
    )
    ingest_servicer.register(server.grpc, embedded.ingest)
    inference_servicer.register(server.grpc, embedded.inference)
    training_servicer.register(server.grpc, embedded.training)
    open_inference.register(server.grpc, ServedDetectors(embedded.graphs, embedded.inference))
    server.start(*(name for part in parts for name in part.SERVICES), later=open_inference.SERVICES)
    Thread(target=open_inference.announce, args=(server, embedded.graphs), name="warm", daemon=True).start()
    return server


def start_http(embedded: Embedded, *, port: int | None = None) -> HttpServer:
    """Serve the web pages to this machine only (loopback). `port` is as for `start_grpc`.

    Raises
    ------
    UnavailableError
        If the port is taken.
    """
    from helioscribe.web.access import Access
    from helioscribe.web.backend import Backend
    from helioscribe.web.site import make_site

    if port is None:
        port = HTTP_PORT if _is_free(HTTP_PORT) else 0
    listening = listen(HOST, port)
    site = make_site(
        Backend.of(embedded.platform, detectors=embedded.host.plugins),
        desk=embedded.platform.desk,
        graphs=ServedDetectors(embedded.graphs, embedded.inference),
        access=Access(public_url=embedded.settings.public_url),
        warm=True,
    )
    return HttpServer.start(site, listening)


def _is_free(port: int) -> bool:
    with suppress(UnavailableError):
        listen(HOST, port).close()
        return True
    return False
