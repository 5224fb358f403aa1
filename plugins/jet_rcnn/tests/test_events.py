"""When and where: events from score series, boxes from maps."""

import numpy as np
import pytest

from helioscribe.domain.detection import ScoreSeries
from helioscribe_jet_rcnn._events import COLUMNS, events_of
from helioscribe_jet_rcnn._frames import SIDE, Fitted
from helioscribe_jet_rcnn._place import boxes, sky

START = np.datetime64("2014-01-01T00:00:00", "ns")
HEADER = {"CRPIX1": 1.0, "CRPIX2": 1.0, "CRVAL1": 100.0, "CRVAL2": -200.0, "CDELT1": 2.0, "CDELT2": 3.0}


def series(probability, evidence, box=(0, 0, 10, 10)):
    values = np.column_stack([probability, evidence, np.tile(box, (len(evidence), 1))]).astype(np.float32)
    return ScoreSeries(times=START + np.arange(len(evidence)) * np.timedelta64(24, "s"), names=COLUMNS, values=values)


def events(scores, **changes):
    return events_of(scores, {"threshold": 0.5, "extent": 0.5, "separation": 2.0} | changes)


def seconds(moment):
    return (moment.replace(tzinfo=None) - START.astype("datetime64[s]").item()).total_seconds()


def test_an_event_lasts_as_long_as_its_evidence():
    evidence = np.full(60, 0.05)
    evidence[20:26] = [0.5, 0.8, 0.9, 0.8, 0.6, 0.5]
    (one,) = events(series(np.full(60, 0.9), evidence))
    assert seconds(one.time_range.start) == 19 * 24
    assert seconds(one.peak_time) == 22 * 24
    assert seconds(one.time_range.end) == 26 * 24
    assert one.event_type == "CJ"
    assert not one.clipped


def test_windows_next_to_each_other_make_one_event():
    probability = np.zeros(60)
    probability[5:50] = 0.8
    evidence = np.full(60, 0.3)
    assert len(events(series(probability, evidence))) == 1


def test_two_peaks_far_apart_are_two_events_and_near_ones_are_one():
    evidence = np.full(60, 0.05)
    evidence[10:12] = evidence[40:42] = 0.9
    scores = series(np.ones(60), evidence)
    assert len(events(scores)) == 2
    assert len(events(scores, separation=30.0)) == 1


def test_a_new_threshold_needs_only_the_series():
    scores = series(np.full(30, 0.4), np.full(30, 0.4))
    assert events(scores) == ()
    assert len(events(scores, threshold=0.3)) == 1


def test_an_event_at_the_edge_is_clipped():
    evidence = np.full(30, 0.01)
    evidence[:3] = 0.8
    (one,) = events(series(np.ones(30), evidence))
    assert one.clipped


def test_the_box_grows_with_the_frames_that_touch_it():
    scores = series(np.ones(20), np.full(20, 0.8))
    scores.values[5, 2:6] = (8, 8, 30, 12)
    scores.values[6, 2:6] = (100, 100, 110, 110)
    scores.values[4, 1] = 0.9
    (one,) = events(scores)
    assert (one.box.lower_left.tx, one.box.lower_left.ty) == (0, 0)
    assert (one.box.upper_right.tx, one.box.upper_right.ty) == (30, 12)


@pytest.mark.parametrize(("rows", "columns"), [(100, 160), (160, 100), (166, 166)])
def test_a_lit_cell_is_boxed_where_it_lies(rows, columns):
    fit = Fitted(rows, columns)
    place = np.zeros((1, 20, 20), np.float32)
    place[0, 10, 8:10] = 0.9
    place[0, 2, 18] = 0.8
    (box,) = boxes(place, fit, (HEADER,))
    cell = SIDE / 20
    west = [100 + ((at * cell - fit.left) / fit.scale - 0.5) * 2 for at in (8, 10)]
    north = [-200 + ((at * cell - fit.below) / fit.scale - 0.5) * 3 for at in (10, 11)]
    assert box == pytest.approx([west[0], north[0], west[1], north[1]], abs=1e-3)


def test_a_box_never_leaves_the_field():
    place = np.ones((1, 20, 20), np.float32)
    (box,) = boxes(place, Fitted(100, 160), (HEADER,))
    assert box == pytest.approx([99, -201.5, 99 + 320, -201.5 + 300], abs=1)


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (30.5, 70.25)])
def test_positions_are_those_of_astropy(x, y):
    from astropy.wcs import WCS

    header = HEADER | {
        "CTYPE1": "HPLN-TAN",
        "CTYPE2": "HPLT-TAN",
        "CUNIT1": "arcsec",
        "CUNIT2": "arcsec",
        "CDELT2": 2.0,
    }
    header |= {"PC1_1": np.cos(0.3), "PC1_2": -np.sin(0.3), "PC2_1": np.sin(0.3), "PC2_2": np.cos(0.3)}
    west, north = (value * 3600 for value in WCS(header).wcs_pix2world([[x - 0.5, y - 0.5]], 0)[0])
    west = (west + 648_000) % 1_296_000 - 648_000
    assert sky(header, x, y) == pytest.approx((west, north), abs=0.02)
