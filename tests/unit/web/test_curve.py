from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.times import TimeRange
from helioscribe.sdk.testing import synthetic_light_curve
from helioscribe.web.drawings.curve import draw_curve
from helioscribe.web.drawings.score import draw_score

CURVE = synthetic_light_curve(minutes=60, flares=((20.0, 20.0),))


def series(values, name="score"):
    return ScoreSeries(times=CURVE.times, names=(name,), values=np.asarray(values, np.float32)[:, None])


def test_each_band_is_a_line_within_its_box():
    drawn = draw_curve(CURVE, CURVE.time_range)
    assert len(drawn.bands) == CURVE.rates.shape[1]
    for band in drawn.bands:
        points = np.array([pair.split() for pair in band.path.replace("L", "M").split("M")[1:]], float)
        assert points.min() >= 0
        assert (points.max(axis=0) <= [1000, 100]).all()


def test_a_gap_parts_the_line():
    good = np.ones(len(CURVE.times), bool)
    good[200:300] = False
    drawn = draw_curve(replace(CURVE, good=good), CURVE.time_range)
    assert drawn.bands[0].path.count("M") == 2
    (shade,) = drawn.missing
    assert (shade.x, shade.width) == pytest.approx((100 * 200 / 900, 100 * 99 / 900), abs=0.2)


@pytest.mark.parametrize(("threshold", "count"), [(None, 1), (0.1, 1), (3.0, 0)])
def test_what_reaches_the_threshold_is_shaded(threshold, count):
    values = np.full(len(CURVE.times), 0.05)
    values[300:400] = 2.0
    drawn = draw_score(series(values), CURVE.time_range, threshold=threshold)
    assert len(drawn.above) == count
    assert drawn.samples["scores"].count(2.0) == 100
    assert max(drawn.samples["scores"]) == 2.0


def test_lower_thresholds_lie_lower():
    values = np.linspace(0.1, 5, len(CURVE.times))
    heights = [draw_score(series(values), CURVE.time_range, threshold=one).y for one in (0.1, 1.0, 4.0)]
    assert heights == sorted(heights, reverse=True)
    assert draw_score(series(values / 5, "probability"), CURVE.time_range, threshold=0.25).y == 75


def test_a_score_without_a_threshold_is_not_drawn():
    values = np.full(len(CURVE.times), 1e-6)
    assert draw_score(series(values, "flux"), CURVE.time_range) is None
    later = TimeRange(start=CURVE.time_range.end + timedelta(hours=1), end=CURVE.time_range.end + timedelta(hours=2))
    assert draw_score(series(values), later) is None


def test_levels_of_goes_tell_the_classes_and_those_of_others_powers():
    rates = np.geomspace(3e-8, 3e-4, len(CURVE.times))[:, None].repeat(CURVE.rates.shape[1], axis=1)
    flux = replace(CURVE, counts=rates, unit="W / m2")
    told = {name: draw_curve(replace(flux, instrument=name), CURVE.time_range).levels for name in ("XRS", "EVE")}
    assert [level.label for level in told["XRS"]] == ["B 10⁻⁷", "C 10⁻⁶", "M 10⁻⁵", "X 10⁻⁴"]
    assert [level.label for level in told["EVE"]] == ["10⁻⁷", "10⁻⁶", "10⁻⁵", "10⁻⁴"]
