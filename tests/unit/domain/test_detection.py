"""What a detector claims."""

from dataclasses import replace

import numpy as np
import pytest

from helioscribe.domain.coordinates import Box, Position
from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.errors import InvalidInputError
from support.factories import at, make_detection, make_method, make_provenance, span

NAN = float("nan")


class TestIdentity:
    def test_same_input_method_and_claim_same_id(self) -> None:
        assert make_detection().id == make_detection(probability=0.5, measurements={}).id

    def test_another_claim_is_another_detection(self) -> None:
        box = Box(lower_left=Position(tx=0.0, ty=0.0), upper_right=Position(tx=1.0, ty=1.0))
        claims = [
            make_detection(),
            make_detection(681.0),
            make_detection(680.0, 721.0),
            make_detection(event_type="CJ"),
            make_detection(peak_time=None),
            make_detection(box=box),
            make_detection(provenance=make_provenance(input_sha256="0" * 64)),
            make_detection(provenance=make_provenance(method=make_method(parameters={}))),
        ]
        assert len({claim.id for claim in claims}) == len(claims)

    def test_names_of_a_method_do_not_matter_its_numbers_do(self) -> None:
        assert make_method(name="x", contact="y", url="z", institute="i", model_version="v").id == make_method().id
        changed = [{"detector": "x"}, {"version": "2"}, {"model_sha256": "0"}, {"parameters": {"threshold": 5.5}}]
        assert len({make_method(**change).id for change in changed} | {make_method().id}) == 5

    def test_without_provenance_there_is_none(self) -> None:
        bare = make_detection(provenance=None)
        with pytest.raises(InvalidInputError, match="provenance"):
            assert bare.id
        assert bare.by(make_provenance()).id == make_detection().id


@pytest.mark.parametrize("minute", [679.0, 721.0])
def test_peak_lies_within(minute: float) -> None:
    with pytest.raises(InvalidInputError, match="peak"):
        make_detection(peak_time=at(minute))


@pytest.mark.parametrize("probability", [-0.1, 1.1, NAN])
def test_probability(probability: float) -> None:
    with pytest.raises(InvalidInputError, match="probability"):
        make_detection(probability=probability)


def test_times_have_a_zone() -> None:
    with pytest.raises(InvalidInputError, match="zone"):
        make_detection(time_range=replace(span(), start=at().replace(tzinfo=None)))


@pytest.mark.parametrize(
    "changes",
    [
        {"measurements": {"hs_rate": NAN}},
        {"measurements": {"hs_rate": float("inf")}},
        {"measurements": {"hs_rate": np.float32(1)}},
        {"measurements": {"hs_rate": [1.0]}},
        {"position": Position(tx=NAN, ty=0.0)},
        {"polygon": (Position(tx=0.0, ty=NAN),)},
        {"box": Box(lower_left=Position(tx=0.0, ty=0.0), upper_right=Position(tx=NAN, ty=0.0))},
    ],
)
def test_numbers_are_finite_and_plain(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match="expected"):
        make_detection(**changes)


def test_scores_have_one_column_a_name() -> None:
    times = np.arange(3).astype("datetime64[ns]")
    ScoreSeries(times=times, names=("a", "b"), values=np.zeros((3, 2), np.float32))
    with pytest.raises(InvalidInputError, match="shape"):
        ScoreSeries(times=times, names=("a",), values=np.zeros((3, 2), np.float32))
