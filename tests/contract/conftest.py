"""Every adapter of a port passes the same tests. To add one, add its factory to `BACKENDS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

import pytest
from sqlalchemy import Engine, delete

from helioscribe.adapters.memory import (
    MemoryCatalogue,
    MemoryEmbeddings,
    MemoryJobs,
    MemoryModels,
    MemoryRunLog,
    MemorySubscriptions,
)
from helioscribe.db import (
    SqlCatalogue,
    SqlEmbeddings,
    SqlJobs,
    SqlModels,
    SqlRunLog,
    SqlSubscriptions,
    index_words,
    migrate,
    open_engine,
)
from helioscribe.db.tables import metadata
from helioscribe.domain.job import Job, JobKind
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.embeddings import EmbeddingStore
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.run_log import RunLog
from helioscribe.ports.subscriptions import SubscriptionDesk
from helioscribe.runtime.subscribing import StoredSubscriptions
from support.factories import DAY
from support.postgres import PostgresServer


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    now: datetime = DAY
    _lock: Lock = field(default_factory=Lock)

    def __call__(self) -> datetime:
        with self._lock:
            # Nothing happens twice at the same microsecond.
            self.now += timedelta(microseconds=1)
            return self.now

    def advance(self, seconds: float) -> None:
        with self._lock:
            self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Stores:
    """One adapter of each port, over the same empty place, and the clock that its jobs go by."""

    catalogue: Catalogue
    jobs: JobStore
    models: ModelRegistry
    embeddings: EmbeddingStore
    run_log: RunLog
    desk: SubscriptionDesk
    clock: Clock


@pytest.fixture(scope="session")
def postgres_engine(postgres_server: PostgresServer) -> Iterator[Engine]:
    """A database with our tables, emptied before each test: that takes a hundredth of the time of a new one."""
    engine = open_engine(postgres_server.url(postgres_server.create()))
    migrate(engine)
    yield engine
    engine.dispose()


def memory(request: pytest.FixtureRequest) -> Stores:
    del request
    clock = Clock()
    catalogue = MemoryCatalogue()
    desk = StoredSubscriptions(store=MemorySubscriptions(), catalogue=catalogue)
    return Stores(
        catalogue=catalogue,
        jobs=MemoryJobs(clock=clock, ledger=catalogue),
        models=MemoryModels(),
        embeddings=MemoryEmbeddings(),
        run_log=MemoryRunLog(),
        desk=desk,
        clock=clock,
    )


def sqlite(request: pytest.FixtureRequest) -> Stores:
    engine = open_engine(f"sqlite:///{request.getfixturevalue('tmp_path')}/catalogue.db")
    migrate(engine)
    request.addfinalizer(engine.dispose)
    return _sql(engine)


def postgres(request: pytest.FixtureRequest) -> Stores:
    engine: Engine = request.getfixturevalue("postgres_engine")
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
    return _sql(engine)


def remote(request: pytest.FixtureRequest) -> Stores:
    """All three ports over a real gRPC server on loopback, in memory behind it."""
    return _served(request, memory(request))


def remote_sqlite(request: pytest.FixtureRequest) -> Stores:
    """The same with a database behind it, as the catalogue service has one, and the index of words."""
    behind = sqlite(request)
    engine = open_engine(f"sqlite:///{request.getfixturevalue('tmp_path')}/catalogue.db")
    index_words(engine)
    engine.dispose()
    return _served(request, behind)


def _served(request: pytest.FixtureRequest, behind: Stores) -> Stores:
    from helioscribe.adapters.rpc import (
        RpcCatalogue,
        RpcEmbeddings,
        RpcJobs,
        RpcModels,
        RpcRunLog,
        RpcSubscriptions,
        open_channel,
    )
    from helioscribe.catalogue import servicer
    from helioscribe.runtime.server import Server
    from helioscribe.runtime.settings import Settings

    server = Server(Settings(address="127.0.0.1:0"), scopes=servicer.SCOPES)
    servicer.register(
        server.grpc,
        catalogue=behind.catalogue,
        jobs=behind.jobs,
        models=behind.models,
        embeddings=behind.embeddings,
        run_log=behind.run_log,
        desk=behind.desk,
    )
    server.start(*servicer.SERVICES)
    caller = open_channel(f"grpc://127.0.0.1:{server.port}")
    request.addfinalizer(lambda: (caller.close(), server.grpc.stop(None).wait()))
    return Stores(
        catalogue=RpcCatalogue(caller),
        jobs=RpcJobs(caller),
        models=RpcModels(caller),
        embeddings=RpcEmbeddings(caller),
        run_log=RpcRunLog(caller),
        desk=RpcSubscriptions(caller),
        clock=behind.clock,
    )


def _sql(engine: Engine) -> Stores:
    clock = Clock()
    jobs = SqlJobs(engine, clock=clock)
    catalogue = SqlCatalogue(engine)
    desk = StoredSubscriptions(store=SqlSubscriptions(engine), catalogue=catalogue)
    return Stores(
        catalogue=catalogue,
        jobs=jobs,
        models=SqlModels(engine),
        embeddings=SqlEmbeddings(engine),
        run_log=SqlRunLog(engine),
        desk=desk,
        clock=clock,
    )


BACKENDS: dict[str, Callable[[pytest.FixtureRequest], Stores]] = {
    "memory": memory,
    "sqlite": sqlite,
    "postgres": postgres,
    "remote": remote,
    "remote-sqlite": remote_sqlite,
}


@pytest.fixture(params=BACKENDS)
def stores(request: pytest.FixtureRequest) -> Stores:
    return BACKENDS[request.param](request)


@pytest.fixture
def catalogue(stores: Stores) -> Catalogue:
    return stores.catalogue


@pytest.fixture
def jobs(stores: Stores) -> JobStore:
    return stores.jobs


@pytest.fixture
def models(stores: Stores) -> ModelRegistry:
    return stores.models


@pytest.fixture
def clock(stores: Stores) -> Clock:
    return stores.clock


@pytest.fixture
def job(jobs: JobStore) -> Job:
    return jobs.submit(
        JobKind.DETECT, "obs-1:stix-lstm", {"observation_id": "obs-1", "parameters": {"threshold": 0.3}}
    )[0]
