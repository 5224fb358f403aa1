"""Files that the embedded platform has accepted, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass

from helioscribe.domain.job import Job, JobError

__all__ = ["Accepted", "Outcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A file that was accepted and is being processed."""

    job: Job
    """Its ingest job."""

    known: bool
    """Whether the same file was ingested before. Models may have changed since, and failed steps are tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Result of processing one file."""

    name: str
    """Name of the file."""

    observation_id: str = ""
    """Id of its observation; empty if the file could not be read."""

    detections: tuple[Job, ...] = ()
    """Its detection jobs, all ended."""

    errors: tuple[JobError, ...] = ()
    """Errors of all steps; empty if everything succeeded."""

    skipped: str = ""
    """Why no detector read the file although detectors were wanted; empty if one did."""
