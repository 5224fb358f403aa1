"""The pages and the API as one web application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version as installed_version
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from helioscribe.adapters.rpc.channel import MESSAGE_LIMIT
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.embeddings import EmbeddingStore
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.serving import GraphServer
from helioscribe.ports.subscriptions import SubscriptionDesk
from helioscribe.sdk.discovery import Plugin
from helioscribe.web.access import Access, signing
from helioscribe.web.answers import guard, refusal
from helioscribe.web.api import api, records
from helioscribe.web.atom import atom
from helioscribe.web.backend import Backend
from helioscribe.web.exports import exports
from helioscribe.web.hek.helioviewer import helioviewer
from helioscribe.web.hek.routes import hek
from helioscribe.web.limits import Rate, limit
from helioscribe.web.open_inference import open_inference
from helioscribe.web.pages import pages
from helioscribe.web.relations import relations
from helioscribe.web.statistics import statistics
from helioscribe.web.subscriptions import subscriptions
from helioscribe.web.writing import writing

__all__ = ["make_site"]


def make_site(
    *,
    catalogue: Catalogue,
    jobs: JobStore,
    models: ModelRegistry,
    artifacts: ArtifactStore,
    embeddings: EmbeddingStore,
    detectors: Callable[[], Sequence[Plugin]],
    desk: SubscriptionDesk | None = None,
    authority: str = "helioscribe",
    public_url: str = "",
    graphs: GraphServer | None = None,
    access: Access | None = None,
    rate: Rate | None = None,
) -> FastAPI:
    """Return the web application.

    Parameters
    ----------
    catalogue, jobs, models, artifacts, embeddings
        What it shows; it changes none of them.
    detectors
        The detectors as they are now.
    desk
        Where webhook subscriptions are handled; None for nowhere.
    authority, public_url
        What events are named after, and where the world finds this service.
    graphs
        Who runs graphs for ``/v2``; None serves none.
    access
        Who may do what; by default everybody everything, which is for one's own machine only.
    rate
        How often each visitor may come; None as often as it likes.
    """
    app = FastAPI(title="Helioscribe", docs_url=None, redoc_url=None)
    backend = Backend(
        catalogue=catalogue,
        jobs=jobs,
        models=models,
        artifacts=artifacts,
        embeddings=embeddings,
        detectors=detectors,
        authority=authority,
        public_url=public_url,
    )
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.include_router(api(backend))
    app.include_router(statistics(backend))
    app.include_router(atom(backend))
    app.include_router(relations(backend))
    if desk is not None:
        app.include_router(subscriptions(desk))
    app.include_router(exports(backend))
    app.include_router(hek(backend))
    app.include_router(helioviewer(backend))
    rule = access or Access()
    app.include_router(signing(rule))
    if graphs is not None:
        app.include_router(open_inference(graphs, version=installed_version("helioscribe")))
    app.include_router(pages(backend))
    app.include_router(writing(backend))
    app.include_router(records(backend))
    rule.guard(app, refusal)
    limit(app, rate, largest=MESSAGE_LIMIT, refused=refusal)
    guard(app)
    return app
