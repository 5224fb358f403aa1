"""Work that one can submit, watch, cancel and retry. The row in the catalogue's database is the truth about it."""

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
"""Highest priority of a job."""


class JobKind(StrEnum):
    """What is to be done; each kind has a queue of the same name."""

    INGEST = "ingest"
    """Bytes in the artifact store become an observation and a product."""

    DETECT = "detect"
    """An observation becomes detections."""

    ASSOCIATE = "associate"
    """Detections become events; one serial worker does it."""

    TRAIN = "train"
    """A recipe becomes a registered model."""

    BACKFILL = "backfill"
    """A detector goes over a span of time; its parts are detection jobs."""


class Priority(IntEnum):
    """Which of the jobs that wait goes first: the higher number. From 0 to 9, as brokers have it."""

    BACKFILL = 1
    """What is done when nothing else waits."""

    LIVE = 5
    """What came in just now, or somebody asked for."""


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    """Waits for a worker, or for its turn to be tried again."""

    RUNNING = "running"
    """A worker holds a lease on it."""

    DONE = "done"
    """Ended as it should."""

    FAILED = "failed"
    """Ended with an error; may be retried by hand."""

    CANCELLED = "cancelled"
    """Was asked to stop."""


TERMINAL = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
"""States that a job leaves only by a retry."""


def job_id(kind: JobKind, key: str) -> str:
    """Id of the job that does this: submitting it twice makes one job."""
    return content_id("job", job=kind.value, key=key)


def group_of(kind: JobKind, payload: Mapping[str, Any]) -> str:
    """Return which jobs a worker may take in one go with this one; empty if it is to be taken by itself.

    Those are short jobs of one kind, and of one detector. What lasts long would keep the others waiting.
    """
    if kind is JobKind.DETECT and "observation_id" in payload:
        return f"{kind} {payload.get('detector', '')}"
    return kind.value if kind in (JobKind.INGEST, JobKind.ASSOCIATE) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOrder:
    """What is to become a job."""

    kind: JobKind
    """What is to be done."""

    key: str
    """The same kind and key is the same job."""

    payload: Mapping[str, Any] = field(default_factory=dict)
    """Arguments."""

    max_attempts: int = 5
    """How often workers may take it."""

    priority: int = Priority.LIVE
    """Which of those that wait goes first."""

    trace: str = field(default_factory=trace.header)
    """W3C trace context of who orders; the present one by default."""

    @property
    def id(self) -> str:
        """Of the job."""
        return job_id(self.kind, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """Why a job failed."""

    code: str
    """Of the `HelioscribeError`."""

    message: str
    """One clear line."""

    def __str__(self) -> str:
        """Return the line."""
        return self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A piece of work and how far it has come."""

    id: str
    """`job_id` of kind and key."""

    kind: JobKind
    """What is to be done."""

    payload: Mapping[str, Any]
    """Arguments: small JSON values, artifact keys instead of data."""

    state: JobState = JobState.QUEUED
    """Where it stands."""

    attempts: int = 0
    """How often a worker has taken it."""

    max_attempts: int = 5
    """How often workers may take it before it counts as failed."""

    progress: float = 0.0
    """0 to 1."""

    error: JobError | None = None
    """Of the last failed attempt."""

    result: Mapping[str, Any] = field(default_factory=dict)
    """What came out: ids and counts; of a job that goes on, what a long one says that came out so far."""

    worker: str = ""
    """Who holds the lease; of a job that has ended, who held it last."""

    lease_until: datetime | None = None
    """When the lease ends unless it is renewed."""

    not_before: datetime | None = None
    """Earliest moment of the next attempt."""

    cancel_requested: bool = False
    """Whether the worker is asked to stop."""

    created: datetime | None = None
    """When it was submitted."""

    updated: datetime | None = None
    """When anything last changed."""

    priority: int = Priority.LIVE
    """Which of those that wait goes first: the higher number, 0 to 9."""

    trace: str = ""
    """W3C trace context of who submitted it; the work goes on under it."""

    @property
    def group(self) -> str:
        """See `group_of`."""
        return group_of(self.kind, self.payload)

    @property
    def subject(self) -> str:
        """What it is about, as the ledger of failures names it; one detector's success says nothing of another's."""
        if "observation_id" in self.payload:
            return f"{self.payload['observation_id']} {self.payload.get('detector', '')}".strip()
        return str(self.payload.get("name") or self.id)


def new_job(order: JobOrder, *, now: datetime) -> Job:
    """Return a job as it is when it has just been submitted.

    Raises
    ------
    InvalidInputError
        If the payload is no JSON object, no attempt is allowed, or there is no such priority.
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
