import io
import struct
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from helioscribe.domain.coordinates import Box, Position
from helioscribe.domain.detection import Detection, ScoreSeries
from helioscribe.domain.times import TimeRange
from helioscribe.runtime.plots.image import draw_image
from helioscribe.runtime.plots.light_curve import draw_light_curve
from helioscribe.runtime.plots.thinning import thinned
from helioscribe.sdk.testing import synthetic_image, synthetic_light_curve
from support.factories import make_event, span

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def curve():
    return synthetic_light_curve(instrument="STIX")


def scores_of(curve, names=("score",)):
    values = np.repeat(curve.rates[:, :1] / 100, len(names), axis=1).astype(np.float32)
    return ScoreSeries(times=curve.times, names=names, values=values)


def event_in(curve, **changes):
    start = curve.time_range.start + curve.time_range.duration / 3
    times = {
        "event_starttime": start,
        "event_peaktime": start + timedelta(minutes=1),
        "event_endtime": start + timedelta(minutes=5),
    }
    return make_event(**times | changes)


def drawn(curve, **options):
    picture = io.BytesIO()
    draw_light_curve(curve, picture, form=options.pop("form", "png"), **options)
    return picture.getvalue()


@pytest.mark.parametrize("names", [None, ("score",), ("flux",), ("one", "two")])
@pytest.mark.parametrize("dark", [False, True])
def test_any_scores_are_drawn(curve, names, dark):
    scores = scores_of(curve, names) if names else None
    assert drawn(curve, scores=scores, events=[event_in(curve)], dark=dark).startswith(PNG)


def test_events_are_shaded_with_their_class(curve):
    text = drawn(curve, events=[event_in(curve, attributes={"fl_goescls": "M4.0"})], form="svg").decode()
    assert "<!-- M4.0 -->" in text
    assert "1 event" in text


def test_events_outside_of_what_is_shown_are_not_counted(curve):
    start = curve.time_range.start
    span = TimeRange(start=start, end=start + curve.time_range.duration / 10)
    assert "0 events" in drawn(curve, events=[event_in(curve)], span=span, form="svg").decode()


def test_curves_of_all_kinds_are_drawn(curve):
    n = curve.times.size
    everywhere = np.zeros(n, bool)
    for changed in (
        replace(curve, good=everywhere),
        replace(curve, counts=np.full_like(curve.counts, np.nan)),
        replace(curve, counts=np.zeros_like(curve.counts)),
        replace(curve, attenuator=np.ones(n, np.uint8)),
        replace(curve, unit="W / m2", counts=curve.counts * 1e-9),
        replace(curve, light_travel_time=-30.0),
    ):
        assert drawn(changed, scores=scores_of(curve)).startswith(PNG)


def test_one_sample_is_drawn(curve):
    names = ("times", "exposure", "counts", "errors", "live_fraction", "attenuator", "good")
    one = replace(curve, auxiliary={}, **{name: getattr(curve, name)[:1] for name in names})
    assert drawn(one, scores=scores_of(one)).startswith(PNG)


def test_thinning_keeps_every_peak_and_dip():
    times = np.datetime64("2022-01-01", "ns") + np.arange(100_000) * np.timedelta64(4, "s")
    values = np.ones((100_000, 1))
    values[12_345], values[77_777] = 1e6, 1e-6
    moments, shown = thinned(times, values, None, width=4.0)
    assert len(moments) < 5000
    assert (shown.max(), shown.min()) == (1e6, 1e-6)
    assert (np.diff(moments) > np.timedelta64(0, "ns")).all()


def test_no_line_bridges_a_gap():
    seconds = np.concatenate([np.arange(0, 400, 4), np.arange(4000, 4400, 4)])
    times = np.datetime64("2022-01-01", "ns") + seconds * np.timedelta64(1, "s")
    moments, shown = thinned(times, np.ones((200, 2)), None, width=4.0)
    (gap,) = np.flatnonzero(np.isnan(shown[:, 0]))
    assert times[99] < moments[gap] < times[100]


def test_a_small_part_of_an_image_is_shown_closely_beside_the_whole():
    header = {"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "RSUN_OBS": 960.0} | {
        f"{name}{axis}": value for axis in (1, 2) for name, value in (("CRPIX", 128.5), ("CDELT", 10.0), ("CRVAL", 0.0))
    }
    image, sizes = replace(synthetic_image(), header=header), {}
    for side in (40.0, 1500.0):
        box = Box(lower_left=Position(tx=-side / 2, ty=-side / 2), upper_right=Position(tx=side / 2, ty=side / 2))
        found = Detection(event_type="AR", time_range=span(0, 1), probability=0.9, box=box)
        for close in (True, False):
            drawn = io.BytesIO()
            draw_image(image, drawn, detections=[found], form="png", close=close)
            sizes[side, close] = struct.unpack(">II", drawn.getvalue()[16:24])
    assert sizes[40.0, True][0] > 1.5 * sizes[40.0, True][1]  # two, side by side
    assert sizes[1500.0, True] == sizes[1500.0, False] == sizes[40.0, False]
