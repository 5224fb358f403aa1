"""The ingest service: accepts files over gRPC and does ingest jobs. Run it by ``python -m helioscribe.ingest.app``."""

from __future__ import annotations

from helioscribe.domain.job import JobKind
from helioscribe.ingest import servicer
from helioscribe.ingest.handlers import IngestHandlers
from helioscribe.ingest.readers import Reading
from helioscribe.runtime.server import Server
from helioscribe.runtime.service import Parts, main
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import Platform
from helioscribe.sdk.discovery import PluginState, discover
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["compose"]


def _manifests() -> list[DetectorManifest]:
    return [plugin.manifest for plugin in discover() if plugin.manifest and plugin.state is PluginState.COMPATIBLE]


def compose(platform: Platform) -> Parts:
    """Return the parts of the ingest service."""
    handlers = IngestHandlers(
        artifacts=platform.artifacts,
        catalogue=platform.catalogue,
        jobs=platform.jobs,
        queue=platform.queue,
        models=platform.models,
        manifests=_manifests,
        limit=platform.settings.upload_limit,
        reading=Reading.of(platform.settings),
    )

    def serve(settings: Settings) -> Server:
        server = Server(settings, scopes=servicer.SCOPES)
        servicer.register(server.grpc, handlers)
        server.start(*servicer.SERVICES)
        return server

    return Parts(serve=serve, handlers={JobKind.INGEST: handlers.run})


if __name__ == "__main__":
    main("ingest", compose)
