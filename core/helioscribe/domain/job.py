"""Jobs: work that can be submitted, watched, cancelled and retried. Their state is in the catalogue's database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from helioscribe.domain import trace
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import content_id, plain_json

__all__ = [
    "HIGHEST",
    "TERMINAL",
    "Job",
    "JobError",
    "JobKind",
    "JobOrder",
    "JobState",
    "Priority",
    "group_of",
    "job_id",
    "new_job",
]


HIGHEST = 9
"""Largest number that `Job.priority` may be."""


class JobKind(StrEnum):
    """Kind of work. Each kind has a queue of the same name."""

    INGEST = "ingest"
    """Reads a file into an observation and a product."""

    DETECT = "detect"
    """Runs a detector on an observation."""

    ASSOCIATE = "associate"
    """Makes events from detections; done by one worker only."""

    TRAIN = "train"
    """Trains a model and registers it."""

    BACKFILL = "backfill"
    """Runs a detector on all observations of a span of time, by submitting detection jobs."""


class Priority(IntEnum):
    """Usual priorities. Of the waiting jobs, the one with the largest number is taken first; 0 to 9 are allowed."""

    BACKFILL = 1
    """Work that is done when nothing else waits."""

    LIVE = 5
    """New data, and what somebody asked for."""


class JobState(StrEnum):
    """State of a job."""

    QUEUED = "queued"
    """It waits for a worker, perhaps after a failed attempt."""

    RUNNING = "running"
    """A worker holds its lease."""

    DONE = "done"
    """It ended successfully."""

    FAILED = "failed"
    """It ended with an error, and can be retried by a person."""

    CANCELLED = "cancelled"
    """It was cancelled."""


TERMINAL = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
"""States in which a job has ended; only a retry changes them."""


def job_id(kind: JobKind, key: str) -> str:
    """Return the id of the job of this kind and key. The same work has the same id, so that it is done once."""
    return content_id("job", job=kind.value, key=key)


def group_of(kind: JobKind, payload: Mapping[str, Any]) -> str:
    """Return a name shared by jobs that a worker may take together; empty if the job must be taken alone.

    Short jobs of one kind and one detector form a group. A long job would keep the others waiting.
    """
    if kind is JobKind.DETECT and "observation_id" in payload:
        return f"{kind} {payload.get('detector', '')}"
    return kind.value if kind in (JobKind.INGEST, JobKind.ASSOCIATE) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOrder:
    """A request for a job."""

    kind: JobKind
    """Kind of work."""

    key: str
    """Identifies the work: the same kind and key are the same job."""

    payload: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of the work, JSON values."""

    max_attempts: int = 5
    """Largest number of attempts."""

    priority: int = Priority.LIVE
    """Order among waiting jobs: the largest number, 0 to 9, is taken first."""

    trace: str = field(default_factory=trace.header)
    """W3C trace context of the request; by default that of this thread."""

    @property
    def id(self) -> str:
        """Id of the job."""
        return job_id(self.kind, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """Why a job failed."""

    code: str
    """Code of the `HelioscribeError`."""

    message: str
    """The error in one line."""

    def __str__(self) -> str:
        """Return the message."""
        return self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A piece of work and its state."""

    id: str
    """`job_id` of its kind and key."""

    kind: JobKind
    """Kind of work."""

    payload: Mapping[str, Any]
    """Arguments of the work: small JSON values, with artifact keys in place of data."""

    state: JobState = JobState.QUEUED
    """State of the job."""

    attempts: int = 0
    """Number of attempts so far."""

    max_attempts: int = 5
    """Number of attempts after which it fails for good."""

    progress: float = 0.0
    """Progress, 0 to 1."""

    error: JobError | None = None
    """Error of the last failed attempt; None if there is none."""

    result: Mapping[str, Any] = field(default_factory=dict)
    """Result: ids and counts. While the job runs, its interim result, if it reports one."""

    worker: str = ""
    """Worker that holds the lease, or held it last."""

    lease_until: datetime | None = None
    """Time at which the lease ends unless it is renewed, UTC; None if there is no lease."""

    not_before: datetime | None = None
    """Earliest time of the next attempt, UTC; None for at once."""

    cancel_requested: bool = False
    """Whether the worker has been asked to stop."""

    created: datetime | None = None
    """Time at which it was submitted, UTC."""

    updated: datetime | None = None
    """Time of the last change, UTC."""

    priority: int = Priority.LIVE
    """Order among waiting jobs: the largest number, 0 to 9, is taken first."""

    trace: str = ""
    """W3C trace context of the request, under which the work is traced; empty if there is none."""

    @property
    def group(self) -> str:
        """Name shared by jobs that may be taken together, see `group_of`."""
        return group_of(self.kind, self.payload)

    @property
    def subject(self) -> str:
        """Subject of the job in the failure ledger: the file, or the observation and the detector."""
        if "observation_id" in self.payload:
            return f"{self.payload['observation_id']} {self.payload.get('detector', '')}".strip()
        return str(self.payload.get("name") or self.id)


def new_job(order: JobOrder, *, now: datetime) -> Job:
    """Return a newly submitted job.

    Raises
    ------
    InvalidInputError
        If the payload holds values that JSON does not have, `max_attempts` is below 1, or the priority is not 0 to 9.
    """
    if not 0 <= order.priority <= HIGHEST:
        raise InvalidInputError(f"priority: expected 0 to {HIGHEST}, got {order.priority}")
    if order.max_attempts < 1:
        raise InvalidInputError(f"max_attempts: expected at least 1, got {order.max_attempts}")
    return Job(
        id=order.id,
        kind=order.kind,
        payload=plain_json(order.payload),
        max_attempts=order.max_attempts,
        created=now,
        updated=now,
        priority=order.priority,
        trace=order.trace,
    )
