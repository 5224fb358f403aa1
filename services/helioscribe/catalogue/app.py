"""Entry points of the catalogue service, which alone has access to the database.

``python -m helioscribe.catalogue.app`` serves gRPC and works on backfills, ``... association`` makes events from
detections, ``... migrate`` updates the tables and ends, ``... words`` makes the index for searches of words and ends.
With `Settings.catalogue_processes` above 1, the service itself starts further processes with ``... answer``.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from helioscribe.catalogue import servicer
from helioscribe.catalogue.courier import Courier
from helioscribe.catalogue.crew import Crew, end_when_alone
from helioscribe.catalogue.handlers import AssociationHandler, Reaper
from helioscribe.catalogue.reruns import Reruns
from helioscribe.catalogue.sides import ModelFollower
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.job import JobKind
from helioscribe.runtime.backfills import Backfills
from helioscribe.runtime.census import CensusCollector
from helioscribe.runtime.logs import configure
from helioscribe.runtime.metrics import metrics
from helioscribe.runtime.server import Server
from helioscribe.runtime.service import Parts, main, once
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import Platform
from helioscribe.sdk.discovery import find_plugin
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["answer", "association", "catalogue", "migrate", "words"]

_log = logging.getLogger(__name__)
_STORES = ("catalogue", "jobs", "models", "embeddings", "run_log", "desk")
_BACKFILLS = 4
"""Number of backfills at the same time. They mostly wait for their chunks, and share the workers."""


def catalogue(platform: Platform) -> Parts:
    """Return the parts of the service: gRPC, backfills, the reaper of lost jobs and the courier of changes."""
    if platform.census is not None:
        metrics().watch("census", CensusCollector(platform.census))
    shared = {name: getattr(platform, name) for name in ("catalogue", "jobs", "queue", "models")}
    backfills = Backfills(**shared, manifest=_manifest)
    return Parts(
        serve=partial(_serve, platform),
        handlers={JobKind.BACKFILL: backfills.run},
        every=_regularly(platform),
        stop=backfills.stopping.set,
        concurrency=_BACKFILLS,
    )


def answer(platform: Platform) -> Parts:
    """Return the parts of a process that only answers gRPC calls, beside the first one and as long as that lives."""
    end_when_alone()
    return Parts(serve=partial(_server, platform, shared=True))


def _serve(platform: Platform, settings: Settings) -> Server | Crew:
    if settings.catalogue_processes == 1:
        return _server(platform, settings)
    return Crew(settings, partial(_server, platform, shared=True))


def _server(platform: Platform, settings: Settings, *, shared: bool = False) -> Server:
    server = Server(settings, scopes=servicer.SCOPES, shared=shared)
    stores = {name: getattr(platform, name) for name in _STORES}
    servicer.register(server.grpc, **stores)
    server.start(*servicer.SERVICES)
    return server


def _regularly(platform: Platform) -> tuple[Callable[[], object], ...]:
    """Return what runs at regular intervals: the reaper and the courier."""
    reruns = Reruns(platform.catalogue, platform.models, platform.jobs, platform.queue)
    reaper = Reaper(
        jobs=platform.jobs, queue=platform.queue, catalogue=platform.catalogue, sides=_sides(platform), reruns=reruns
    )
    inside = platform.settings.webhooks_inside
    return reaper.tick, Courier.of(platform.catalogue, platform.subscriptions, inside=inside).tick


def _manifest(detector: str) -> DetectorManifest:
    manifest = find_plugin(detector).manifest
    if manifest is None:
        raise NotFoundError(f"the manifest of {detector!r} cannot be read")
    return manifest


def _sides(platform: Platform) -> ModelFollower:
    return ModelFollower(platform.catalogue, platform.models)


def association(platform: Platform) -> Parts:
    """Return the parts of the worker that makes events from detections, one job at a time."""
    handler = AssociationHandler(catalogue=platform.catalogue, sides=_sides(platform))
    return Parts(handlers={JobKind.ASSOCIATE: handler.run}, concurrency=1)


def migrate() -> None:
    """Update the tables of the database; does nothing if they are up to date."""
    from helioscribe import db

    _on_database(db.migrate)
    _log.info("the tables are up to date")


def words() -> None:
    """Make the index for searches of words without a span of time, while the catalogue goes on working."""
    from helioscribe import db

    _on_database(db.index_words)
    _log.info("rare words are found at once")


def _on_database(work: Callable[[Any], None]) -> None:
    from helioscribe import db

    settings = Settings.from_environment()
    configure(level=settings.log_level, form=settings.log_format)
    engine = db.open_engine(settings.catalogue)
    work(engine)
    engine.dispose()


if __name__ == "__main__":
    role = sys.argv[1] if len(sys.argv) > 1 else "catalogue"
    if role in ("migrate", "words"):
        once(role, {"migrate": migrate, "words": words}[role])
    else:
        main(role, {"catalogue": catalogue, "answer": answer, "association": association}[role])
