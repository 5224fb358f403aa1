"""Numbers about the whole platform, for dashboards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from helioscribe.domain.job import JobKind, JobState

__all__ = ["Census", "CensusTaker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """Numbers at one time."""

    jobs: Mapping[tuple[JobKind, JobState], int]
    """Number of jobs that wait, run, or have failed for good."""

    waiting: Mapping[JobKind, float]
    """Time that the oldest job that is due has waited for a worker [s]."""

    coverage_lag: Mapping[str, float]
    """For each detector the time since the end of the newest span that it processed [s]."""

    failures: Mapping[str, int]
    """Number of entries of the failure ledger by stage."""

    pending: int
    """Number of detections from which events have not been made yet."""


class CensusTaker(Protocol):
    """Counts everything; implemented where the database is."""

    def take(self) -> Census:
        """Count now. Raises `UnavailableError` if the database does not answer."""
