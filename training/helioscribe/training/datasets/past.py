"""The events and reviews of a catalogue as they were at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce

from helioscribe.domain.event import Event
from helioscribe.domain.query import EventQuery
from helioscribe.domain.review import Review, Reviewed, Standing, SubjectKind, Verdict, is_hidden
from helioscribe.ports.catalogue import Catalogue

__all__ = ["Past"]


@dataclass(slots=True, kw_only=True)
class Past:
    """Looks back; what came later does not count.

    Parameters
    ----------
    catalogue
        Whose events and reviews.
    at
        The moment, UTC.
    """

    catalogue: Catalogue
    """Whose events and reviews."""

    at: datetime
    """The moment, UTC."""

    newest: datetime | None = None
    """When the last of all that was looked at happened: from then to the moment nothing changes the answers."""

    _reviews: dict[tuple[SubjectKind, str], list[Review]] = field(default_factory=dict)

    def events(self, query: EventQuery) -> Iterator[Event]:
        """Yield the events that a query asks for, as they were, and those of them that people had rejected.

        Events are looked for as they are now: what has since moved out of the query's span of time is not found.
        """
        for event in self.catalogue.search(replace(query, statuses=(), reviewed=Reviewed.ANY)):
            before = self._revision(event.id)
            if before is not None and query.holds(before) and self._wanted(before, query.reviewed):
                yield before

    def reviews(self, kind: SubjectKind, subject: str) -> list[Review]:
        """Return the reviews of a subject, oldest first."""
        key = (kind, subject)
        if key not in self._reviews:
            found = [one for one in self.catalogue.reviews(kind, subject) if one.at <= self.at]
            self._see(*(one.at for one in found))
            self._reviews[key] = found
        return self._reviews[key]

    def standing(self, kind: SubjectKind, subject: str) -> Standing | None:
        """Return how a subject stood; None if nobody had said anything."""
        none: Standing | None = None
        return reduce(Standing.after, self.reviews(kind, subject), none)

    def looked_at(self, observation_id: str, detector: str) -> bool:
        """Whether a detector had looked at an observation."""
        moments = [run.at for run in self.catalogue.runs(observation_id=observation_id, detector=detector)]
        before = [at for at in moments if at <= self.at]
        self._see(*before[:1])
        return bool(before)

    def _revision(self, event_id: str) -> Event | None:
        known = [one for one in self.catalogue.revisions(event_id) if one.at <= self.at]
        self._see(*(one.at for one in known))
        return known[-1].event if known else None

    def _decision(self, kind: SubjectKind, subject: str) -> Verdict | None:
        found = self.standing(kind, subject)
        return found.decision if found else None

    def _wanted(self, event: Event, reviewed: Reviewed) -> bool:
        own, hidden = self._decision(SubjectKind.EVENT, event.id), is_hidden(event, self._decision)
        match reviewed:
            case Reviewed.CONFIRMED:
                return own in (Verdict.CONFIRM, Verdict.REJECT)
            case Reviewed.RELABELLED:
                return own in (Verdict.RELABEL, Verdict.REJECT)
            case Reviewed.UNREVIEWED:
                return own is None and not hidden
            case Reviewed.REJECTED:
                return hidden
            case Reviewed.STANDING:
                return own is Verdict.REJECT or not hidden
            case Reviewed.ANY:
                return True

    def _see(self, *moments: datetime) -> None:
        self.newest = max((one for one in (self.newest, *moments) if one), default=None)
