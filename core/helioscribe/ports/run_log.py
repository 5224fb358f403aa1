"""The log of training jobs: what one worker writes, another reads to go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from helioscribe.domain.training_run import RunEntry

__all__ = ["RunLog"]


class RunLog(Protocol):
    """Append-only, one log a job. Every method raises `UnavailableError` if the database or server does not answer."""

    def append(self, job_id: str, entries: Sequence[RunEntry]) -> int:
        """Add entries whole or not at all; return how many are new.

        An entry whose kind, name and step are there already is left out, so that work which is done twice is told
        once. Numbers and times are the log's.
        """

    def read(self, job_id: str, *, after: int = 0) -> list[RunEntry]:
        """Return the entries with numbers above `after`, in order; none for an unknown job."""
