"""The catalogue at another threshold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.adapters.memory import MemoryCatalogue, MemoryModels
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.adapters.product_codec import encode_scores
from helioscribe.catalogue.handlers import AssociationHandler
from helioscribe.catalogue.sides import ModelFollower
from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.query import EventQuery
from helioscribe.domain.threshold import highest, spans_above
from helioscribe.domain.times import to_datetime64
from helioscribe.ports.artifacts import artifact_key
from helioscribe.runtime.rethreshold import PROVISIONAL, SCORE, at_threshold
from support.factories import at, make_detection, make_observation, make_run, span


def series(scores) -> ScoreSeries:
    """Scores of every minute of the day."""
    times = to_datetime64(at()) + np.arange(len(scores)) * np.timedelta64(60, "s")
    return ScoreSeries(
        times=times.astype("datetime64[ns]"),
        names=("score", "network"),
        values=np.column_stack([scores, scores]).astype(np.float32),
    )


class Context:
    def check(self) -> None:
        pass


@pytest.fixture
def stored():
    """A day with a flare that was found, score 3, and a weaker one that was not, score 0.7; a gap without scores."""
    scores = np.zeros(1440)
    scores[680:720], scores[100:110], scores[300:400] = 3.0, 0.7, np.nan
    scores[105] = 0.8
    artifacts, catalogue = MemoryArtifacts(), MemoryCatalogue()
    key = artifact_key("scores", "a" * 64, ".safetensors")
    artifacts.put(key, encode_scores(series(scores)))
    catalogue.add_observation(make_observation())
    catalogue.record_run(
        make_run(detections=(make_detection(680, 720).by(make_run().detections[0].source),), scores_key=key)
    )
    AssociationHandler(catalogue=catalogue, sides=ModelFollower(catalogue, MemoryModels())).run(Context())
    return catalogue, artifacts


QUERY = EventQuery(detectors=("stix-lstm",), time_range=span())


def test_a_higher_threshold_leaves_out_what_is_below_it(stored) -> None:
    assert len(at_threshold(*stored, QUERY, 3.0)) == 1
    assert at_threshold(*stored, QUERY, 3.1) == []


def test_a_lower_threshold_shows_more_in_the_earths_time(stored) -> None:
    found = at_threshold(*stored, QUERY, 0.6)
    assert [event.attributes.get(PROVISIONAL, False) for event in found] == [True, False]
    weak, strong = found
    assert weak.event_type == "FL"
    assert (weak.event_starttime - at(100)).total_seconds() == pytest.approx(338.4)
    assert (weak.event_peaktime - at(105)).total_seconds() == pytest.approx(338.4)
    assert weak.attributes[SCORE] == pytest.approx(0.8)
    kept = stored[0].event(strong.id)
    assert kept.time_range == strong.time_range
    with pytest.raises(Exception, match=weak.id):
        stored[0].event(weak.id)


def test_nothing_is_written_and_the_query_still_counts(stored) -> None:
    before = len(stored[0].watch())
    assert [
        event.event_type
        for event in at_threshold(*stored, EventQuery(detectors=("stix-lstm",), time_range=span(0, 300)), 0.6)
    ] == ["FL"]
    assert (
        at_threshold(*stored, EventQuery(detectors=("stix-lstm",), time_range=span(), event_types=("AR",)), 0.6) == []
    )
    assert len(stored[0].watch()) == before


@pytest.mark.parametrize(
    "query", [EventQuery(), EventQuery(detectors=("a", "b"), time_range=span()), EventQuery(detectors=("a",))]
)
def test_one_detector_and_a_span_are_needed(stored, query) -> None:
    with pytest.raises(InvalidInputError, match="needs"):
        at_threshold(*stored, query, 1.0)


def test_scores_that_there_are_not(stored) -> None:
    with pytest.raises(InvalidInputError, match="score, network"):
        at_threshold(*stored, QUERY, 1.0, column="forest")


@given(
    st.lists(st.floats(0, 1, width=32) | st.just(float("nan")), min_size=1, max_size=60),
    st.floats(0, 1, width=32),
    st.floats(0, 1, width=32),
)
def test_spans_hold_just_the_samples_that_reach_the_threshold(scores, low, high) -> None:
    found = series(np.array(scores))
    low, high = sorted((low, high))
    for threshold in (low, high):
        spans = spans_above(found, threshold)
        reached = {
            time for time, score in zip(found.times, found.values[:, 0], strict=True) if score >= np.float32(threshold)
        }
        inside = {
            time
            for time in found.times
            for one in spans
            if to_datetime64(one.time_range.start) <= time <= to_datetime64(one.time_range.end)
        }
        assert reached <= inside
        assert all(highest(found, one.time_range) == one.score >= np.float32(threshold) for one in spans)
    wide, narrow = spans_above(found, low), spans_above(found, high)
    assert all(
        any(
            outer.time_range.start <= one.time_range.start and one.time_range.end <= outer.time_range.end
            for outer in wide
        )
        for one in narrow
    )


def test_a_detector_that_found_nothing_yet_is_known_by_its_manifest() -> None:
    artifacts, catalogue = MemoryArtifacts(), MemoryCatalogue()
    key = artifact_key("scores", "c" * 64, ".safetensors")
    artifacts.put(key, encode_scores(series(np.full(1440, 0.5))))
    catalogue.add_observation(make_observation())
    catalogue.record_run(make_run(detections=(), scores_key=key))
    assert [event.event_type for event in at_threshold(catalogue, artifacts, QUERY, 0.4)] == ["FL"]
