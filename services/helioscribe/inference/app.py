"""The inference service: runs detectors, over gRPC and on detection jobs. ``python -m helioscribe.inference.app``."""

from __future__ import annotations

from helioscribe.domain.job import JobKind
from helioscribe.inference import servicer
from helioscribe.inference.handlers import InferenceHandlers
from helioscribe.inference.host import DetectorHost
from helioscribe.runtime.server import Server
from helioscribe.runtime.service import Parts, main
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import Platform

__all__ = ["compose"]


def compose(platform: Platform) -> Parts:
    """Put the service together."""
    host = DetectorHost(models=platform.models, artifacts=platform.artifacts, threads=platform.settings.threads)
    host.install_models()
    handlers = InferenceHandlers(
        artifacts=platform.artifacts,
        catalogue=platform.catalogue,
        jobs=platform.jobs,
        queue=platform.queue,
        models=platform.models,
        embeddings=platform.embeddings,
        host=host,
    )

    def serve(settings: Settings) -> Server:
        server = Server(settings, scopes=servicer.SCOPES)
        servicer.register(server.grpc, handlers)
        server.start(*servicer.SERVICES)
        return server

    return Parts(serve=serve, handlers={JobKind.DETECT: handlers.run})


if __name__ == "__main__":
    main("inference", compose)
