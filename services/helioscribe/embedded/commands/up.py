"""``up``: the whole platform in this process, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

import click

from helioscribe.embedded.console import home_option, platform
from helioscribe.runtime.logs import configure

__all__ = ["serve", "up"]


@click.command()
@click.option("--http-port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--grpc-port", type=click.IntRange(0, 65535), default=50051, show_default=True)
@home_option
def up(http_port: int, grpc_port: int, home: Path | None) -> None:
    """Run the whole platform in this process: gRPC and web page on loopback."""
    with platform(home) as embedded:
        serve(embedded, http_port=http_port, grpc_port=grpc_port)


def serve(embedded: Any, *, http_port: int, grpc_port: int) -> None:
    """Serve until SIGINT or SIGTERM; prints where."""
    from helioscribe.embedded.servers import start_grpc, start_http

    configure(level="INFO", form="text")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    embedded.host.install_models()
    rpc = start_grpc(embedded, port=grpc_port)
    web = start_http(embedded, port=http_port)
    click.echo(f"\nweb page   http://127.0.0.1:{web.port}/\ngRPC       127.0.0.1:{rpc.port}\nstop with Ctrl-C")
    stop.wait()
    web.stop()
    rpc.stop()
