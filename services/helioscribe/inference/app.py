"""The inference service: runs detectors, over gRPC and on detection jobs. ``python -m helioscribe.inference.app``."""

from __future__ import annotations

import threading
from functools import partial

from helioscribe.domain.job import JobKind
from helioscribe.inference import open_inference, servicer
from helioscribe.inference.chunks import work
from helioscribe.inference.handlers import InferenceHandlers
from helioscribe.inference.host import DetectorHost
from helioscribe.inference.options import Serving
from helioscribe.inference.repository import GraphRepository
from helioscribe.inference.served_detectors import ServedDetectors
from helioscribe.inference.session import probe
from helioscribe.inference.usage import UsageCollector
from helioscribe.runtime.metrics import metrics
from helioscribe.runtime.server import Server
from helioscribe.runtime.service import Parts, main
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import Platform

__all__ = ["compose"]


def compose(platform: Platform) -> Parts:
    """Put the service together."""
    serving = Serving.of(platform.settings)
    probe(serving.devices)
    host = DetectorHost(models=platform.models, artifacts=platform.artifacts, serving=serving)
    host.install_models()
    graphs = GraphRepository(host, platform.models)
    metrics().watch("inference", UsageCollector(graphs))
    handlers = InferenceHandlers(
        artifacts=platform.artifacts,
        catalogue=platform.catalogue,
        jobs=platform.jobs,
        queue=platform.queue,
        models=platform.models,
        embeddings=platform.embeddings,
        host=host,
    )

    serve = partial(_serve, graphs=graphs, handlers=handlers)
    return Parts(serve=serve, handlers={JobKind.DETECT: partial(work, handlers)}, close=host.pool.close)


def _serve(settings: Settings, *, graphs: GraphRepository, handlers: InferenceHandlers) -> Server:
    server = Server(settings, scopes={**servicer.SCOPES, **open_inference.SCOPES})
    servicer.register(server.grpc, handlers)
    served = ServedDetectors(graphs, handlers)
    open_inference.register(server.grpc, served)
    services, direct = (*servicer.SERVICES, *open_inference.SERVICES), open_inference.direct(served)
    server.start(*services, later=open_inference.SERVICES, direct=direct)
    threading.Thread(target=open_inference.announce, args=(server, graphs), name="warm", daemon=True).start()
    return server


if __name__ == "__main__":
    main("inference", compose)
