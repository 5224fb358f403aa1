"""The logs of training jobs in a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, RowMapping, insert, select

from helioscribe.db.engine import Lock, lock, reading, writing
from helioscribe.db.rows import plain_row, plain_values
from helioscribe.db.statements import fetch
from helioscribe.db.tables import run_entries as table
from helioscribe.domain.identity import plain_json
from helioscribe.domain.times import utc_now
from helioscribe.domain.training_run import EntryKind, RunEntry

__all__ = ["SqlRunLog"]


class SqlRunLog:
    """A `RunLog` in SQLite or Postgres.

    Parameters
    ----------
    engine
        From `open_engine`, on a database brought up to date by `migrate`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(self, job_id: str, entries: Sequence[RunEntry]) -> int:
        """See `RunLog.append`."""
        with writing(self._engine) as connection:
            lock(connection, Lock.RUN_LOG)
            chosen = select(table.c.kind, table.c.name, table.c.step).where(table.c.job_id == job_id)
            known = [tuple(row) for row in connection.execute(chosen)]
            seen, now = set(known), utc_now()
            new: list[dict[str, Any]] = []
            for entry in entries:
                if (said := (entry.kind.value, entry.name, entry.step)) not in seen:
                    seen.add(said)
                    new.append(_row(job_id, replace(entry, number=len(known) + len(new) + 1, at=now)))
            if new:
                connection.execute(insert(table), new)
            return len(new)

    def read(self, job_id: str, *, after: int = 0) -> list[RunEntry]:
        """See `RunLog.read`."""
        chosen = select(table).where(table.c.job_id == job_id, table.c.number > after).order_by(table.c.number)
        with reading(self._engine) as connection:
            return [_entry(row) for row in fetch(connection, chosen)]


def _row(job_id: str, entry: RunEntry) -> dict[str, Any]:
    return plain_row(entry) | {"job_id": job_id, "kind": entry.kind.value, "values": plain_json(entry.values)}


def _entry(row: RowMapping) -> RunEntry:
    return RunEntry(**plain_values(RunEntry, row) | {"kind": EntryKind(row["kind"])})
