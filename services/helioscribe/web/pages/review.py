"""What people say: forms on the pages of events, images and clusters, and what they should look at next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.review import Review, SubjectKind, Verdict, cluster_id
from helioscribe.domain.times import format_utc
from helioscribe.ports.catalogue import EventQuery
from helioscribe.runtime.reviews.clusters import clusters_of, members_of, scored_space
from helioscribe.runtime.reviews.judging import judge, signature
from helioscribe.runtime.reviews.queue import ImageQueue, Order, event_queue
from helioscribe.web.backend import Backend
from helioscribe.web.forms import back_to, form_guard, read_form
from helioscribe.web.rendering import render

__all__ = ["REVIEWER", "receiver", "review_view", "reviewer", "routes"]

REVIEWER = "reviewer"
"""Cookie with the name that somebody gave last."""

_A_YEAR = 365 * 86400
_SHOWN = 24
_PAGES = {SubjectKind.EVENT: "/events/", SubjectKind.IMAGE: "/observations/", SubjectKind.CLUSTER: "/clusters/"}


def routes(backend: Backend) -> dict[str, Callable[..., Any]]:
    """Return the pages by path."""
    pages = _Review(backend)
    return {
        "/review": pages.queue,
        "/clusters": pages.clusters,
        "/clusters/{detector}/{version}/{number}": pages.cluster,
        "/api/reviews/{kind}/{subject:path}": pages.history,
    }


def receiver(backend: Backend) -> APIRouter:
    """Return the route that takes the forms."""
    router = APIRouter()
    router.post("/reviews")(_receive(backend))
    return router


def review_view(backend: Backend, request: Request, kind: SubjectKind, subject: str) -> dict[str, Any]:
    """Return what a page needs to show reviews of a subject and to ask for one."""
    return {
        "kind": kind.value,
        "subject": subject,
        "reviews": backend.catalogue.reviews(kind, subject)[::-1],
        "standing": next(iter(backend.catalogue.standings(kind, subjects=[subject])), None),
        "reviewer": reviewer(request),
        "back": quote(request.url.path),
    }


def reviewer(request: Request) -> str:
    """Return the name that the visitor gave last."""
    return unquote(request.cookies.get(REVIEWER, ""))[:200]


def _receive(backend: Backend) -> Callable[[Request], Awaitable[Response]]:
    async def receive(request: Request) -> Response:
        form_guard(request)
        form = await read_form(request)
        kept = await run_in_threadpool(_judged, backend, form)
        answer = RedirectResponse(back_to(form, _PAGES[kept.kind] + quote(kept.subject)), status_code=303)
        name = quote(form.get("by", "").strip())
        answer.set_cookie(REVIEWER, name, max_age=_A_YEAR, httponly=True, samesite="strict")
        return answer

    return receive


def _judged(backend: Backend, form: dict[str, str]) -> Review:
    kind, verdict = _member(SubjectKind, form, "kind"), _member(Verdict, form, "verdict")
    rating = form.get("rating", "") if verdict is Verdict.RATE else ""
    return judge(
        backend.catalogue, kind, form.get("subject", ""), verdict, by=signature(form.get("by", "").strip()),
        label=form.get("label", "") if verdict in (Verdict.LABEL, Verdict.RELABEL) else "",
        rating=_number(rating) if verdict is Verdict.RATE else None, comment=form.get("comment", ""),
    )  # fmt: skip


def _member(kind: Any, form: dict[str, str], name: str) -> Any:
    text = form.get(name, "")
    if text not in list(kind):
        raise InvalidInputError(f"{name}: expected one of {', '.join(kind)}, got {text[:20]!r}")
    return kind(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInputError(f"rating: expected a number from 0 to 1, got {text[:20]!r}") from None


@dataclass(frozen=True, slots=True)
class _Review:
    backend: Backend

    def queue(
        self,
        request: Request,
        detector: str = "stix-ssl",
        order: Order = Order.ANOMALY,
        limit: int = Query(12, ge=1, le=60),
    ) -> Response:
        backend = self.backend
        try:
            queue = ImageQueue(
                catalogue=backend.catalogue, embeddings=backend.embeddings, models=backend.models, detector=detector
            )
            words, nothing = queue.first(order, limit=limit), "No image waits."
        except NotFoundError as error:
            words, nothing = [], f"{error.message[:1].upper()}{error.message[1:]}."
        return render(
            "review.html", words=words, events=event_queue(backend.catalogue, EventQuery(), limit=limit),
            nothing=nothing, order=order, detector=detector, reviewer=reviewer(request), back=request.url.path,
        )  # fmt: skip

    def clusters(self, detector: str = "stix-ssl", model: str | None = None) -> Response:
        backend = self.backend
        try:
            space = scored_space(backend.embeddings, backend.models, detector, model)
            found = clusters_of(backend.catalogue, backend.embeddings, space)
        except NotFoundError:
            found = []
        return render("clusters.html", clusters=found, detector=detector)

    def cluster(
        self, request: Request, detector: str, version: str, number: int, page: int = Query(1, ge=1, le=100_000)
    ) -> Response:
        backend, name = self.backend, cluster_id(detector, version, number)
        members = sorted(members_of(backend.embeddings, name), key=lambda one: one.scores.get("anomaly", 0.0))
        if not members:
            raise NotFoundError(f"no images in cluster {name}")
        shown = members[(page - 1) * _SHOWN : page * _SHOWN]
        said = backend.catalogue.standings(SubjectKind.IMAGE, subjects=[one.subject for one in shown])
        return render(
            "cluster.html", cluster=name, total=len(members), page=page, pages=-(-len(members) // _SHOWN),
            images=[(backend.catalogue.observation(one.subject), one.scores) for one in shown],
            standings={one.subject: one for one in said},
            review=review_view(backend, request, SubjectKind.CLUSTER, name),
        )  # fmt: skip

    def history(self, kind: SubjectKind, subject: str) -> list[dict[str, Any]]:
        return [
            {"version": one.version, "verdict": one.verdict.value, "label": one.label, "rating": one.rating}
            | {"comment": one.comment, "by": one.by, "at": format_utc(one.at), "revision": one.revision}
            for one in self.backend.catalogue.reviews(kind, subject)
        ]
