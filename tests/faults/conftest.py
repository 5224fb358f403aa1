"""Servers that can be hurt, and the table of what came of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.cluster import Cluster
from support.postgres import start_server
from support.proxy import Proxy
from support.rabbitmq import RabbitServer
from support.world import World

COLUMNS = ("fault", "accepted", "in flight", "lost", "doubled", "recovery s")

_rows: list[tuple[str, ...]] = []


@pytest.fixture(scope="session")
def table() -> list[tuple[str, ...]]:
    return _rows


@pytest.fixture(scope="session")
def world(s3_server) -> Iterator[World]:
    with start_server(durable=True) as postgres:
        rabbitmq = RabbitServer()
        rabbitmq.start()
        s3, broker = Proxy(int(s3_server.rpartition(":")[2])), Proxy(rabbitmq.port)
        cluster = Cluster(
            database=postgres.url(postgres.create()),
            broker=f"amqp://guest:guest@127.0.0.1:{broker.port}//",
            bucket=f"s3://testing:testing@127.0.0.1:{s3.port}/faults?secure=0",
            fronts=2,
        )
        try:
            cluster.start()
            yield World(postgres=postgres, rabbitmq=rabbitmq, s3=s3, broker=broker, cluster=cluster)
        finally:
            cluster.stop()
            for proxy in (s3, broker):
                proxy.close()
            rabbitmq.stop()


def pytest_terminal_summary(terminalreporter) -> None:
    if not _rows:
        return
    terminalreporter.section("faults under load")
    lines = [COLUMNS, *_rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    for line in lines:
        terminalreporter.write_line("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)))
    if folder := os.environ.get("SOAK_REPORT"):
        text = "\n".join(f"| {' | '.join(line)} |" for line in (COLUMNS, ["---"] * len(COLUMNS), *_rows))
        Path(folder).write_text(text + "\n", encoding="utf-8")
