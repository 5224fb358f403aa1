"""The logs of training jobs, from which another worker can continue a training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from helioscribe.domain.training_run import RunEntry

__all__ = ["RunLog"]


class RunLog(Protocol):
    """One log for each job. Every method raises `UnavailableError` if the database or server does not answer."""

    def append(self, job_id: str, entries: Sequence[RunEntry]) -> int:
        """Append entries in one transaction and return how many are new.

        An entry with the kind, name and step of an earlier one is left out, so that repeated work is logged once. The
        log sets numbers and times.
        """

    def read(self, job_id: str, *, after: int = 0) -> list[RunEntry]:
        """Return the entries with numbers above `after`, in order; empty for an unknown job."""
