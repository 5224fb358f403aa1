"""For programs: how many events there are, what was looked at, and which records are of one happening."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request

from helioscribe.domain.coverage_report import intervals
from helioscribe.domain.event import hek_record
from helioscribe.domain.happening import group_happenings
from helioscribe.domain.members import member_of
from helioscribe.domain.query import CountBy
from helioscribe.ports.catalogue import Catalogue
from helioscribe.web.backend import Backend
from helioscribe.web.filters import Filters

__all__ = ["statistics"]


def statistics(backend: Backend) -> APIRouter:
    """Return the routes ``/api/counts``, ``/api/coverage`` and ``/api/happenings``."""
    router, answers = APIRouter(), _Answers(backend.catalogue)
    router.get("/api/counts", openapi_extra=Filters.described())(answers.counts)
    router.get("/api/coverage")(answers.coverage)
    router.get("/api/happenings", openapi_extra=Filters.described())(answers.happenings)
    return router


@dataclass(frozen=True, slots=True)
class _Answers:
    """One method a question; each takes the filters of ``/api/events``."""

    catalogue: Catalogue

    def counts(self, request: Request) -> list[dict[str, Any]]:
        """Events in groups, such as ``?by=day,event_type``."""
        parameters = dict(request.query_params)
        names = parameters.pop("by", CountBy.TYPE.value).split(",")[: len(CountBy)]
        by = [member_of(CountBy, name, "by") for name in names]
        found = self.catalogue.counts(Filters.of(parameters).query(limit=1), by=by)
        return [dict(zip(by, keys, strict=True)) | {"events": number} for keys, number in sorted(found.items())]

    def coverage(self, request: Request) -> list[dict[str, Any]]:
        """What became of every stretch of time: processed, nothing found, not observed or failed."""
        filters = Filters.of(request.query_params)
        span = filters.query(limit=1).time_range
        found = self.catalogue.coverage(detector=filters.detector or None, time_range=span)
        told = intervals(found, span if filters.start and filters.end else None)
        return [one.record() for one in told]

    def happenings(self, request: Request) -> list[dict[str, Any]]:
        """Records of several methods and viewpoints, brought together; the preferred one is named with the reasons."""
        query = Filters.of(request.query_params).query(limit=1000)
        return [
            {
                "hs_happening": one.id,
                "preferred": one.preferred.id,
                "why": one.why,
                "links": [
                    {"first": link.first, "second": link.second, "score": link.score, "reasons": link.reasons}
                    for link in one.links
                ],
                "events": [hek_record(event) for event in one.members],
            }
            for one in group_happenings(self.catalogue.search(query))
        ]
