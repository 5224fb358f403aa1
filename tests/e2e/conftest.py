"""The platform in both of its modes, behind the same client."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from helioscribe.client import Client
from support.cluster import Cluster
from support.collector import Collector
from support.containers import containers


@contextmanager
def embedded(folder: Path) -> Iterator[Client]:
    from helioscribe.embedded.platform import Embedded
    from helioscribe.embedded.servers import start_grpc

    with Embedded(folder) as platform:
        server = start_grpc(platform, port=0)
        with Client(f"grpc://127.0.0.1:{server.port}") as client:
            yield client
        server.stop()


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    listening = Collector()
    yield listening
    listening.stop()


@pytest.fixture(scope="session")
def cluster(postgres_server, rabbitmq_url, s3_server, collector) -> Iterator[Cluster]:
    database = postgres_server.create()
    bucket = f"s3://testing:testing@{s3_server}/cluster?secure=0"
    places = {"database": postgres_server.url(database), "broker": rabbitmq_url, "bucket": bucket}
    running = Cluster(**places, traces=collector.url)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        postgres_server.drop(database)


MODES = ["embedded", pytest.param("distributed", marks=pytest.mark.integration)]


@pytest.fixture(params=[*MODES, *(["containers"] if "STACK_HOST" in os.environ else [])])
def platform(request, tmp_path) -> Iterator[Client]:
    if request.param == "embedded":
        with embedded(tmp_path / "home") as client:
            yield client
        return
    if request.param == "containers":
        with containers() as client:
            yield client
        return
    with request.getfixturevalue("cluster").client() as client:
        yield client
