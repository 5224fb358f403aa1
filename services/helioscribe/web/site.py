"""The pages and the API as one web application."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from helioscribe.adapters.rpc.channel import MESSAGE_LIMIT
from helioscribe.ports.serving import GraphServer
from helioscribe.ports.subscriptions import SubscriptionDesk
from helioscribe.runtime.rates import Rate
from helioscribe.web.access import Access
from helioscribe.web.answers import guard, refusal
from helioscribe.web.api import api, records
from helioscribe.web.atom import atom
from helioscribe.web.backend import Backend
from helioscribe.web.exports import exports
from helioscribe.web.hek.helioviewer import helioviewer
from helioscribe.web.hek.routes import hek
from helioscribe.web.limits import limit
from helioscribe.web.open_inference import open_inference
from helioscribe.web.pages import pages
from helioscribe.web.relations import relations
from helioscribe.web.signing import signing
from helioscribe.web.statistics import statistics
from helioscribe.web.subscriptions import subscriptions
from helioscribe.web.warming import warming
from helioscribe.web.writing import writing

__all__ = ["make_site"]


def make_site(
    backend: Backend,
    *,
    desk: SubscriptionDesk | None = None,
    graphs: GraphServer | None = None,
    access: Access | None = None,
    rate: Rate | None = None,
    warm: bool = False,
) -> FastAPI:
    """Return the web application.

    Parameters
    ----------
    backend
        What it shows.
    desk
        Where webhook subscriptions are handled; None for nowhere.
    graphs
        Who runs graphs for ``/v2``; None serves none.
    access
        Who may do what; by default everybody everything, which is for one's own machine only.
    rate
        How often each visitor may come; None as often as it likes.
    warm
        Load what pictures need soon after the start, not with the first picture.
    """
    lifespan, rule = warming if warm else None, access or Access()
    app = FastAPI(title="Helioscribe", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.include_router(signing(rule))
    if desk is not None:
        app.include_router(subscriptions(desk))
    if graphs is not None:
        app.include_router(open_inference(graphs, version=installed_version("helioscribe")))
    # Ids of imported records have slashes: what takes any rest of an address comes after what takes a part of it.
    for part in (api, statistics, atom, relations, exports, hek, helioviewer, pages, writing, records):
        app.include_router(part(backend))
    rule.guard(app, refusal)
    limit(app, rate, largest=MESSAGE_LIMIT, refused=refusal)
    guard(app)
    return app
