"""Work: jobs and the ledger of what failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Response

from helioscribe.domain.job import JobState
from helioscribe.web.backend import Backend
from helioscribe.web.rendering import render

__all__ = ["routes"]

_ROWS = 200


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the pages by path."""
    pages = _Work(backend)
    return {"/jobs": pages.jobs, "/failures": pages.failures}


@dataclass(frozen=True, slots=True)
class _Work:
    backend: Backend

    def jobs(self, state: str = "") -> Response:
        wanted = (JobState(state),) if state in set(JobState) else ()
        found = self.backend.jobs.find(states=wanted, limit=_ROWS)
        return render("jobs.html", jobs=found, state=state if wanted else "", states=list(JobState))

    def failures(self) -> Response:
        return render("failures.html", failures=self.backend.catalogue.failures(limit=_ROWS))
