"""Products: what they refuse, and what sunpy makes of them."""

from dataclasses import replace

import astropy.units as u
import numpy as np
import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.testing import synthetic_image, synthetic_light_curve, synthetic_sequence

CURVE = synthetic_light_curve(minutes=2)
IMAGE = synthetic_image(size=8)
SEQUENCE = synthetic_sequence(frames=3, size=8)
NAT = np.datetime64("NaT", "ns")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"times": CURVE.times[::-1]}, "times do not increase"),
        ({"times": np.repeat(CURVE.times[:1], CURVE.times.size)}, "times do not increase"),
        ({"times": np.where(CURVE.times == CURVE.times[5], NAT, CURVE.times)}, "a time is missing"),
        ({"times": CURVE.times.astype("datetime64[s]")}, r"expected times as datetime64\[ns\]"),
        ({"times": CURVE.times[:0]}, "expected times of shape"),
        ({"counts": CURVE.counts[:, :4]}, "expected counts of shape"),
        ({"energies": CURVE.energies[:, 0]}, "expected counts of shape"),
        ({"good": CURVE.good[1:]}, "expected good of shape"),
        ({"auxiliary": {"temperature": np.zeros(3)}}, "expected temperature of shape"),
    ],
)
def test_a_light_curve_refuses_what_does_not_fit(changes, said) -> None:
    with pytest.raises(InvalidInputError, match=said):
        replace(CURVE, **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pixels": IMAGE.pixels[None]}, "expected pixels of shape"),
        ({"mask": IMAGE.mask[1:]}, "expected mask of shape"),
        ({"time": NAT}, "a time is missing"),
        ({"exposure": -1.0}, "expected an exposure of 0 to 86400 s"),
        ({"exposure": float("nan")}, "expected an exposure of 0 to 86400 s"),
    ],
)
def test_an_image_refuses_what_does_not_fit(changes, said) -> None:
    with pytest.raises(InvalidInputError, match=said):
        replace(IMAGE, **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pixels": SEQUENCE.pixels[:2]}, "expected pixels of shape"),
        ({"headers": SEQUENCE.headers[:2]}, "expected 3 headers, got 2"),
        ({"times": SEQUENCE.times[[1, 0, 2]]}, "times do not increase"),
    ],
)
def test_a_sequence_refuses_what_does_not_fit(changes, said) -> None:
    with pytest.raises(InvalidInputError, match=said):
        replace(SEQUENCE, **changes)


def test_a_span_reaches_over_whole_bins_and_exposures() -> None:
    first, last = (CURVE.times[[0, -1]] - CURVE.times[0]) / np.timedelta64(1, "s")
    assert CURVE.time_range.duration.total_seconds() == last - first + 4.0
    exposed = replace(IMAGE, exposure=3.0)
    assert exposed.time_range.duration.total_seconds() == 3.0
    assert exposed.time_range.contains(IMAGE.time_range.start)


def test_rates_are_those_of_the_live_time() -> None:
    live = np.full(CURVE.times.size, 0.5)
    live[3] = 0.0
    rates = replace(CURVE, live_fraction=live).rates
    assert np.isnan(rates[3]).all()
    assert np.allclose(rates[4:], CURVE.counts[4:] / 2.0)


@pytest.mark.parametrize(("unit", "column"), [("ct", u.ct / u.s), ("W / m2", u.W / u.m**2)])
def test_a_time_series_of_sunpy_has_the_rates_in_their_unit(unit, column) -> None:
    curve = replace(CURVE, unit=unit)
    series = curve.to_timeseries()
    assert set(series.units.values()) == {column}
    assert series.columns == list(curve.band_names)
    assert np.array_equal(series.to_dataframe().to_numpy(), curve.rates)
    assert series.time[0].utc.isot.startswith("2022-03-01T00:00:02")


def test_a_map_of_sunpy_has_the_pixels_their_unit_and_mask() -> None:
    shown = IMAGE.to_map()
    assert shown.unit == u.G
    assert np.array_equal(shown.mask, IMAGE.mask)
    assert np.array_equal(shown.data, IMAGE.pixels, equal_nan=True)
