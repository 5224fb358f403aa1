"""What people say: forms on the pages of events, images and clusters, and what was said so far."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.members import member_of
from helioscribe.domain.review import Review, SubjectKind, Verdict
from helioscribe.domain.times import format_utc
from helioscribe.runtime.reviews.judging import judge, signature
from helioscribe.web.backend import Backend
from helioscribe.web.forms import back_to, read_form

__all__ = ["REVIEWER", "receiver", "review_view", "reviewer", "routes"]

REVIEWER = "reviewer"
"""Cookie with the name that somebody gave last."""

_A_YEAR = 365 * 86400
_PAGES = {SubjectKind.EVENT: "/events/", SubjectKind.IMAGE: "/observations/", SubjectKind.CLUSTER: "/clusters/"}


def routes(backend: Backend) -> dict[str, Callable[..., Any]]:
    """Return what was said, by path."""

    def history(kind: SubjectKind, subject: str) -> list[dict[str, Any]]:
        return [
            {"version": one.version, "verdict": one.verdict.value, "label": one.label, "rating": one.rating}
            | {"comment": one.comment, "by": one.by, "at": format_utc(one.at), "revision": one.revision}
            for one in backend.catalogue.reviews(kind, subject)
        ]

    return {"/api/reviews/{kind}/{subject:path}": history}


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
        form = await read_form(request)
        kept = await run_in_threadpool(_judged, backend, form)
        answer = RedirectResponse(back_to(form, _PAGES[kept.kind] + quote(kept.subject)), status_code=303)
        name = quote(form.get("by", "").strip())
        answer.set_cookie(REVIEWER, name, max_age=_A_YEAR, httponly=True, samesite="strict")
        return answer

    return receive


def _judged(backend: Backend, form: dict[str, str]) -> Review:
    kind = member_of(SubjectKind, form.get("kind", ""), "kind")
    verdict = member_of(Verdict, form.get("verdict", ""), "verdict")
    return judge(
        backend.catalogue,
        kind,
        form.get("subject", ""),
        verdict,
        by=signature(form.get("by", "").strip()),
        label=form.get("label", "") if verdict in (Verdict.LABEL, Verdict.RELABEL) else "",
        rating=_number(form.get("rating", "")) if verdict is Verdict.RATE else None,
        comment=form.get("comment", ""),
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInputError(f"rating: expected a number from 0 to 1, got {text[:20]!r}") from None
