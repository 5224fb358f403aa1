"""Converts dataclasses of the domain to rows of tables, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final, TypeVar

from sqlalchemy import RowMapping

from helioscribe.db.records import from_record, to_record
from helioscribe.db.search_columns import SEARCH_COLUMNS, search_values
from helioscribe.domain.coordinates import Observer
from helioscribe.domain.coverage import Coverage, CoverageState, CoveredSpan
from helioscribe.domain.detection import Detection, Method, Provenance
from helioscribe.domain.event import Event, EventStatus
from helioscribe.domain.failure import Failure
from helioscribe.domain.job import Job, JobError, JobKind, JobState
from helioscribe.domain.making import maker
from helioscribe.domain.model import Alias, AliasChange, ModelCard
from helioscribe.domain.observation import Observation
from helioscribe.domain.review import Review, Standing, SubjectKind, Verdict
from helioscribe.domain.times import TimeRange
from helioscribe.ports.catalogue import RecordedRun, Revision

__all__ = [
    "EVENT",
    "EVENT_COLUMNS",
    "change_of",
    "change_row",
    "coverage_of",
    "coverage_row",
    "detection_of",
    "detection_row",
    "event_from",
    "event_of",
    "event_rows",
    "event_values",
    "failure_of",
    "failure_row",
    "job_of",
    "job_row",
    "model_row",
    "observation_of",
    "observation_row",
    "plain_noun",
    "plain_row",
    "plain_values",
    "review_of",
    "review_row",
    "revision_of",
    "run_of",
    "run_row",
    "standing_of",
    "standing_row",
]

N = TypeVar("N")
Row = RowMapping
EVENT: Final = tuple(field.name for field in fields(Event))
"""Names of the fields of an event; the table has columns of the same names."""

_LISTS: Final = ("attributes", "status", "detection_ids", "observation_ids")
_PLAIN: Final = tuple(name for name in EVENT if name not in _LISTS)
_plain: Final = attrgetter(*_PLAIN)
_made: Final = maker(Event)
_STATUS, *_TUPLES = map(EVENT.index, ("status", "detection_ids", "observation_ids"))

EVENT_COLUMNS: Final = (*_PLAIN, *_LISTS, *SEARCH_COLUMNS)
"""Names of all columns of an event's row."""

_OBSERVATION: Final = tuple(field.name for field in fields(Observation) if field.name != "time_range")
_JOB: Final = tuple(field.name for field in fields(Job) if field.name != "error")


def _range(row: Row) -> TimeRange:
    return TimeRange(start=row["start"], end=row["end"])


def _span(time_range: TimeRange) -> dict[str, Any]:
    return {"start": time_range.start, "end": time_range.end}


def observation_row(observation: Observation) -> dict[str, Any]:
    """Return the row of an observation."""
    row = {name: getattr(observation, name) for name in _OBSERVATION} | _span(observation.time_range)
    return row | {"quality": list(observation.quality), "observer": to_record(observation.observer)}


def observation_of(row: Row) -> Observation:
    """Return the observation of a row."""
    values = {name: row[name] for name in _OBSERVATION}
    values |= {"quality": tuple(row["quality"]), "time_range": _range(row)}
    values["observer"] = from_record(Observer, row["observer"]) if row["observer"] else None
    return Observation(**values)


def detection_row(detection: Detection) -> dict[str, Any]:
    """Return the row of a detection that is not associated yet."""
    source, claim = detection.source, to_record(detection)
    return _span(detection.time_range) | {
        "id": detection.id,
        "event_type": detection.event_type,
        "peak": detection.peak_time,
        "probability": detection.probability,
        "detector": source.method.detector,
        "method_id": source.method.id,
        "model_sha256": source.method.model_sha256,
        "input_sha256": source.input_sha256,
        "observatory": source.observatory,
        "instrument": source.instrument,
        "provenance": claim.pop("provenance"),
        "claim": claim,
        "pending": True,
    }


def detection_of(row: Row) -> Detection:
    """Return the detection of a row."""
    return from_record(Detection, row["claim"]).by(from_record(Provenance, row["provenance"]))


def run_row(run: RecordedRun) -> dict[str, Any]:
    """Return the row of a run."""
    return {
        "observation_id": run.observation_id,
        "method_id": run.method.id,
        "detector": run.method.detector,
        "model_version": run.method.model_version,
        "counts": run.counts,
        "method": to_record(run.method),
        "detection_ids": [detection.id for detection in run.detections],
        "coverage": to_record(run.coverage),
        "scores_key": run.scores_key,
        "code_version": run.code_version,
        "at": run.at,
    }


def run_of(row: Row, detections: Mapping[str, Detection]) -> RecordedRun:
    """Return the run of a row; `detections` has its detections by id."""
    return RecordedRun(
        observation_id=row["observation_id"],
        method=from_record(Method, row["method"]),
        detections=tuple(detections[detection_id] for detection_id in row["detection_ids"]),
        coverage=tuple(from_record(Coverage, record) for record in row["coverage"]),
        scores_key=row["scores_key"],
        code_version=row["code_version"],
        at=row["at"],
        counts=row["counts"],
    )


def event_rows(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return the rows of events."""
    return [dict(zip(EVENT_COLUMNS, values, strict=True)) for values in event_values(events)]


def event_values(events: Sequence[Event]) -> Iterator[tuple[Any, ...]]:
    """Yield the values of `EVENT_COLUMNS` of each event."""
    for event, found in zip(events, search_values(events), strict=True):
        lists = (dict(event.attributes), event.status.value, list(event.detection_ids), list(event.observation_ids))
        yield *_plain(event), *lists, *found


def event_of(row: Row) -> Event:
    """Return the event of a row."""
    return event_from([row[name] for name in EVENT])


def event_from(values: list[Any]) -> Event:
    """Return the event with the values of `EVENT`, which are not checked again."""
    values[_STATUS] = EventStatus(values[_STATUS])
    for place in _TUPLES:
        values[place] = tuple(values[place])
    return _made(values)


def revision_of(row: Row) -> Revision:
    """Return the revision of a row of the log; without a record of its own, it has that of the present event."""
    then = row["then"]
    event = event_of(row) if then is None else from_record(Event, then)
    return Revision(cursor=row["cursor"], at=row["at"], reason=row["reason"], event=event)


def review_row(review: Review) -> dict[str, Any]:
    """Return the row of a review."""
    return plain_row(review) | {"id": review.id, "kind": review.kind.value, "verdict": review.verdict.value}


def review_of(row: Row) -> Review:
    """Return the review of a row."""
    return Review(**plain_values(Review, row) | {"kind": SubjectKind(row["kind"]), "verdict": Verdict(row["verdict"])})


def standing_row(standing: Standing) -> dict[str, Any]:
    """Return the row of a standing."""
    decision = standing.decision and standing.decision.value
    return plain_row(standing) | {"kind": standing.kind.value, "decision": decision}


def standing_of(row: Row) -> Standing:
    """Return the standing of a row."""
    decision = Verdict(row["decision"]) if row["decision"] else None
    return Standing(**plain_values(Standing, row) | {"kind": SubjectKind(row["kind"]), "decision": decision})


def coverage_row(coverage: Coverage) -> dict[str, Any]:
    """Return the row of a covered span."""
    return _span(coverage.span.time_range) | {
        "id": coverage.id,
        "detector": coverage.detector,
        "method_id": coverage.method_id,
        "observation_id": coverage.observation_id,
        "instrument": coverage.instrument,
        "state": coverage.span.state.value,
        "reason": coverage.span.reason,
    }


def coverage_of(row: Row) -> Coverage:
    """Return the covered span of a row."""
    span = CoveredSpan(time_range=_range(row), state=CoverageState(row["state"]), reason=row["reason"])
    names = ("detector", "method_id", "observation_id", "instrument")
    return Coverage(**{name: row[name] for name in names}, span=span)


def failure_row(failure: Failure) -> dict[str, Any]:
    """Return the row of a failure."""
    return plain_row(failure) | {"id": failure.id}


def failure_of(row: Row) -> Failure:
    """Return the failure of a row."""
    return plain_noun(Failure, row)


def job_row(job: Job) -> dict[str, Any]:
    """Return the row of a job, without the time of its last message."""
    row = {name: getattr(job, name) for name in _JOB}
    return row | {
        "kind": job.kind.value,
        "state": job.state.value,
        "group": job.group,
        "payload": dict(job.payload),
        "result": dict(job.result),
        "error_code": job.error and job.error.code,
        "error_message": job.error and job.error.message,
    }


def job_of(row: Row) -> Job:
    """Return the job of a row."""
    values = {name: row[name] for name in _JOB}
    values |= {"kind": JobKind(row["kind"]), "state": JobState(row["state"])}
    code = row["error_code"]
    return Job(**values, error=JobError(code=code, message=row["error_message"]) if code is not None else None)


def model_row(card: ModelCard) -> dict[str, Any]:
    """Return the row of a model card."""
    return {
        "name": card.name,
        "version": card.version,
        "sha256": card.sha256,
        "created": card.created,
        "card": to_record(card),
    }


def plain_row(noun: Any) -> dict[str, Any]:
    """Return the row of a dataclass whose table has columns of the same names."""
    return {field.name: getattr(noun, field.name) for field in fields(noun)}


def plain_noun(kind: type[N], row: Row) -> N:
    """Return the dataclass of a row with columns of the same names."""
    return kind(**plain_values(kind, row))


def plain_values(kind: Any, row: Row) -> dict[str, Any]:
    """Return the values of a row for the fields of a dataclass."""
    return {field.name: row[field.name] for field in fields(kind)}


def change_row(change: AliasChange) -> dict[str, Any]:
    """Return the row of a change of an alias."""
    return plain_row(change) | {"alias": change.alias.value}


def change_of(row: Row) -> AliasChange:
    """Return the change of an alias of a row."""
    return AliasChange(**plain_values(AliasChange, row) | {"alias": Alias(row["alias"])})
