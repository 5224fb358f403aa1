"""Work: jobs, which one may try again or cancel, and the ledger of what failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.job import TERMINAL, JobState
from helioscribe.web.backend import Backend
from helioscribe.web.forms import back_to, read_form
from helioscribe.web.rendering import render

__all__ = ["receiver", "routes"]

_ROWS = 200
_AGAIN = (JobState.FAILED, JobState.CANCELLED)


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the pages by path."""
    pages = _Work(backend)
    return {"/jobs": pages.jobs, "/failures": pages.failures}


def receiver(backend: Backend) -> APIRouter:
    """Return the route that takes the buttons."""
    router = APIRouter()
    verbs = {"retry": backend.jobs.retry, "cancel": backend.jobs.cancel}

    async def receive(request: Request) -> Response:
        form = await read_form(request)
        if form.get("verb") not in verbs:
            raise InvalidInputError(f"verb: expected one of {', '.join(verbs)}, got {form.get('verb', '')[:20]!r}")
        await run_in_threadpool(verbs[form["verb"]], form.get("job", ""))
        return RedirectResponse(back_to(form, "/jobs"), status_code=303)

    router.post("/jobs")(receive)
    return router


@dataclass(frozen=True, slots=True)
class _Work:
    backend: Backend

    def jobs(self, state: str = "") -> Response:
        wanted = (JobState(state),) if state in set(JobState) else ()
        found = self.backend.jobs.find(states=wanted, limit=_ROWS)
        return render(
            "jobs.html", jobs=found, state=state if wanted else "", states=list(JobState), again=_AGAIN, ended=TERMINAL
        )

    def failures(self) -> Response:
        return render("failures.html", failures=self.backend.catalogue.failures(limit=_ROWS))
