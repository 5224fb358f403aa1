"""The pages and the API as one web application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version as installed_version
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.embeddings import EmbeddingStore
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.serving import GraphServer
from helioscribe.sdk.discovery import Plugin
from helioscribe.web.answers import guard
from helioscribe.web.api import api
from helioscribe.web.atom import atom
from helioscribe.web.backend import Backend
from helioscribe.web.hek.routes import hek
from helioscribe.web.open_inference import open_inference
from helioscribe.web.pages import pages
from helioscribe.web.statistics import statistics

__all__ = ["make_site"]


def make_site(
    *,
    catalogue: Catalogue,
    jobs: JobStore,
    models: ModelRegistry,
    artifacts: ArtifactStore,
    embeddings: EmbeddingStore,
    detectors: Callable[[], Sequence[Plugin]],
    authority: str = "helioscribe",
    public_url: str = "",
    graphs: GraphServer | None = None,
) -> FastAPI:
    """Return the web application.

    Parameters
    ----------
    catalogue, jobs, models, artifacts, embeddings
        What it shows; it changes none of them.
    detectors
        The detectors as they are now.
    authority, public_url
        What events are named after, and where the world finds this service.
    graphs
        Who runs graphs for ``/v2``; None serves none.
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
    app.include_router(hek(backend))
    if graphs is not None:
        app.include_router(open_inference(graphs, version=installed_version("helioscribe")))
    app.include_router(pages(backend))
    guard(app)
    return app
