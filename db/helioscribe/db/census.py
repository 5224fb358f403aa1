"""Counts of jobs, failures and coverage, by a few grouped queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from helioscribe.db.engine import reading
from helioscribe.db.tables import coverage, detections, failures, jobs
from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.job import JobKind, JobState
from helioscribe.domain.times import utc_now
from helioscribe.ports.census import Census

__all__ = ["SqlCensus"]

_SHOWN = (JobState.QUEUED, JobState.RUNNING, JobState.FAILED)
_LOOKED = (CoverageState.PROCESSED.value, CoverageState.NOTHING_FOUND.value)


class SqlCensus:
    """A `CensusTaker` in SQLite or Postgres.

    Parameters
    ----------
    engine
        From `open_engine`.
    clock
        Returns the present time, UTC.
    """

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine, self._clock = engine, clock

    def take(self) -> Census:
        """See `CensusTaker.take`."""
        now = self._clock()
        with reading(self._engine) as connection:
            return Census(
                jobs=_jobs(connection),
                waiting=_waiting(connection, now),
                coverage_lag=_lag(connection, now),
                failures=_failures(connection),
                pending=_pending(connection),
            )


def _jobs(connection: Connection) -> dict[tuple[JobKind, JobState], int]:
    chosen = jobs.c.state.in_([state.value for state in _SHOWN])
    counted = select(jobs.c.kind, jobs.c.state, func.count()).where(chosen).group_by(jobs.c.kind, jobs.c.state)
    found = {(JobKind(kind), JobState(state)): int(number) for kind, state, number in connection.execute(counted)}
    return {(kind, state): found.get((kind, state), 0) for kind in JobKind for state in _SHOWN}


def _waiting(connection: Connection, now: datetime) -> dict[JobKind, float]:
    since = func.coalesce(jobs.c.not_before, jobs.c.created, type_=jobs.c.created.type)
    due = (jobs.c.state == JobState.QUEUED.value) & (since <= now)
    oldest = select(jobs.c.kind, func.min(since, type_=jobs.c.created.type)).where(due).group_by(jobs.c.kind)
    found = {JobKind(kind): (now - first).total_seconds() for kind, first in connection.execute(oldest)}
    return {kind: found.get(kind, 0.0) for kind in JobKind}


def _lag(connection: Connection, now: datetime) -> dict[str, float]:
    newest = func.max(coverage.c.end, type_=coverage.c.end.type)
    looked = select(coverage.c.detector, newest).where(coverage.c.state.in_(_LOOKED)).group_by(coverage.c.detector)
    return {str(detector): (now - end).total_seconds() for detector, end in connection.execute(looked)}


def _failures(connection: Connection) -> dict[str, int]:
    counted = select(failures.c.stage, func.count()).group_by(failures.c.stage)
    return {str(stage): int(number) for stage, number in connection.execute(counted)}


def _pending(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).where(detections.c.pending)).scalar_one())
