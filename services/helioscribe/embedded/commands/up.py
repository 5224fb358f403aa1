"""``up``: the whole platform in this process, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from helioscribe.embedded.console import home_option, platform

if TYPE_CHECKING:
    from helioscribe.embedded.platform import Embedded

__all__ = ["port_options", "run_servers", "up"]


def port_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--http-port`` and ``--grpc-port``."""
    for name, usual in (("--grpc-port", 50051), ("--http-port", 8080)):
        text = f"Port; by default {usual}, or any free one if it is taken; 0 takes any free one."
        command = click.option(name, type=click.IntRange(0, 65535), default=None, metavar="N", help=text)(command)
    return command


@click.command()
@port_options
@home_option
def up(http_port: int | None, grpc_port: int | None, home: Path | None) -> None:
    """Run the whole platform in this process: gRPC and web pages, for this machine only and without tokens."""
    with platform(home, long=True) as embedded:
        run_servers(embedded, http_port=http_port, grpc_port=grpc_port)


def run_servers(embedded: Embedded, *, http_port: int | None, grpc_port: int | None) -> None:
    """Serve until SIGINT or SIGTERM; prints where."""
    from helioscribe.embedded.servers import start_grpc, start_http
    from helioscribe.runtime.logs import configure

    configure(level=embedded.settings.log_level, form=embedded.settings.log_format)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    embedded.host.install_models()
    _count(embedded)
    rpc = start_grpc(embedded, port=grpc_port)
    web = start_http(embedded, port=http_port)
    for name, where in (
        ("pages", f"http://127.0.0.1:{web.port}/"),
        ("gRPC", f"grpc://127.0.0.1:{rpc.port}"),
        ("data", str(embedded.home)),
    ):
        click.echo(f"{name:<10}{where}")
    click.echo("Ctrl-C stops it.")
    stop.wait()
    web.stop()
    rpc.stop()


def _count(embedded: Embedded) -> None:
    from helioscribe.inference.usage import UsageCollector
    from helioscribe.runtime.census import CensusCollector
    from helioscribe.runtime.metrics import metrics

    if embedded.platform.census is not None:
        metrics().watch("census", CensusCollector(embedded.platform.census))
    metrics().watch("inference", UsageCollector(embedded.graphs))
