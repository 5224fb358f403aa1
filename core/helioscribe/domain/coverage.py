"""What was looked at: "no event" must mean something."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from helioscribe.domain.identity import content_id
from helioscribe.domain.times import TimeRange, format_utc

__all__ = ["Coverage", "CoverageState", "CoveredSpan"]


class CoverageState(StrEnum):
    """What became of a span of time."""

    PROCESSED = "processed"
    """Looked at, something was found."""

    NOTHING_FOUND = "nothing_found"
    """Looked at, nothing was there."""

    NOT_OBSERVED = "not_observed"
    """No usable data."""

    FAILED = "failed"
    """Data came, but could not be processed; the reason says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredSpan:
    """A detector's word on one span."""

    time_range: TimeRange
    """UTC at the observer."""

    state: CoverageState
    """What became of it."""

    reason: str = ""
    """Why it was not observed or failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A covered span in the catalogue."""

    detector: str
    """Id of the detector."""

    method_id: str
    """Id of the `Method` that ran; empty if none came to run."""

    observation_id: str
    """What it ran on."""

    instrument: str
    """Of the observation."""

    span: CoveredSpan
    """When, and what became of it."""

    @property
    def id(self) -> str:
        """One record for each method, observation and span."""
        return content_id(
            "cov",
            detector=self.detector,
            method=self.method_id,
            observation=self.observation_id,
            start=format_utc(self.span.time_range.start),
            end=format_utc(self.span.time_range.end),
        )
