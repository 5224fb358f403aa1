"""The catalogue service: the database's only doorkeeper. ``python -m helioscribe.catalogue.app [association]``."""

from __future__ import annotations

import sys

from helioscribe.catalogue import servicer
from helioscribe.catalogue.handlers import AssociationHandler, Reaper
from helioscribe.domain.job import JobKind
from helioscribe.runtime.server import Server
from helioscribe.runtime.service import Parts, main
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import Platform

__all__ = ["association", "catalogue"]


def catalogue(platform: Platform) -> Parts:
    """Serve catalogue, jobs and models, and bring lost work back."""

    def serve(settings: Settings) -> Server:
        server = Server(settings, scopes=servicer.SCOPES)
        servicer.register(
            server.grpc,
            catalogue=platform.catalogue,
            jobs=platform.jobs,
            models=platform.models,
            embeddings=platform.embeddings,
            run_log=platform.run_log,
        )
        server.start(*servicer.SERVICES)
        return server

    reaper = Reaper(jobs=platform.jobs, queue=platform.queue, catalogue=platform.catalogue)
    return Parts(serve=serve, every=reaper.tick)


def association(platform: Platform) -> Parts:
    """Turn detections into events, one job at a time."""
    handler = AssociationHandler(catalogue=platform.catalogue)
    return Parts(handlers={JobKind.ASSOCIATE: handler.run}, concurrency=1)


if __name__ == "__main__":
    role = sys.argv[1] if len(sys.argv) > 1 else "catalogue"
    main(role, {"catalogue": catalogue, "association": association}[role])
