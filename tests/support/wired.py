"""All gRPC services on a loopback port, with the real handlers over adapters in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.adapters.memory import (
    MemoryCatalogue,
    MemoryEmbeddings,
    MemoryJobs,
    MemoryModels,
    MemoryRunLog,
    MemorySubscriptions,
)
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.adapters.rpc import Caller, open_channel
from helioscribe.catalogue import servicer as catalogue_servicer
from helioscribe.catalogue.handlers import AssociationHandler
from helioscribe.catalogue.sides import ModelFollower
from helioscribe.domain.job import JobKind
from helioscribe.inference import open_inference
from helioscribe.inference import servicer as inference_servicer
from helioscribe.inference.handlers import InferenceHandlers
from helioscribe.inference.host import DetectorHost
from helioscribe.inference.options import Serving
from helioscribe.inference.repository import GraphRepository
from helioscribe.inference.served_detectors import ServedDetectors
from helioscribe.ingest import servicer as ingest_servicer
from helioscribe.ingest.handlers import IngestHandlers
from helioscribe.runtime.runner import JobRunner
from helioscribe.runtime.server import Server
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.subscribing import StoredSubscriptions
from helioscribe.sdk.discovery import Plugin
from helioscribe.training import servicer as training_servicer
from helioscribe.training.handlers import TrainingHandlers
from helioscribe.training.workshop import Workshop

__all__ = ["SCOPES", "SERVICES", "Wired", "calling", "wired"]

_PARTS = (catalogue_servicer, ingest_servicer, inference_servicer, open_inference, training_servicer)
SERVICES = tuple(name for part in _PARTS for name in part.SERVICES)
SCOPES = {method: scope for part in _PARTS for method, scope in part.SCOPES.items()}


@dataclass(frozen=True)
class Wired:
    """A running server and what it serves."""

    server: Server
    catalogue: Any
    jobs: Any
    models: Any
    queue: LocalQueue
    ingest: IngestHandlers
    inference: InferenceHandlers
    embeddings: Any
    graphs: GraphRepository

    @property
    def url(self) -> str:
        return f"grpc://localhost:{self.server.port}"

    def work(self) -> None:
        """Start to do the jobs that come."""
        association = AssociationHandler(catalogue=self.catalogue, sides=ModelFollower(self.catalogue, self.models))
        handlers = {
            JobKind.INGEST: self.ingest.run,
            JobKind.DETECT: self.inference.run,
            JobKind.ASSOCIATE: association.run,
        }
        runner = JobRunner(jobs=self.jobs, queue=self.queue, handlers=handlers, worker="test", lease=0.6)
        for kind in handlers:
            self.queue.consume(kind, runner.run)


@contextmanager
def wired(
    *,
    stores: Any = None,
    plugins: Sequence[Plugin] = (),
    address: str = "127.0.0.1:0",
    limit: int = 8 << 20,
    serving: Serving | None = None,
    **settings: Any,
) -> Iterator[Wired]:
    """Serve everything.

    Parameters
    ----------
    stores
        Something with `catalogue`, `jobs` and `models`; in memory by default.
    plugins
        The detectors.
    address, **settings
        Of the server.
    serving
        How models are held.
    limit
        Most bytes of an ingested file.
    """
    catalogue = stores.catalogue if stores else MemoryCatalogue()
    jobs, models = (stores.jobs, stores.models) if stores else (MemoryJobs(ledger=catalogue), MemoryModels())
    artifacts, queue, embeddings, run_log = MemoryArtifacts(), LocalQueue(), MemoryEmbeddings(), MemoryRunLog()
    ports = {"artifacts": artifacts, "catalogue": catalogue, "jobs": jobs, "models": models, "queue": queue}
    host = DetectorHost(models=models, artifacts=artifacts, plugins=plugins, serving=serving)
    ingest = IngestHandlers(**ports, manifests=host.manifests, limit=limit)
    inference = InferenceHandlers(**ports, embeddings=embeddings, host=host)
    server = Server(Settings(**{"address": address, "fronts": 0, **settings}), scopes=SCOPES)
    catalogue_servicer.register(
        server.grpc,
        catalogue=catalogue,
        jobs=jobs,
        models=models,
        embeddings=embeddings,
        run_log=run_log,
        desk=StoredSubscriptions(store=MemorySubscriptions(), catalogue=catalogue),
    )
    ingest_servicer.register(server.grpc, ingest)
    inference_servicer.register(server.grpc, inference)
    graphs = GraphRepository(host, models)
    served = ServedDetectors(graphs, inference)
    open_inference.register(server.grpc, served)
    shop = Workshop(**ports, embeddings=embeddings, run_log=run_log, read=None, folder=Path("nowhere"))
    training_servicer.register(server.grpc, TrainingHandlers(shop))
    server.start(*SERVICES, later=open_inference.SERVICES, direct=open_inference.direct(served))
    open_inference.announce(server, graphs)
    try:
        yield Wired(server, catalogue, jobs, models, queue, ingest, inference, embeddings, graphs)
    finally:
        server.stop(grace=0)
        queue.close()
        host.pool.close()


@contextmanager
def calling(wired: Wired, **options: Any) -> Iterator[Caller]:
    """Connect to a server."""
    caller = open_channel(wired.url, **options)
    try:
        yield caller
    finally:
        caller.close()
