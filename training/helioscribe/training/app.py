"""The training service: takes orders over gRPC and works on training jobs, one at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from helioscribe.domain.job import JobKind
from helioscribe.domain.product import Product
from helioscribe.runtime.server import Server
from helioscribe.runtime.service import Parts
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import Platform
from helioscribe.training import servicer
from helioscribe.training.handlers import TrainingHandlers
from helioscribe.training.workshop import Workshop

__all__ = ["compose"]


def compose(platform: Platform, *, read: Callable[[Path], Product]) -> Parts:
    """Put the service together.

    Parameters
    ----------
    platform
        What it reaches.
    read
        Reader of observation files, which is another service's code: whoever starts this one brings it.
    """
    shop = Workshop(
        artifacts=platform.artifacts,
        catalogue=platform.catalogue,
        embeddings=platform.embeddings,
        jobs=platform.jobs,
        queue=platform.queue,
        models=platform.models,
        run_log=platform.run_log,
        read=read,
        folder=Path(tempfile.gettempdir()) / "helioscribe-training",
        scripts=platform.settings.scripts,
    )
    handlers = TrainingHandlers(shop)

    def serve(settings: Settings) -> Server:
        server = Server(settings, scopes=servicer.SCOPES)
        servicer.register(server.grpc, handlers)
        server.start(*servicer.SERVICES)
        return server

    return Parts(serve=serve, handlers={JobKind.TRAIN: handlers.run}, concurrency=1, stop=handlers.stopping.set)
