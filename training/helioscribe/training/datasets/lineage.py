"""Where a dataset of the catalogue comes from: which events, revisions and reviews, of whom, and how it was split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from helioscribe.domain.dataset import DatasetWish
from helioscribe.domain.event import Event
from helioscribe.domain.observation import Observation
from helioscribe.domain.query import EventQuery
from helioscribe.domain.review import Review, SubjectKind, Verdict
from helioscribe.domain.times import TimeRange, format_utc
from helioscribe.sdk.labels import Label
from helioscribe.sdk.parts import Part, Placed
from helioscribe.training.datasets.past import Past

__all__ = ["DETAILS", "Origin"]

DETAILS = "lineage.json"
"""File of a dataset with every event, review and observation that it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a dataset was made of."""

    wish: DatasetWish
    """What was asked for."""

    past: Past
    """The catalogue as it was."""

    events: Sequence[Event]
    """In their revisions of that time."""

    labels: Sequence[Label]
    """Events, and reviewed images."""

    observations: Sequence[Observation]
    """Whose files are in the dataset."""

    placed: Sequence[Placed]
    """In which part each of them is."""

    @property
    def as_of(self) -> datetime:
        """The moment: when the last thing that counts happened, so that the same knowledge is the same dataset."""
        return self.past.newest or self.past.at

    def standing_events(self) -> list[Event]:
        """Return the events that nobody had rejected."""
        return [one for one in self.events if self._decision(SubjectKind.EVENT, one.id) is not Verdict.REJECT]

    def summary(self) -> dict[str, Any]:
        """Return what a list of datasets and a model card tell."""
        reviews = self._reviews()
        return {
            "made_from": "catalogue",
            "detector": self.wish.detector,
            "query": _told(self.wish.query),
            "as_of": format_utc(self.as_of),
            "events": len(self.events),
            "observations": len(self.observations),
            "reviews": len(reviews),
            "reviewed_by": sorted({one.by for one in reviews}),
            "split": {
                "by": self.wish.split.value,
                "shares": list(self.wish.shares),
                "gap_hours": self.wish.gap,
                "seed": self.wish.seed,
                "quiet": self.wish.quiet,
            },
            "parts": {part.value: self._balance(part) for part in Part if self._within(part)},
            "least_hours_between_parts": self._apart(),
        }

    def details(self) -> dict[str, Any]:
        """Return every event with its revision, every review and every observation, for ``lineage.json``."""
        return {
            **self.summary(),
            "events": [
                {
                    "id": one.id,
                    "revision": one.revision,
                    "event_type": one.event_type,
                    "status": one.status.value,
                    "detector": one.detector,
                    "observations": list(one.observation_ids),
                }
                for one in self.events
            ],
            "reviews": [
                {
                    "id": one.id,
                    "of": one.kind.value,
                    "subject": one.subject,
                    "verdict": one.verdict.value,
                    "label": one.label,
                    "rating": one.rating,
                    "by": one.by,
                    "at": format_utc(one.at),
                }
                for one in self._reviews()
            ],
            "observations": [
                {"id": one.id, "sha256": one.sha256, "size": one.size, "name": one.name, "archive": one.archive}
                for one in self.observations
            ],
        }

    def _decision(self, kind: SubjectKind, subject: str) -> Verdict | None:
        found = self.past.standing(kind, subject)
        return found.decision if found else None

    def _reviews(self) -> list[Review]:
        subjects = {(SubjectKind(one.kind), one.subject) for one in self.labels}
        subjects |= {(SubjectKind.CLUSTER, one.via) for one in self.labels if one.via}
        found = [review for kind, subject in sorted(subjects) for review in self.past.reviews(kind, subject)]
        return sorted(found, key=lambda one: (one.at, one.id))

    def _within(self, part: Part) -> set[str]:
        return {one.observation for one in self.placed if one.part is part}

    def _balance(self, part: Part) -> dict[str, Any]:
        within = self._within(part)
        events = [one for one in self.events if within.intersection(one.observation_ids)]
        decided = Counter(str(self._decision(SubjectKind.EVENT, one.id) or "unreviewed") for one in events)
        shown = {one for event in self.standing_events() for one in event.observation_ids}
        return {
            "observations": len(within),
            "groups": len({one.group for one in self.placed if one.part is part}),
            "with_events": len(within & shown),
            "without_events": len(within - shown),
            "events": dict(sorted(decided.items())),
        }

    def _apart(self) -> float | None:
        """Return how near observations of two parts come to each other [hours]; None with one part only."""
        part_of = {one.observation: one.part for one in self.placed}
        ordered = sorted(self.observations, key=lambda one: one.time_range.start)
        gaps = [
            (later.time_range.start - earlier.time_range.end) / timedelta(hours=1)
            for earlier, later in pairwise(ordered)
            if part_of[earlier.id] is not part_of[later.id]
        ]
        return round(min(gaps), 3) if gaps else None


def _told(query: EventQuery) -> Mapping[str, Any]:
    """Return what a query asks for, without what it leaves open."""
    usual = EventQuery()
    asked = {one.name: getattr(query, one.name) for one in fields(query)}
    return {name: _plain(value) for name, value in asked.items() if value != getattr(usual, name)}


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, TimeRange):
        return f"{format_utc(value.start)}/{format_utc(value.end)}"
    return value if isinstance(value, (int, float, bool)) or value is None else str(value)
