"""Observations and coverage."""

import dataclasses

import pytest

from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.domain.observation import observation_id
from support.factories import make_coverage, make_observation, span


def test_same_bytes_same_id() -> None:
    assert (
        make_observation("a").id
        == make_observation("a", name="another").id
        == observation_id(make_observation("a").sha256)
    )
    assert make_observation("a").id != make_observation("b").id


def test_is_immutable() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_observation().name = "x"  # type: ignore[misc]


def test_coverage_is_one_record_whatever_its_state() -> None:
    failed = CoveredSpan(time_range=span(), state=CoverageState.FAILED, reason="NaN")
    assert make_coverage(span=failed).id == make_coverage().id
    half = CoveredSpan(time_range=span(0, 720), state=CoverageState.PROCESSED)
    others = [
        make_coverage(span=half),
        make_coverage(method_id=""),
        make_coverage(detector="x"),
        make_coverage(observation_id="x"),
    ]
    assert len({one.id for one in [*others, make_coverage()]}) == 5
