"""Opens the ports of a process: URLs choose the adapters, which are imported when they are chosen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import unquote, urlsplit

from helioscribe.domain.errors import InvalidInputError, MissingDependencyError
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.census import CensusTaker
from helioscribe.ports.embeddings import EmbeddingStore
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.queue import Queue
from helioscribe.ports.run_log import RunLog
from helioscribe.ports.subscriptions import SubscriptionDesk, SubscriptionStore
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.subscribing import StoredSubscriptions

__all__ = ["Platform", "connect", "open_artifacts", "open_queue", "open_stores"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The ports that a database, or a catalogue server, implements."""

    catalogue: Catalogue
    """Observations, detections, events."""

    jobs: JobStore
    """Jobs and their leases."""

    models: ModelRegistry
    """Model cards and roles."""

    embeddings: EmbeddingStore
    """Vectors and scores of images."""

    run_log: RunLog
    """Logs of training jobs."""

    desk: SubscriptionDesk
    """Operations of owners of subscriptions."""

    disconnect: Callable[[], None]
    """Closes the connection."""

    census: CensusTaker | None = None
    """Numbers for dashboards; None unless this process has access to the database."""

    subscriptions: SubscriptionStore | None = None
    """The subscriptions; None unless this process has access to the database."""

    def close(self) -> None:
        """Close the connection."""
        self.disconnect()


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform(Stores):
    """All ports that a process uses."""

    settings: Settings
    """The settings that they were opened with."""

    artifacts: ArtifactStore
    """Bytes by key."""

    queue: Queue
    """Messages to workers."""

    def close(self) -> None:
        """Close all connections."""
        self.queue.close()
        self.disconnect()


def connect(settings: Settings) -> Platform:
    """Open everything that the settings name; the caller closes it."""
    stores = open_stores(
        settings.catalogue,
        token=settings.token,
        authority=settings.tls_authority,
        identity=settings.identity,
        inside=settings.webhooks_inside,
    )
    return Platform(
        **{field.name: getattr(stores, field.name) for field in fields(stores)},
        settings=settings,
        artifacts=open_artifacts(settings.artifacts),
        queue=open_queue(settings.queue),
    )


def open_stores(
    url: str, *, token: str = "", authority: str = "", identity: tuple[Path, Path] | None = None, inside: bool = False
) -> Stores:
    """Open the catalogue and the other stores at an address.

    Raises
    ------
    InvalidInputError
        If no adapter knows the scheme of the URL.
    MissingDependencyError
        If the adapter's library is not installed.
    """
    match _scheme(url):
        case "memory":
            return _memory_stores(inside=inside)
        case "sqlite" | "postgresql" | "postgresql+psycopg":
            return _sql_stores(url, inside=inside)
        case "grpc" | "grpcs":
            return _remote_stores(url, token, authority, identity)
        case other:
            raise InvalidInputError(
                f"catalogue: unknown address {other}:, expected sqlite:, postgresql+psycopg: or grpc:"
            )


def _memory_stores(*, inside: bool) -> Stores:
    from helioscribe.adapters import memory

    catalogue, subscriptions = memory.MemoryCatalogue(), memory.MemorySubscriptions()
    return Stores(
        catalogue=catalogue,
        jobs=memory.MemoryJobs(ledger=catalogue),
        models=memory.MemoryModels(),
        embeddings=memory.MemoryEmbeddings(),
        run_log=memory.MemoryRunLog(),
        disconnect=lambda: None,
        subscriptions=subscriptions,
        desk=StoredSubscriptions(store=subscriptions, catalogue=catalogue, inside=inside),
    )


def _sql_stores(url: str, *, inside: bool) -> Stores:
    with _extra("sqlalchemy", "sql"):
        from helioscribe import db
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = db.open_engine(url)
    if url.startswith("sqlite:"):
        db.migrate(engine)  # a file of our own; a server's database is migrated by its operator
    catalogue, subscriptions = db.SqlCatalogue(engine), db.SqlSubscriptions(engine)
    return Stores(
        catalogue=catalogue,
        jobs=db.SqlJobs(engine),
        models=db.SqlModels(engine),
        embeddings=db.SqlEmbeddings(engine),
        run_log=db.SqlRunLog(engine),
        disconnect=engine.dispose,
        census=db.SqlCensus(engine),
        subscriptions=subscriptions,
        desk=StoredSubscriptions(store=subscriptions, catalogue=catalogue, inside=inside),
    )


def _remote_stores(url: str, token: str, authority: str, identity: tuple[Path, Path] | None) -> Stores:
    with _extra("grpc", "wire"):
        from helioscribe.adapters import rpc
    channel = rpc.open_channel(
        url, token=token or None, authority=Path(authority) if authority else None, identity=identity
    )
    return Stores(
        catalogue=rpc.RpcCatalogue(channel),
        jobs=rpc.RpcJobs(channel),
        models=rpc.RpcModels(channel),
        embeddings=rpc.RpcEmbeddings(channel),
        run_log=rpc.RpcRunLog(channel),
        desk=rpc.RpcSubscriptions(channel),
        disconnect=channel.close,
    )


def open_artifacts(url: str) -> ArtifactStore:
    """Open an artifact store. Raises the errors of `open_stores`."""
    match _scheme(url):
        case "memory":
            from helioscribe.adapters.memory.artifacts import MemoryArtifacts

            return MemoryArtifacts()
        case "file":
            from helioscribe.adapters.localfs import FolderArtifacts

            return FolderArtifacts(Path(unquote(urlsplit(url).path)))
        case "s3":
            with _extra("minio", "s3"):
                from helioscribe.adapters.s3 import open_bucket

                return open_bucket(url)
        case other:
            raise InvalidInputError(f"artifacts: unknown address {other}:, expected file: or s3:")


def open_queue(url: str) -> Queue:
    """Open a queue. Raises the errors of `open_stores`."""
    match _scheme(url):
        case "local":
            from helioscribe.adapters.local_queue import LocalQueue

            return LocalQueue()
        case "amqp" | "amqps" | "redis" | "memory":
            with _extra("celery", "queue"):
                from helioscribe.adapters.celery_queue import CeleryQueue

                return CeleryQueue(url)
        case other:
            raise InvalidInputError(f"queue: unknown address {other}:, expected local:, amqp: or redis:")


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower()


@contextlib.contextmanager
def _extra(library: str, extra: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in (library, "google", "psycopg"):
            raise MissingDependencyError.of(str(error.name), extra=extra) from None
        raise
