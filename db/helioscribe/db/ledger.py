"""Reads and writes coverage and failures, within a transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import Connection, Delete, bindparam, delete, select

from helioscribe.db import rows
from helioscribe.db.statements import among_named, as_list, fetch, overlapping, put
from helioscribe.db.tables import coverage, failures, runs
from helioscribe.db.types import held
from helioscribe.domain.coverage import Coverage
from helioscribe.domain.failure import Failure
from helioscribe.domain.times import TimeRange

__all__ = ["add_coverage", "add_failures", "clear_failures", "find_coverage", "find_failures"]


def add_coverage(connection: Connection, spans: Sequence[Coverage]) -> None:
    """Insert covered spans, or update the states of known ones. If two have the same id, the last one is stored."""
    found = {one.id: rows.coverage_row(one) for one in spans}
    put(connection, coverage, [found[key] for key in sorted(found)], change=("state", "reason"))


def find_coverage(
    connection: Connection, *, detector: str | None, time_range: TimeRange | None, observation_id: str | None
) -> list[Coverage]:
    """Return covered spans, in order of their start."""
    without = select(runs.c.method_id).where(~runs.c.counts)
    chosen = select(coverage).where(coverage.c.method_id.not_in(without)).order_by(coverage.c.start, coverage.c.id)
    if detector is not None:
        chosen = chosen.where(coverage.c.detector == detector)
    if observation_id is not None:
        chosen = chosen.where(coverage.c.observation_id == observation_id)
    if time_range is not None:
        chosen = chosen.where(overlapping(coverage, time_range))
    return [rows.coverage_of(row) for row in fetch(connection, chosen)]


def add_failures(connection: Connection, found: Iterable[Failure]) -> None:
    """Insert failures; of known ones, update the time."""
    put(connection, failures, [rows.failure_row(failure) for failure in found], change=("at",))


def find_failures(connection: Connection, *, limit: int) -> list[Failure]:
    """Return failures, newest first."""
    newest = select(failures).order_by(failures.c.at.desc(), failures.c.id.desc()).limit(max(limit, 0))
    return [rows.failure_of(row) for row in fetch(connection, newest)]


def clear_failures(connection: Connection, *, stage: str, subjects: Iterable[str]) -> None:
    """Delete the failures of some subjects in a stage."""
    dialect = connection.dialect
    connection.execute(_cleared(dialect.name), {"of_stage": stage, "of": as_list(map(held, subjects), dialect)})


@cache
def _cleared(dialect: str) -> Delete:
    return delete(failures).where(
        failures.c.stage == bindparam("of_stage"), among_named(failures.c.subject, "of", dialect)
    )
