"""Relations that people say of events: the form on an event's page."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from helioscribe.runtime.relations import relate, withdraw
from helioscribe.runtime.reviews.judging import signature
from helioscribe.web.backend import Backend
from helioscribe.web.forms import back_to, read_form

__all__ = ["receiver"]


def receiver(backend: Backend) -> APIRouter:
    """Return the route that takes the form."""
    router = APIRouter()

    async def receive(request: Request) -> Response:
        form = await read_form(request)
        await run_in_threadpool(_said, backend, form)
        return RedirectResponse(back_to(form, "/"), status_code=303)

    router.post("/relations")(receive)
    return router


def _said(backend: Backend, form: dict[str, str]) -> None:
    event_id, by, comment = form.get("event", ""), signature(form.get("by", "").strip()), form.get("comment", "")
    if form.get("withdraw"):
        withdraw(backend.catalogue, event_id, form["withdraw"], by=by, comment=comment)
        return
    # An address of the other event's page does as well as its id.
    other = form.get("other", "").strip().rpartition("/events/")[2]
    relate(backend.catalogue, event_id, form.get("word", ""), other, by=by, comment=comment)
