"""What a visitor asks to see, read from the query of a URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from urllib.parse import urlencode

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES, Event
from helioscribe.domain.review import Reviewed
from helioscribe.domain.times import TimeRange, parse_utc
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue, EventQuery
from helioscribe.runtime.rethreshold import at_threshold

__all__ = ["Filters"]

_FIRST = datetime(1600, 1, 1, tzinfo=UTC)
_MOST = 100_000
_LARGEST = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which events to show, as text: what came in is what the form shows again."""

    start: str = ""
    """Earliest time, UTC."""

    end: str = ""
    """Latest time, UTC."""

    type: str = ""
    """HEK's two letters."""

    detector: str = ""
    """Id of a detector."""

    instrument: str = ""
    """Name of an instrument."""

    min_probability: str = ""
    """Least probability, 0 to 1."""

    reviewed: str = ""
    """By what people said: standing (by default), any, confirmed, relabelled, rejected or unreviewed."""

    threshold: str = ""
    """As this threshold shows the events of one detector, from stored scores."""

    limit: str = ""
    """Most events."""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Self:
        """Read the query of a URL. Raises `InvalidInputError` for a name that is no filter."""
        if unknown := sorted(set(parameters) - set(cls.__dataclass_fields__)):
            known = ", ".join(cls.__dataclass_fields__)
            raise InvalidInputError(f"no filter {unknown[0][:40]!r}; there are {known}")
        return cls(**{name: text.strip()[:200] for name, text in parameters.items()})

    def query(self, *, limit: int) -> EventQuery:
        """Return what to ask the catalogue.

        Parameters
        ----------
        limit
            Most events unless the visitor says otherwise.

        Raises
        ------
        InvalidInputError
            If a filter cannot be read.
        """
        code = self.type.upper()
        if code and code not in EVENT_CLASSES:
            raise InvalidInputError(f"type: expected one of {', '.join(EVENT_CLASSES)}, got {self.type[:20]!r}")
        if self.reviewed and self.reviewed not in list(Reviewed):
            raise InvalidInputError(f"reviewed: expected one of {', '.join(Reviewed)}, got {self.reviewed[:20]!r}")
        return EventQuery(
            time_range=self._span(),
            event_types=(code,) if code else (),
            detectors=(self.detector,) if self.detector else (),
            instruments=(self.instrument,) if self.instrument else (),
            probability=_number("min_probability", self.min_probability, 0.0, 1.0),
            reviewed=Reviewed(self.reviewed or Reviewed.STANDING),
            limit=int(_number("limit", self.limit, 1, _MOST) or limit),
        )

    def find(self, catalogue: Catalogue, artifacts: ArtifactStore, query: EventQuery) -> list[Event]:
        """Return the events that a query of these filters asks for, at the threshold if there is one."""
        threshold = _number("threshold", self.threshold, -_LARGEST, _LARGEST)
        if threshold is None:
            return list(catalogue.search(query))
        return at_threshold(catalogue, artifacts, query, threshold)

    def url(self, path: str = "/", **changes: str) -> str:
        """Return the address of a page with these filters, some of them changed."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__} | changes
        query = urlencode({name: text for name, text in values.items() if text})
        return f"{path}?{query}" if query else path

    def _span(self) -> TimeRange | None:
        if not self.start and not self.end:
            return None
        start = parse_utc(self.start) if self.start else _FIRST
        end = parse_utc(self.end) if self.end else datetime.now(UTC) + timedelta(days=3650)
        if end < start:
            raise InvalidInputError(f"end {self.end} lies before start {self.start}")
        return TimeRange(start=start, end=end)


def _number(name: str, text: str, low: float, high: float) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise InvalidInputError(f"{name}: expected a number from {low:g} to {high:g}, got {text[:20]!r}")
    return value
