from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xray_support import DEFAULTS, curve

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import SolarImage
from helioscribe_xray_threshold.detector import create, goes_class
from helioscribe_xray_threshold.rise import Rule, find_flares, minute_means

RULE = Rule(rise=1.4, minutes=4, floor=0.0, significance=5.0, gap=10)


def found(series):
    values = np.asarray(series, float)
    return find_flares(values, np.zeros_like(values), RULE)


def test_a_flare_starts_with_its_rise_and_ends_at_half_decay():
    flare = found([1, 1, 1, 2, 3, 5, 9, 8, 6, 4.9, 3, 2])[0]
    assert (flare.start, flare.peak, flare.end, flare.clipped) == (2, 6, 9, False)


@pytest.mark.parametrize("series", [[1] * 50, [1, 2, 1, 2, 1, 2] * 8, np.linspace(1, 1.3, 50), [np.nan] * 20])
def test_quiet_wobbling_creeping_and_missing_flux_hold_no_flare(series):
    assert found(series) == []


def test_two_flares_are_two():
    one = [1, 1, 2, 4, 8, 6, 3, 1.5, 1]
    assert len(found(one + one)) == 2


def test_a_flare_that_the_data_cut_is_clipped():
    assert found([1, 1, 2, 4, 8, 9])[0].clipped


def test_a_long_hole_ends_a_flare():
    flare = found([1, 1, 2, 4, 8, 7.9] + [np.nan] * 12 + [7.5] * 5)[0]
    assert (flare.end, flare.clipped) == (5, True)


@given(st.lists(st.floats(1e-9, 1e-3), min_size=5, max_size=200))
def test_flares_are_in_order_and_keep_their_inner_order(series):
    flares = found(series)
    assert all(flare.start < flare.peak <= flare.end for flare in flares)
    assert all(before.end <= after.start + 1 for before, after in zip(flares, flares[1:], strict=False))


def test_minute_means_leave_out_bad_samples():
    times = np.datetime64("2020-01-01T00:00", "ns") + np.arange(6) * np.timedelta64(20, "s")
    minutes, means, numbers = minute_means(
        times, np.array([1.0, 2, 3, 4, 5, np.nan]), np.array([1, 1, 0, 1, 1, 1], bool)
    )
    assert minutes.size == 2
    assert means.tolist() == [1.5, 4.5]
    assert numbers.tolist() == [2, 2]


@pytest.mark.parametrize(
    ("flux", "name"), [(2.5e-5, "M2.5"), (9.99e-6, "C9.9"), (1.2e-3, "X12.0"), (3e-9, "A0.3"), (1e-4, "X1.0")]
)
def test_goes_classes_are_cut_not_rounded(flux, name):
    assert goes_class(flux) == name


def test_counting_noise_is_no_flare_and_a_step_of_the_attenuator_is_none():
    rng = np.random.default_rng(1)
    counts = rng.poisson(20, 600).astype(float)
    assert create(DEFAULTS).detect(curve(counts, unit="ct"), None).detections == ()
    stepped = curve([1, 1, 2, 4, 8, 8, 8, 8], attenuator=np.array([1, 1, 1, 0, 0, 0, 0, 0], np.uint8))
    assert create(DEFAULTS).detect(stepped, None).detections == ()


FLARE = np.array([1, 1, 2, 4, 8, 6, 3, 1.5, 1])


@pytest.mark.parametrize(("level", "flares"), [(2e-8, 0), (2e-7, 1)])
def test_irradiances_below_b1_open_no_flare(level, flares):
    assert len(create(DEFAULTS).detect(curve(FLARE * level), None).detections) == flares
    assert len(create(DEFAULTS | {"floor": 0.0}).detect(curve(FLARE * level), None).detections) == 1
    assert len(create(DEFAULTS).detect(curve(FLARE * level * 1e9, unit="ct"), None).detections) == 1


@pytest.mark.parametrize(("cut", "numbers"), [(27, [1, 1]), (35, [1, 0])])
def test_a_flare_across_midnight_is_clipped_in_both_files(cut, numbers):
    rise, decay = 1e-6 * 1.25 ** np.arange(10), 8e-6 * 0.95 ** np.arange(60)
    whole = curve(np.concatenate([np.full(20, 1e-6), rise, decay]))
    (one,) = create(DEFAULTS).detect(whole, None).detections
    parts = [
        create(DEFAULTS).detect(curve(whole.counts[part, 0], times=whole.times[part]), None).detections
        for part in (slice(0, cut), slice(cut, None))
    ]
    assert [len(part) for part in parts] == numbers
    assert all(found.clipped for part in parts for found in part)
    assert parts[0][0].time_range.start == one.time_range.start


@pytest.mark.parametrize(
    ("edges", "band"),
    [([[1.55, 12.4], [3.1, 24.8]], "1.55-12.4 keV"), ([[3, 6], [6, 12]], "6-12 keV"), ([[3, 6], [6, 7]], "3-6 keV")],
)
def test_the_band_is_the_softest_that_reaches_8_kev(edges, band):
    counts = np.column_stack([FLARE, FLARE]) * 1e-6
    one = replace(curve(FLARE), counts=counts, errors=np.full(counts.shape, np.nan), energies=np.array(edges, float))
    (found,) = create(DEFAULTS).detect(one, None).detections
    assert found.measurements["hs_band"] == band


def test_a_wrong_clock_is_refused():
    times = np.array(["2011-06-07", "2013-06-07"], "datetime64[ns]")
    with pytest.raises(InvalidInputError, match="400 days"):
        create(DEFAULTS).detect(curve([1e-6, 1e-6], times=times), None)


def test_an_image_is_refused():
    image = SolarImage(
        observatory="SDO",
        instrument="HMI",
        channel="magnetogram",
        time=np.datetime64("2020-01-01", "ns"),
        pixels=np.zeros((2, 2), np.float32),
        unit="G",
        header={},
        mask=np.zeros((2, 2), bool),
    )
    with pytest.raises(InvalidInputError, match="light curve"):
        create(DEFAULTS).detect(image, None)


def test_the_detections_of_a_curve_do_not_depend_on_its_scale():
    base = curve(np.array([1, 1, 1, 2, 3, 5, 9, 8, 6, 4.9, 3, 2]) * 1e-6)
    scaled = replace(base, counts=base.counts * 10)
    spans = [[d.time_range for d in create(DEFAULTS).detect(c, None).detections] for c in (base, scaled)]
    assert spans[0] == spans[1]
    assert len(spans[0]) == 1


def test_the_m_flare_of_7_june_2011_as_noaa_lists_it():
    """NOAA: begin 06:16, maximum 06:41, end 06:59, M2.5 (region 11226)."""
    readers = pytest.importorskip("helioscribe.ingest.readers")
    sunpy = pytest.importorskip("sunpy")
    path = Path(sunpy.__file__).parent / "data" / "test" / "go1520110607.fits"
    (flare,) = create(DEFAULTS).detect(readers.read_product(path).product, None).detections
    assert flare.measurements["fl_goescls"] == "M2.5"
    assert [f"{moment:%H:%M}" for moment in (flare.time_range.start, flare.peak_time)] == ["06:16", "06:41"]
    assert f"{flare.time_range.end:%H:%M}" in ("06:59", "07:00")
