"""A training service in a test: as one reaches it, and what is behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.job import JobKind
from helioscribe.domain.training_run import TrainingOrder
from helioscribe.runtime.runner import JobRunner
from helioscribe.training.handlers import TrainingHandlers
from helioscribe.training.workshop import Workshop
from support.tiny_training import tiny_plugin

__all__ = ["BOTH", "ORDER", "TrainingPlace", "served"]

BOTH = pytest.mark.parametrize(
    ("stores", "place"), [("memory", "here"), ("sqlite", "remote")], indirect=True, ids=["memory", "remote-sqlite"]
)
"""Runs a test on the handlers themselves in memory, and on the service over gRPC with a database behind it."""

ORDER = TrainingOrder(detector="tiny", options={"epochs": 3}, title="a first try")


def _find(name):
    if name != "tiny":
        raise NotFoundError(f"no detector {name}")
    return tiny_plugin()


class TrainingPlace:
    """Has `service`, a `Training`; `handlers`, which do its work; and `stores` and `artifacts` behind both."""

    def __init__(self, stores, folder) -> None:
        self.stores, self.artifacts = stores, MemoryArtifacts()
        self.shop = Workshop(
            artifacts=self.artifacts,
            catalogue=stores.catalogue,
            embeddings=stores.embeddings,
            jobs=stores.jobs,
            queue=LocalQueue(),
            models=stores.models,
            run_log=stores.run_log,
            read=None,
            folder=folder,
            find=_find,
        )
        self.handlers = TrainingHandlers(self.shop)
        self.service = self.handlers

    def change(self, **changes) -> None:
        """Work with something else from now on; what is served stays as it is."""
        self.handlers = TrainingHandlers(replace(self.shop, **changes))

    def work(self, worker: str = "one") -> None:
        """Do what waits, here and now."""
        handlers = {JobKind.TRAIN: self.handlers.run}
        runner = JobRunner(jobs=self.stores.jobs, queue=LocalQueue(), handlers=handlers, worker=worker, lease=30.0)
        for job in self.stores.jobs.find(kind=JobKind.TRAIN):
            runner.run(job.id)


@contextmanager
def served(place: TrainingPlace) -> Iterator[None]:
    """Put gRPC between the place's `service` and its handlers."""
    from helioscribe.adapters.rpc import RpcTraining, open_channel
    from helioscribe.runtime.server import Server
    from helioscribe.runtime.settings import Settings
    from helioscribe.training import servicer

    server = Server(Settings(address="127.0.0.1:0"), scopes=servicer.SCOPES)
    servicer.register(server.grpc, place.handlers)
    server.start(*servicer.SERVICES)
    caller = open_channel(f"grpc://127.0.0.1:{server.port}")
    place.service = RpcTraining(caller)
    try:
        yield
    finally:
        caller.close()
        server.grpc.stop(None).wait()
