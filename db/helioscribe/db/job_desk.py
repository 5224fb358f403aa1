"""Transactions on jobs: rows are read with a lock and written back, many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Update, bindparam, func, select, text, update

from helioscribe.db import ledger, rows
from helioscribe.db.statements import among_named, as_list
from helioscribe.db.tables import jobs
from helioscribe.db.tables.work import UNTRIED
from helioscribe.domain import lease as transitions
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.job import Job, JobState
from helioscribe.domain.times import utc_now

__all__ = ["NOW", "SqlDesk", "asks_the_time"]

NOW = func.clock_timestamp(type_=jobs.c.updated.type).label("now")
"""The time by the clock of Postgres."""

_SAME_GROUP = (
    select(jobs)
    .where(jobs.c.group == bindparam("of_group"), jobs.c.priority == bindparam("of_priority"), text(UNTRIED))
    .order_by(jobs.c.created)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


def asks_the_time(connection: Connection, clock: Callable[[], datetime] | None) -> bool:
    """Whether the clock of the database is used."""
    return clock is None and connection.dialect.name == "postgresql"


class SqlDesk:
    """A `JobDesk` in a transaction.

    Parameters
    ----------
    connection
        Connection of the transaction.
    clock
        Returns the time, UTC; None for the clock of Postgres, or of this machine with SQLite.
    """

    def __init__(self, connection: Connection, clock: Callable[[], datetime] | None) -> None:
        self._connection, self._clock = connection, clock
        self._asks = asks_the_time(connection, clock)
        self.now = (clock or utc_now)()

    def take(self, job_ids: Sequence[str]) -> list[Job]:
        """See `JobDesk.take`; the same query returns the time."""
        dialect = self._connection.dialect
        found = self._connection.execute(_taken(dialect.name, asks=self._asks), {"ids": as_list(job_ids, dialect)})
        known = {row["id"]: row for row in found.mappings()}
        if missing := [job_id for job_id in job_ids if job_id not in known]:
            raise NotFoundError(f"no job {missing[0]}")
        if self._asks:
            self.now = max((row["now"] for row in known.values()), default=self.now)
        return [rows.job_of(known[job_id]) for job_id in job_ids]

    def waiting(self, like: Job, limit: int) -> list[Job]:
        """See `JobDesk.waiting`."""
        values = {"of_group": like.group, "of_priority": like.priority, "most": limit}
        return [rows.job_of(row) for row in self._connection.execute(_SAME_GROUP, values).mappings()]

    def save(self, changes: Sequence[tuple[Job, Job]]) -> None:
        """See `JobDesk.save`; updates the failure ledger too."""
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for before, after in changes:
            values = _difference(before, after)
            alike[tuple(values)].append(values | {"job": after.id})
        for names, values_of in alike.items():
            self._connection.execute(_change_of(names), values_of if len(values_of) > 1 else values_of[0])
        self._keep_ledger(changes)

    def mark_published(self, waiting: Iterable[Job]) -> None:
        """Record that messages for these jobs are sent now."""
        dialect = self._connection.dialect
        self._connection.execute(
            _published(dialect.name), {"ids": as_list((job.id for job in waiting), dialect), "at": self.now}
        )

    def _keep_ledger(self, changes: Sequence[tuple[Job, Job]]) -> None:
        settled = defaultdict(list)
        for before, after in changes:
            if transitions.settles(before, after):
                settled[after.kind].append(after.subject)
        for kind, subjects in settled.items():
            ledger.clear_failures(self._connection, stage=kind.value, subjects=subjects)
        entries = filter(None, (transitions.failure(before, after) for before, after in changes))
        ledger.add_failures(self._connection, entries)


def _difference(before: Job, after: Job) -> dict[str, Any]:
    old, new = rows.job_row(before), rows.job_row(after)
    changed = {name: value for name, value in new.items() if value != old[name]}
    if after.state is JobState.QUEUED and before.state is not JobState.QUEUED:
        changed["published"] = None  # no message has been sent since it waits again
    return changed


# Cached: making a statement takes as long as running it.


@cache
def _taken(dialect: str, *, asks: bool) -> Select[Any]:
    # In order of ids, as everywhere: otherwise two transactions could wait for each other's rows for ever.
    columns = (jobs, NOW) if asks else (jobs,)
    return select(*columns).where(among_named(jobs.c.id, "ids", dialect)).order_by(jobs.c.id).with_for_update()


@cache
def _published(dialect: str) -> Update:
    return update(jobs).where(among_named(jobs.c.id, "ids", dialect)).values(published=bindparam("at"))


@cache
def _change_of(names: tuple[str, ...]) -> Update:
    return update(jobs).where(jobs.c.id == bindparam("job")).values({name: bindparam(name) for name in names})
