"""Reviews in memory: the part of the catalogue there that knows what people said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from helioscribe.domain.event import Event
from helioscribe.domain.review import Review, Reviewed, Standing, SubjectKind, Verdict, is_hidden

__all__ = ["MemoryReviews"]


class MemoryReviews:
    """Reviews by subject; whoever uses it holds a lock."""

    def __init__(self) -> None:
        self._reviews: dict[tuple[SubjectKind, str], list[Review]] = {}
        self._standings: dict[tuple[SubjectKind, str], Standing] = {}

    def known(self, review: Review) -> Review | None:
        """Return a review as it was kept before, if it was."""
        return next((one for one in self.of(review.kind, review.subject) if one.id == review.id), None)

    def add(self, review: Review) -> Review:
        """Keep a new review; return it with its version."""
        key = (review.kind, review.subject)
        known = self._reviews.setdefault(key, [])
        known.append(replace(review, version=len(known) + 1))
        self._standings[key] = Standing.after(self._standings.get(key), review)
        return known[-1]

    def of(self, kind: SubjectKind, subject: str) -> list[Review]:
        """Return all reviews of a subject, oldest first."""
        return list(self._reviews.get((kind, subject), ()))

    def standings(self, kind: SubjectKind, subjects: Sequence[str] | None, decision: Verdict | None) -> list[Standing]:
        """Return how subjects stand, by subject."""
        chosen = [
            one
            for (of_kind, subject), one in self._standings.items()
            if of_kind is kind and (subjects is None or subject in subjects) and decision in (None, one.decision)
        ]
        return sorted(chosen, key=lambda one: one.subject)

    def admit(self, event: Event, reviewed: Reviewed) -> bool:
        """Return whether a search for what is `reviewed` so returns an event."""
        hidden = is_hidden(event, self._decision)
        match reviewed:
            case Reviewed.ANY:
                return True
            case Reviewed.STANDING:
                return not hidden
            case Reviewed.REJECTED:
                return hidden
            case Reviewed.CONFIRMED:
                return self._decision(SubjectKind.EVENT, event.id) is Verdict.CONFIRM
            case Reviewed.RELABELLED:
                said = self._standings.get((SubjectKind.EVENT, event.id))
                return not hidden and said is not None and bool(said.label)
            case Reviewed.UNREVIEWED:
                return not hidden and self._decision(SubjectKind.EVENT, event.id) is None

    def _decision(self, kind: SubjectKind, subject: str) -> Verdict | None:
        found = self._standings.get((kind, subject))
        return found.decision if found else None
