"""Which time was processed by which method, so that "no event" can be told from "no data"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from helioscribe.domain.identity import content_id
from helioscribe.domain.times import TimeRange, format_utc

__all__ = ["Coverage", "CoverageState", "CoveredSpan"]


class CoverageState(StrEnum):
    """What happened in a span of time."""

    PROCESSED = "processed"
    """The data were processed and something was found."""

    NOTHING_FOUND = "nothing_found"
    """The data were processed and nothing was found."""

    NOT_OBSERVED = "not_observed"
    """There were no usable data."""

    FAILED = "failed"
    """The data could not be processed; the reason says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredSpan:
    """What a detector did in one span of time."""

    time_range: TimeRange
    """The span, UTC at the observer."""

    state: CoverageState
    """What happened in it."""

    reason: str = ""
    """Why it was not observed or not processed; empty otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A covered span, with the method and the observation: one record of the catalogue."""

    detector: str
    """Id of the detector."""

    method_id: str
    """Id of the `Method` that ran; empty if it failed before it ran."""

    observation_id: str
    """Id of the observation."""

    instrument: str
    """Instrument of the observation."""

    span: CoveredSpan
    """The span and what happened in it."""

    @property
    def id(self) -> str:
        """Id, the same for the same method, observation and span."""
        return content_id(
            "cov",
            detector=self.detector,
            method=self.method_id,
            observation=self.observation_id,
            start=format_utc(self.span.time_range.start),
            end=format_utc(self.span.time_range.end),
        )
