"""What every `Catalogue` does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.ports.catalogue import Catalogue
from support.factories import (
    at,
    make_coverage,
    make_detection,
    make_failure,
    make_method,
    make_observation,
    make_provenance,
    make_run,
    span,
)

OBSERVATION = make_observation()


def failed(**changes):
    return make_coverage(span=CoveredSpan(time_range=span(), state=CoverageState.FAILED, reason="NaN"), **changes)


def ids(found):
    return [one.id for one in found]


class TestObservations:
    def test_comes_back_as_it_was(self, catalogue: Catalogue) -> None:
        bare = make_observation("bare", observer=None, light_travel_time=None, quality=(), complete=False)
        for observation in (OBSERVATION, bare):
            assert catalogue.add_observation(observation)
            assert catalogue.observation(observation.id) == observation

    def test_same_bytes_change_nothing(self, catalogue: Catalogue) -> None:
        catalogue.add_observation(OBSERVATION)
        assert not catalogue.add_observation(replace(OBSERVATION, name="another name"))
        assert catalogue.observation(OBSERVATION.id) == OBSERVATION

    def test_more_than_four_gigabytes(self, catalogue: Catalogue) -> None:
        catalogue.add_observation(replace(OBSERVATION, size=5 << 30))
        assert catalogue.observation(OBSERVATION.id).size == 5 << 30

    def test_unknown(self, catalogue: Catalogue) -> None:
        with pytest.raises(NotFoundError, match="obs-nope"):
            catalogue.observation("obs-nope")

    def test_found_by_span_and_instrument_in_order(self, catalogue: Catalogue) -> None:
        late = make_observation("late", time_range=span(600, 660))
        early = make_observation("early", time_range=span(0, 60))
        hmi = make_observation("hmi", time_range=span(30, 40), instrument="HMI")
        for observation in (late, hmi, early):
            catalogue.add_observation(observation)
        assert ids(catalogue.observations()) == [early.id, hmi.id, late.id]
        assert ids(catalogue.observations(time_range=span(60, 599))) == [early.id]
        assert ids(catalogue.observations(time_range=span(61, 600))) == [late.id]
        assert ids(catalogue.observations(instrument="HMI")) == [hmi.id]
        assert ids(catalogue.observations(limit=1)) == [early.id]
        assert catalogue.observations(limit=0) == catalogue.observations(limit=-1) == []


class TestRuns:
    def test_is_recorded_whole(self, catalogue: Catalogue) -> None:
        catalogue.add_observation(OBSERVATION)
        run = make_run()
        assert catalogue.record_run(run) == 1
        assert catalogue.runs(observation_id=OBSERVATION.id) == [run]
        assert catalogue.detection(run.detections[0].id) == run.detections[0]
        assert catalogue.pending_detections() == list(run.detections)
        assert catalogue.coverage() == list(run.coverage)

    def test_the_same_twice_changes_nothing(self, catalogue: Catalogue) -> None:
        catalogue.add_observation(OBSERVATION)
        catalogue.record_run(make_run())
        assert catalogue.record_run(make_run(at=at(2000))) == 0
        assert catalogue.runs(observation_id=OBSERVATION.id) == [make_run()]
        assert len(catalogue.pending_detections()) == 1

    def test_a_repeated_run_does_not_bring_associated_detections_back(self, catalogue: Catalogue) -> None:
        catalogue.add_observation(OBSERVATION)
        catalogue.record_run(make_run())
        catalogue.apply([], associated=ids(catalogue.pending_detections()))
        catalogue.record_run(make_run())
        assert catalogue.pending_detections() == []

    def test_unknown_observation_leaves_nothing(self, catalogue: Catalogue) -> None:
        with pytest.raises(NotFoundError, match=OBSERVATION.id):
            catalogue.record_run(make_run())
        assert catalogue.pending_detections() == []
        assert catalogue.coverage() == []

    def test_detection_of_another_method_is_refused(self, catalogue: Catalogue) -> None:
        catalogue.add_observation(OBSERVATION)
        with pytest.raises(InvalidInputError, match="another method"):
            catalogue.record_run(make_run(method=make_method(version="2.0.0"), coverage=()))
        assert catalogue.runs(observation_id=OBSERVATION.id) == []

    def test_detection_without_provenance_is_refused(self, catalogue: Catalogue) -> None:
        catalogue.add_observation(OBSERVATION)
        with pytest.raises(InvalidInputError, match="provenance"):
            catalogue.record_run(make_run(detections=(make_detection(provenance=None),)))

    def test_detections_with_all_and_with_nothing(self, catalogue: Catalogue) -> None:
        from helioscribe.domain.coordinates import Box, Position

        catalogue.add_observation(OBSERVATION)
        corner, other = Position(tx=-100.5, ty=20.25), Position(tx=10.0, ty=40.0)
        full = make_detection(0, 1, position=corner, box=Box(lower_left=corner, upper_right=other), clipped=True)
        full = replace(full, polygon=(corner, other, Position(tx=0.0, ty=0.0)))
        bare = make_detection(2, 3, peak_time=None, probability=None, measurements={})
        bare = bare.by(make_provenance(observer=None, light_travel_time=None, observation_ids=()))
        catalogue.record_run(make_run(detections=(full, bare)))
        assert catalogue.pending_detections() == [full, bare]

    def test_two_observations_of_the_same_product_share_detections(self, catalogue: Catalogue) -> None:
        twin = make_observation("the same, not compressed", product_sha256=OBSERVATION.product_sha256)
        catalogue.add_observation(OBSERVATION)
        catalogue.add_observation(twin)
        assert catalogue.record_run(make_run()) == 1
        assert catalogue.record_run(make_run(twin)) == 0
        assert ids(catalogue.runs(observation_id=twin.id)[0].detections) == ids(make_run().detections)

    def test_found_by_detector_oldest_first(self, catalogue: Catalogue) -> None:
        catalogue.add_observation(OBSERVATION)
        versions = [make_method(version=f"{number}.0") for number in range(3)]
        other = make_method(detector="xray-threshold")
        for hour, method in zip((3, 1, 2, 0), (*versions, other), strict=True):
            catalogue.record_run(make_run(method=method, detections=(), coverage=(), at=at(hour * 60)))
        found = catalogue.runs(observation_id=OBSERVATION.id, detector="stix-lstm")
        assert [run.method.version for run in found] == ["1.0", "2.0", "0.0"]
        assert len(catalogue.runs(observation_id=OBSERVATION.id)) == 4

    def test_success_replaces_the_coverage_of_failures(self, catalogue: Catalogue) -> None:
        catalogue.add_observation(OBSERVATION)
        others = [failed(detector="xray-threshold"), failed(observation_id="obs-other")]
        catalogue.add_coverage([failed(method_id=""), failed(), *others])
        catalogue.record_run(make_run())
        assert sorted(ids(catalogue.coverage())) == sorted(ids([*others, make_coverage()]))
        states = {one.span.state for one in catalogue.coverage(observation_id=OBSERVATION.id, detector="stix-lstm")}
        assert states == {CoverageState.PROCESSED}

    def test_pending_come_by_time_up_to_a_limit(self, catalogue: Catalogue) -> None:
        catalogue.add_observation(OBSERVATION)
        late, early = make_detection(700, 710), make_detection(100, 110)
        catalogue.record_run(make_run(detections=(late, early)))
        assert catalogue.pending_detections() == [early, late]
        assert catalogue.pending_detections(limit=1) == [early]

    def test_unknown_detection(self, catalogue: Catalogue) -> None:
        with pytest.raises(NotFoundError, match="det-nope"):
            catalogue.detection("det-nope")

    def test_recorded_once_by_many_at_the_same_time(self, catalogue: Catalogue) -> None:
        catalogue.add_observation(OBSERVATION)
        run = make_run(detections=tuple(make_detection(start, start + 5) for start in range(0, 100, 10)))
        start = Barrier(6)

        def record(_):
            start.wait()
            return catalogue.record_run(run)

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(record, range(6))) == [0, 0, 0, 0, 0, 10]
        assert len(catalogue.pending_detections()) == 10


class TestUnseen:
    def test_what_no_run_counts_of(self, catalogue: Catalogue) -> None:
        """Observations of runs that all no longer count, page by page; those of other detectors do not matter."""
        first, second = (make_method(model_version=version) for version in ("1", "2"))
        other = make_method(detector="other", model_version="1")
        days = sorted((make_observation(str(day)) for day in range(5)), key=lambda one: one.id)
        for one in days:
            catalogue.add_observation(one)
        for one, method in [(days[0], first), *((day, second) for day in days[:4]), (days[1], other)]:
            catalogue.record_run(make_run(one, method=method, detections=(), coverage=()))
        assert catalogue.unseen("stix-lstm") == []
        catalogue.sideline("stix-lstm", ["2"])
        unseen = [one.id for one in days[1:4]]
        assert catalogue.unseen("stix-lstm") == unseen
        assert catalogue.unseen("stix-lstm", limit=2) == unseen[:2]
        assert catalogue.unseen("stix-lstm", after=unseen[1]) == unseen[2:]
        assert catalogue.unseen("other") == []
        catalogue.sideline("stix-lstm", [])
        assert catalogue.unseen("stix-lstm") == []


class TestCoverage:
    def test_found_by_detector_span_and_observation(self, catalogue: Catalogue) -> None:
        def covered(start, end, **changes):
            return make_coverage(
                span=CoveredSpan(time_range=span(start, end), state=CoverageState.PROCESSED), **changes
            )

        late, early = covered(60, 120), covered(0, 60)
        other = covered(30, 90, detector="xray-threshold", observation_id="obs-2")
        catalogue.add_coverage([late, other, early])
        assert catalogue.coverage() == [early, other, late]
        assert catalogue.coverage(detector="stix-lstm") == [early, late]
        assert catalogue.coverage(observation_id="obs-2") == [other]
        assert catalogue.coverage(time_range=span(91, 100)) == [late]

    def test_again_changes_only_the_state(self, catalogue: Catalogue) -> None:
        catalogue.add_coverage([failed(), failed()])
        catalogue.add_coverage([make_coverage()])
        assert catalogue.coverage() == [make_coverage()]
        catalogue.add_coverage([])


class TestFailures:
    def test_again_moves_only_its_time(self, catalogue: Catalogue) -> None:
        catalogue.add_failure(make_failure())
        catalogue.add_failure(make_failure(at=at(10), message="other words"))
        assert catalogue.failures() == [make_failure(at=at(10))]

    def test_newest_first(self, catalogue: Catalogue) -> None:
        for minute in (5, 20, 10):
            catalogue.add_failure(make_failure(subject=f"{minute}.fits", at=at(minute)))
        assert [one.subject for one in catalogue.failures()] == ["20.fits", "10.fits", "5.fits"]
        assert [one.subject for one in catalogue.failures(limit=1)] == ["20.fits"]

    def test_cleared_for_one_subject_in_one_stage(self, catalogue: Catalogue) -> None:
        kept = [make_failure(stage="detect"), make_failure(subject="other.fits")]
        for failure in (make_failure(), make_failure(code="internal"), *kept):
            catalogue.add_failure(failure)
        catalogue.clear_failure(stage="ingest", subject="broken.fits")
        assert sorted(ids(catalogue.failures())) == sorted(ids(kept))
        catalogue.clear_failure(stage="ingest", subject="broken.fits")

    @pytest.mark.parametrize("subject", ["\udcff\udcfe.fits", "a\0b.fits", "Größe ☉.fits"])
    def test_a_hostile_name_is_entered_too(self, catalogue: Catalogue, subject: str) -> None:
        catalogue.add_failure(make_failure(subject=subject, message=f"{subject}: no FITS"))
        catalogue.add_failure(make_failure(subject=subject, at=at(5)))
        assert [one.at for one in catalogue.failures()] == [at(5)]
        catalogue.clear_failure(stage="ingest", subject=subject)
        assert catalogue.failures() == []
