"""How the platform stands as a whole, for its operator's dashboards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from helioscribe.domain.job import JobKind, JobState

__all__ = ["Census", "CensusTaker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """Numbers of one moment."""

    jobs: Mapping[tuple[JobKind, JobState], int]
    """Jobs that wait, run, or have failed for good."""

    waiting: Mapping[JobKind, float]
    """How long the oldest job whose time has come has waited for a worker [s]."""

    coverage_lag: Mapping[str, float]
    """By detector: time since the end of the newest span that it looked at [s]."""

    failures: Mapping[str, int]
    """Entries of the failure ledger by stage."""

    pending: int
    """Detections that no association has looked at yet."""


class CensusTaker(Protocol):
    """Counts; only whoever holds the database can."""

    def take(self) -> Census:
        """Count now. Raises `UnavailableError` if the database does not answer."""
