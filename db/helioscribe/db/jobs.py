"""The job store in a database. The transitions between states are those of `helioscribe.domain.lease`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, bindparam, func, or_, select

from helioscribe.db import rows
from helioscribe.db.engine import reading, writing
from helioscribe.db.job_desk import NOW, SqlDesk, asks_the_time
from helioscribe.db.statements import fetch, fetch_one, insert_known, rows_by_id
from helioscribe.db.tables import jobs
from helioscribe.domain import lease as transitions
from helioscribe.domain.job import Job, JobKind, JobOrder, JobState, new_job
from helioscribe.domain.lease import seconds
from helioscribe.domain.times import utc_now
from helioscribe.ports.job_verbs import JobDesk, JobVerbs

__all__ = ["SqlJobs"]

# Made once: making a statement takes as long as running it.
_ONE = select(jobs).where(jobs.c.id == bindparam("job"))
_ADDED = insert_known(jobs).returning(jobs)
_ADDED_NOW = _ADDED.values(dict.fromkeys(("created", "updated", "published"), func.statement_timestamp()))


class SqlJobs(JobVerbs):
    """A `JobStore` in SQLite or Postgres.

    Every change reads rows with a lock, decides, and writes, in one transaction.

    Parameters
    ----------
    engine
        From `open_engine`, on a database brought up to date by `migrate`.
    clock
        Returns the time, UTC; None for that of Postgres, which all processes share, or with SQLite of this machine.
    """

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] | None = None) -> None:
        self._engine = engine
        self._clock = clock

    def submit_all(self, orders: Sequence[JobOrder]) -> list[tuple[Job, bool]]:
        """See `JobStore.submit_all`."""
        now = self._here()
        asked = [new_job(order, now=now) for order in orders]
        made = {job.id: job for job in asked}
        if not made:
            return []
        with writing(self._engine) as connection:
            # In order of ids, as everywhere: otherwise two transactions could wait for each other's rows.
            values = [rows.job_row(made[key]) | {"published": now} for key in sorted(made)]
            statement = _ADDED_NOW if asks_the_time(connection, self._clock) else _ADDED
            added = connection.execute(statement, values if len(values) > 1 else values[0]).mappings()
            new = {row["id"]: rows.job_of(row) for row in added}
            known = rows_by_id(connection, jobs, set(made) - set(new)) if len(new) < len(made) else {}
        found = new | {key: rows.job_of(row) for key, row in known.items()}
        return [(found[job.id], new.pop(job.id, None) is not None) for job in asked]

    def get(self, job_id: str) -> Job:
        """See `JobStore.get`."""
        with reading(self._engine) as connection:
            return rows.job_of(fetch_one(connection, _ONE, f"job {job_id}", {"job": job_id}))

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
        """See `JobStore.reap`. Rows that another transaction has locked are left for the next time."""
        with writing(self._engine) as connection:
            now = self._now(connection)
            due = select(jobs).where(_due(now, published_before)).order_by(jobs.c.updated, jobs.c.id)
            found = map(rows.job_of, fetch(connection, due.limit(max(limit, 0)).with_for_update(skip_locked=True)))
            changes = [(before, transitions.reap(before, now=now)) for before in found]
            desk = SqlDesk(connection, self._clock)
            desk.save([(before, after) for before, after in changes if after is not before])
            waiting = [after for _, after in changes if after.state is JobState.QUEUED]
            desk.mark_published(waiting)
        return waiting

    @contextmanager
    def _desk(self) -> Iterator[JobDesk]:
        with writing(self._engine) as connection:
            yield SqlDesk(connection, self._clock)

    def _now(self, connection: Connection) -> datetime:
        if asks_the_time(connection, self._clock):
            now: datetime = connection.execute(select(NOW)).scalar_one()
            return now
        return self._here()

    def _here(self) -> datetime:
        return self._clock() if self._clock is not None else utc_now()


def _due(now: datetime, published_before: float) -> ColumnElement[bool]:
    column = jobs.c
    silent = or_(column.published.is_(None), column.published <= now - seconds(published_before, "published_before"))
    due = or_(column.not_before.is_(None), column.not_before <= now)
    expired = and_(column.state == JobState.RUNNING.value, column.lease_until <= now)
    return or_(expired, and_(column.state == JobState.QUEUED.value, due, silent))
