"""The job store in a database. The states and what leads from one to another are `helioscribe.domain.lease`'s."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Update, and_, bindparam, func, or_, select, update

from helioscribe.db import ledger, rows
from helioscribe.db.engine import reading, writing
from helioscribe.db.statements import fetch, fetch_one, insert_known
from helioscribe.db.tables import jobs
from helioscribe.domain import lease as transitions
from helioscribe.domain.job import Job, JobKind, JobState, Priority, new_job
from helioscribe.domain.lease import seconds
from helioscribe.domain.times import utc_now
from helioscribe.ports.jobs import JobVerbs

__all__ = ["SqlJobs"]

_NOW = func.clock_timestamp(type_=jobs.c.updated.type).label("now")
_THIS = jobs.c.id == bindparam("job")
# Made once: to make a statement takes as long as to run it.
_ONE = select(jobs).where(_THIS)
_ADDED = insert_known(jobs).returning(jobs)
_ADDED_NOW = _ADDED.values(dict.fromkeys(("created", "updated", "published"), func.statement_timestamp()))
_LOCKED, _LOCKED_NOW = _ONE.with_for_update(), select(jobs, _NOW).where(_THIS).with_for_update()


class SqlJobs(JobVerbs):
    """A `JobStore` in SQLite or Postgres.

    Every change reads the row under a lock, decides, and writes within one transaction.

    Parameters
    ----------
    engine
        From `open_engine`, on a database brought up to date by `migrate`.
    clock
        What time it is, UTC. Without it Postgres says so, for all servers that share it; with SQLite the machine.
    """

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] | None = None) -> None:
        self._engine = engine
        self._clock = clock

    def submit(
        self,
        kind: JobKind,
        key: str,
        payload: Mapping[str, Any],
        *,
        max_attempts: int = 5,
        priority: int = Priority.LIVE,
    ) -> tuple[Job, bool]:
        """See `JobStore.submit`."""
        with writing(self._engine) as connection:
            job = new_job(kind, key, payload, max_attempts=max_attempts, priority=priority, now=self._here())
            values = rows.job_row(job) | {"published": job.created}
            statement = _ADDED_NOW if self._asks_the_time(connection) else _ADDED
            new = connection.execute(statement, values).mappings().one_or_none()
            return (rows.job_of(new), True) if new else (_get(connection, job.id), False)

    def get(self, job_id: str) -> Job:
        """See `JobStore.get`."""
        with reading(self._engine) as connection:
            return _get(connection, job_id)

    def find(self, *, kind: JobKind | None = None, states: tuple[JobState, ...] = (), limit: int = 1000) -> list[Job]:
        """See `JobStore.find`."""
        chosen = select(jobs).order_by(jobs.c.created.desc(), jobs.c.id.desc()).limit(max(limit, 0))
        if kind is not None:
            chosen = chosen.where(jobs.c.kind == kind.value)
        if states:
            chosen = chosen.where(jobs.c.state.in_([state.value for state in states]))
        with reading(self._engine) as connection:
            return [rows.job_of(row) for row in fetch(connection, chosen)]

    def reap(self, *, limit: int = 1000, published_before: float = 30.0) -> list[Job]:
        """See `JobStore.reap`. Rows that another transaction works on are left for the next time."""
        waiting: list[Job] = []
        with writing(self._engine) as connection:
            now = self._now(connection)
            due = select(jobs).where(_due(now, published_before)).order_by(jobs.c.updated, jobs.c.id)
            for row in fetch(connection, due.limit(max(limit, 0)).with_for_update(skip_locked=True)):
                before = rows.job_of(row)
                job = transitions.reap(before, now=now)
                ready = job.state is JobState.QUEUED
                _save(connection, before, job, published=now if ready else row["published"])
                waiting += [job] if ready else []
        return waiting

    def _change(self, job_id: str, change: Callable[[Job, datetime], Job]) -> tuple[Job, Job]:
        with writing(self._engine) as connection:
            before, now = self._locked(connection, job_id)
            after = change(before, now)
            if after is not before:
                _save(connection, before, after)
            return before, after

    def _locked(self, connection: Connection, job_id: str) -> tuple[Job, datetime]:
        """Return a job that no other transaction changes any more, and what time it is: one question for both."""
        asks = self._asks_the_time(connection)
        row = fetch_one(connection, _LOCKED_NOW if asks else _LOCKED, f"job {job_id}", {"job": job_id})
        return rows.job_of(row), row["now"] if asks else self._here()

    def _now(self, connection: Connection) -> datetime:
        if self._asks_the_time(connection):
            now: datetime = connection.execute(select(_NOW)).scalar_one()
            return now
        return self._here()

    def _here(self) -> datetime:
        return self._clock() if self._clock is not None else utc_now()

    def _asks_the_time(self, connection: Connection) -> bool:
        return self._clock is None and connection.dialect.name == "postgresql"


def _get(connection: Connection, job_id: str) -> Job:
    return rows.job_of(fetch_one(connection, _ONE, f"job {job_id}", {"job": job_id}))


def _save(connection: Connection, before: Job, after: Job, **values: Any) -> None:
    if after.state is JobState.QUEUED and before.state is not JobState.QUEUED:
        values = {"published": None} | values  # nobody has been told that it waits again
    old = rows.job_row(before)
    values = {name: value for name, value in rows.job_row(after).items() if value != old[name]} | values
    connection.execute(_change_of(tuple(values)), values | {"job": after.id})
    if transitions.settles(before, after):
        ledger.clear_failure(connection, stage=after.kind.value, subject=after.subject)


@cache
def _change_of(names: tuple[str, ...]) -> Update:
    return update(jobs).where(_THIS).values({name: bindparam(name) for name in names})


def _due(now: datetime, published_before: float) -> ColumnElement[bool]:
    column = jobs.c
    silent = or_(column.published.is_(None), column.published <= now - seconds(published_before, "published_before"))
    its_time = or_(column.not_before.is_(None), column.not_before <= now)
    vanished = and_(column.state == JobState.RUNNING.value, column.lease_until <= now)
    return or_(vanished, and_(column.state == JobState.QUEUED.value, its_time, silent))
