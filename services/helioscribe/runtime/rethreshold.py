"""Events at another threshold, computed from stored scores without running the network again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from helioscribe.adapters.product_codec import decode_scores
from helioscribe.domain.association import associate
from helioscribe.domain.detection import Detection, Provenance, ScoreSeries
from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.observation import Observation
from helioscribe.domain.query import CountBy, EventQuery
from helioscribe.domain.sighting import Sighting
from helioscribe.domain.threshold import ScoredSpan, highest, spans_above
from helioscribe.domain.times import TimeRange, from_datetime64
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue, RecordedRun
from helioscribe.sdk.discovery import find_plugin

__all__ = ["PROVISIONAL", "SCORE", "at_threshold"]

PROVISIONAL = "hs_provisional"
"""Attribute of an event that exists only at the lower threshold and is not in the catalogue."""

SCORE = "hs_highest_score"
"""Attribute of the events that `at_threshold` returns: the highest score within them."""

_LARGEST = 256 << 20
_MOST_OBSERVATIONS = 2000
_MOST_EVENTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    """A run with its scores."""

    observation: Observation
    run: RecordedRun
    series: ScoreSeries


def at_threshold(
    catalogue: Catalogue, artifacts: ArtifactStore, query: EventQuery, threshold: float, *, column: str = ""
) -> list[Event]:
    """Return the events of a query as they would be at another threshold.

    Events of the catalogue are kept if the highest score within them reaches the threshold; an event without scores is
    kept if its probability does. Other spans of time that reach the threshold become provisional events.

    Parameters
    ----------
    catalogue, artifacts
        Stores of events and scores.
    query
        Must name one detector and a span of time.
    threshold
        Threshold, in the unit of the scores.
    column
        Name of the scores; by default the first column, the combined score of the detector.

    Raises
    ------
    InvalidInputError
        If the query has not one detector and a span, the span holds too many observations, or there is no such column.
    """
    if len(query.detectors) != 1 or query.time_range is None:
        raise InvalidInputError("a new threshold needs one detector, a start and an end")
    found = list(catalogue.search(replace(query, limit=_MOST_EVENTS, after=None)))
    scored = list(_scored(catalogue, artifacts, query.time_range, query.detectors[0]))
    scores: dict[str, float] = {}
    for one in scored:
        for detection in one.run.detections:
            score = highest(one.series, detection.time_range, column)
            if score is not None:
                scores[detection.id] = max(score, scores.get(detection.id, score))
    standing = [kept for event in found if (kept := _standing(event, scores, threshold))]
    chosen = standing + [event for event in _provisional(catalogue, scored, threshold, column) if query.holds(event)]
    chosen.sort(key=lambda event: (query.key(event), event.id), reverse=query.descending)
    return [event for event in chosen if query.precedes(event)][: max(query.limit, 0)]


def _scored(catalogue: Catalogue, artifacts: ArtifactStore, span: TimeRange, detector: str) -> Iterator[_Scored]:
    seen = catalogue.observations(time_range=span, limit=_MOST_OBSERVATIONS + 1)
    if len(seen) > _MOST_OBSERVATIONS:
        raise InvalidInputError(f"a new threshold needs a span with at most {_MOST_OBSERVATIONS} observations")
    for observation in seen:
        runs = [run for run in catalogue.runs(observation_id=observation.id, detector=detector) if run.scores_key]
        if runs:
            series = decode_scores(artifacts.get(runs[-1].scores_key, limit=_LARGEST))
            yield _Scored(observation=observation, run=runs[-1], series=series)


def _standing(event: Event, scores: dict[str, float], threshold: float) -> Event | None:
    known = [scores[one] for one in event.detection_ids if one in scores]
    score = max(known) if known else event.event_probability
    if score is None or score < threshold:
        return None
    return replace(event, attributes={**event.attributes, SCORE: score})


def _provisional(catalogue: Catalogue, scored: Sequence[_Scored], threshold: float, column: str) -> list[Event]:
    sightings = []
    for one in scored:
        kind = _kind(catalogue, one.run)
        for span in spans_above(one.series, threshold, column):
            known = any(detection.time_range.overlaps(span.time_range) for detection in one.run.detections)
            if kind and not known:
                sightings.append(Sighting.of(_detection(one, span, kind), one.run.at))
    changes = associate(sightings, ())
    return [replace(change.event, attributes={**change.event.attributes, PROVISIONAL: True}) for change in changes]


def _kind(catalogue: Catalogue, run: RecordedRun) -> str:
    """Return the event type of a detector: its most frequent one, or the first of its manifest; empty if unknown."""
    if run.detections:
        return run.detections[0].event_type
    counts = catalogue.counts(EventQuery(detectors=(run.method.detector,)), by=(CountBy.TYPE,))
    if counts:
        return max(counts, key=lambda keys: counts[keys])[0]
    with suppress(NotFoundError):
        manifest = find_plugin(run.method.detector).manifest
        return manifest.event_types[0] if manifest and manifest.event_types else ""
    return ""


def _detection(scored: _Scored, span: ScoredSpan, kind: str) -> Detection:
    seen = scored.observation
    source = Provenance(
        method=scored.run.method,
        observation_ids=(seen.id,),
        input_sha256=seen.product_sha256,
        observatory=seen.observatory,
        instrument=seen.instrument,
        channel=seen.channel,
        observer=seen.observer,
        light_travel_time=seen.light_travel_time,
        code_version=scored.run.code_version,
    )
    return Detection(
        event_type=kind,
        time_range=span.time_range,
        peak_time=from_datetime64(span.peak_time),
        measurements={SCORE: span.score},
        provenance=source,
    )
