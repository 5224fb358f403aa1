"""Reviews on their way in: what a person names becomes a subject, and who says so is who holds the token."""

from __future__ import annotations

from helioscribe.domain.review import Review, SubjectKind, Verdict
from helioscribe.domain.times import utc_now
from helioscribe.ports.catalogue import Catalogue
from helioscribe.runtime.auth import caller, speaks_for_others

__all__ = ["judge", "signature"]


def signature(by: str) -> str:
    """Return who says so: whoever a caller names, and whose token vouches for it where tokens are asked for."""
    token = caller.get()
    if token is None or (by and speaks_for_others()):
        return by
    return token.name if by in ("", token.name) else f"{by} via {token.name}"


def judge(
    catalogue: Catalogue,
    kind: SubjectKind,
    subject: str,
    verdict: Verdict,
    *,
    by: str,
    label: str = "",
    rating: float | None = None,
    comment: str = "",
) -> Review:
    """Keep a review that somebody gives now, of the event's present revision.

    Raises
    ------
    NotFoundError
        If there is no such event or observation.
    InvalidInputError
        If the verdict is none for such a subject, or lacks what it needs.
    """
    revision = catalogue.event(subject).revision if kind is SubjectKind.EVENT else 0
    return catalogue.add_review(
        Review(
            kind=kind,
            subject=subject,
            verdict=verdict,
            by=by,
            at=utc_now(),
            revision=revision,
            label=label.strip(),
            rating=rating,
            comment=comment.strip(),
        )
    )
