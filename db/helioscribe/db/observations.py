"""Reads and writes observations, runs and detections, within a transaction of the caller."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, delete, exists, select, update

from helioscribe.db import rows
from helioscribe.db.ledger import add_coverage
from helioscribe.db.statements import add_new, among, fetch, fetch_one, overlapping, rows_by_id
from helioscribe.db.tables import coverage, detections, observations, runs
from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.detection import Detection
from helioscribe.domain.errors import ConflictError, NotFoundError
from helioscribe.domain.observation import Observation
from helioscribe.domain.times import TimeRange
from helioscribe.ports.catalogue import RecordedRun

__all__ = [
    "add_observation",
    "find_observations",
    "find_runs",
    "get_detection",
    "get_observation",
    "mark_associated",
    "pending",
    "record_run",
    "sideline",
    "unseen",
]


def add_observation(connection: Connection, observation: Observation) -> bool:
    """Insert an observation; return whether it is new."""
    return add_new(connection, observations, [rows.observation_row(observation)]) > 0


def get_observation(connection: Connection, observation_id: str) -> Observation:
    """Return an observation."""
    chosen = select(observations).where(observations.c.id == observation_id)
    return rows.observation_of(fetch_one(connection, chosen, f"observation {observation_id}"))


def find_observations(
    connection: Connection, *, time_range: TimeRange | None, instrument: str | None, limit: int
) -> list[Observation]:
    """Return observations, in order of their start."""
    chosen = select(observations).order_by(observations.c.start, observations.c.id).limit(max(limit, 0))
    if time_range is not None:
        chosen = chosen.where(overlapping(observations, time_range))
    if instrument is not None:
        chosen = chosen.where(observations.c.instrument == instrument)
    return [rows.observation_of(row) for row in fetch(connection, chosen)]


def record_run(connection: Connection, run: RecordedRun) -> int:
    """Insert a run with its detections and coverage, unless it is known; see `Catalogue.record_run`."""
    known = select(observations.c.id).where(observations.c.id == run.observation_id)
    fetch_one(connection, known, f"observation {run.observation_id}")
    failed = (
        (coverage.c.observation_id == run.observation_id)
        & (coverage.c.detector == run.method.detector)
        & (coverage.c.state == CoverageState.FAILED.value)
    )
    # Another process that records the same run waits here for this one to end.
    new = add_new(connection, runs, [rows.run_row(run)])
    connection.execute(delete(coverage).where(failed))
    if not new:
        return 0
    add_coverage(connection, run.coverage)
    # In order of id, so that two runs that share detections cannot wait for each other.
    waiting = {"pending": run.counts}
    found = sorted((rows.detection_row(one) | waiting for one in run.detections), key=lambda row: str(row["id"]))
    return add_new(connection, detections, found)


def sideline(connection: Connection, detector: str, versions: Collection[str]) -> int:
    """Set whether runs count, and queue their detections for association again; see `Catalogue.sideline`."""
    ours, named = runs.c.detector == detector, runs.c.model_version.in_(sorted(versions))
    # What does not count has an index of its own: where nothing is sidelined, nothing is read.
    changed = [_turn(connection, ours & ~runs.c.counts & ~named, counts=True)]
    if versions:
        changed.append(_turn(connection, ours & runs.c.counts & named, counts=False))
    ids = sorted(set().union(*changed))
    connection.execute(update(detections).where(among(detections.c.id, ids, connection.dialect)).values(pending=True))
    return len(ids)


def _turn(connection: Connection, wrong: ColumnElement[bool], *, counts: bool) -> set[str]:
    rows_of = fetch(connection, select(runs.c.detection_ids).where(wrong))
    if rows_of:
        connection.execute(update(runs).where(wrong).values(counts=counts))
    return {detection_id for row in rows_of for detection_id in row["detection_ids"]}


def unseen(connection: Connection, detector: str, *, after: str, limit: int) -> list[str]:
    """Return the ids of observations for which no run of a detector counts any more."""
    other = runs.alias()
    seen = exists().where(other.c.observation_id == runs.c.observation_id, other.c.detector == detector, other.c.counts)
    ours = (runs.c.detector == detector) & ~runs.c.counts & (runs.c.observation_id > after)
    chosen = select(runs.c.observation_id).distinct().where(ours, ~seen).order_by(runs.c.observation_id)
    return list(connection.scalars(chosen.limit(max(limit, 0))))


def find_runs(connection: Connection, *, observation_id: str, detector: str | None) -> list[RecordedRun]:
    """Return the runs on an observation, oldest first."""
    chosen = select(runs).where(runs.c.observation_id == observation_id).order_by(runs.c.at, runs.c.method_id)
    if detector is not None:
        chosen = chosen.where(runs.c.detector == detector)
    found = fetch(connection, chosen)
    ids = [detection_id for row in found for detection_id in row["detection_ids"]]
    known = {key: rows.detection_of(row) for key, row in rows_by_id(connection, detections, ids).items()}
    return [rows.run_of(row, known) for row in found]


def get_detection(connection: Connection, detection_id: str) -> Detection:
    """Return a detection."""
    chosen = select(detections).where(detections.c.id == detection_id)
    return rows.detection_of(fetch_one(connection, chosen, f"detection {detection_id}"))


def pending(connection: Connection, *, limit: int) -> list[Detection]:
    """Return detections that are not associated yet, in order of their start."""
    waiting = select(detections).where(detections.c.pending).order_by(detections.c.start, detections.c.id)
    return [rows.detection_of(row) for row in fetch(connection, waiting.limit(max(limit, 0)))]


def mark_associated(connection: Connection, ids: Sequence[str]) -> None:
    """Mark detections as associated. Raises `ConflictError` if one of them is already."""
    found = rows_by_id(connection, detections, ids)
    for detection_id in ids:
        if detection_id not in found:
            raise NotFoundError(f"no detection {detection_id}")
        if not found[detection_id]["pending"]:
            raise ConflictError(f"detection {detection_id} is associated already")
    for detection_id in sorted(set(ids)):
        connection.execute(update(detections).where(detections.c.id == detection_id).values(pending=False))
