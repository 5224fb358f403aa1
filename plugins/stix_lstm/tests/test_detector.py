from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stix_lstm_support import QUIET, RATIOS, flare_shape, keep, make_curve, quiet_counts, with_flares

from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.times import to_datetime64
from helioscribe_stix_lstm._bands import grouped
from helioscribe_stix_lstm.training._compression import compressed

N = 3000


def peaks(result):
    begin = np.datetime64("2022-03-01T00:00:00", "ns")
    return [float((to_datetime64(found.peak_time) - begin) / np.timedelta64(4, "s")) for found in result.detections]


@pytest.mark.parametrize("size", [800, 5000, 100_000])
def test_one_event_a_flare(detect, size):
    result = detect(make_curve(with_flares(N, [(1500, size)])))
    assert peaks(result) == pytest.approx([1500], abs=6)
    assert result.detections[0].probability > 0.5
    assert result.detections[0].measurements["fl_peakflux"] == pytest.approx((size + QUIET[0]) / 4, rel=0.12)


def test_glitch_in_a_flare_is_not_its_peak(detect):
    counts = with_flares(N, [(1500, 3000)])
    counts[1510] *= 30
    result = detect(make_curve(counts))
    assert peaks(result) == pytest.approx([1500], abs=6)
    assert result.detections[0].measurements["fl_peakflux"] == pytest.approx((3000 + QUIET[0]) / 4, rel=0.12)


def test_flares_apart_are_events_apart(detect):
    assert peaks(detect(make_curve(with_flares(N, [(600, 3000), (1400, 1500), (2200, 9000)])))) == pytest.approx(
        [600, 1400, 2200], abs=6
    )


def test_quiet_sun_has_no_events(detect):
    for seed in range(3):
        result = detect(make_curve(compressed(quiet_counts(N, seed))))
        assert result.detections == ()
        assert [span.state for span in result.covered] == [CoverageState.NOTHING_FOUND]


@pytest.mark.parametrize("factor", [0.67, 1.33])
def test_a_change_of_the_level_for_hours_is_no_event(detect, factor):
    level = np.ones((7200, 1))
    level[1800:5400] = factor
    counts = np.random.default_rng(0).poisson(QUIET * level).astype(float)
    assert detect(make_curve(compressed(counts))).detections == ()


@pytest.mark.parametrize("size", [5000, 100_000])
def test_a_flare_of_many_hours_is_one_event_that_knows_its_background(detect, size):
    n, peak = 16_200, 6000
    extra = size * flare_shape(n, peak, rise=3600.0, decay=9000.0)[:, None] * RATIOS
    counts = np.random.default_rng(0).poisson(QUIET + extra)
    result = detect(make_curve(compressed(counts)))
    assert peaks(result) == pytest.approx([peak], abs=300)
    assert result.detections[0].measurements["peak_over_background"] == pytest.approx(1 + size / QUIET[0], rel=0.25)


def test_attenuator_step_is_no_event(detect):
    state = np.zeros(N, np.uint8)
    state[1000:2000] = 1
    counts = quiet_counts(N) * np.where(state[:, None] > 0, [0.7, 0.8, 1, 1, 1], 1.0)
    assert detect(make_curve(compressed(counts), attenuator=state)).detections == ()


def test_samples_of_many_widths(detect):
    counts = with_flares(N, [(600, 3000), (1500, 4000), (2400, 3000)])
    long = np.add.reduceat(counts[1200:1800], np.arange(0, 600, 15))
    width = np.concatenate([np.full(1200, 4.0), np.full(40, 60.0), np.full(1200, 4.0)])
    middle = np.cumsum(width) - width / 2 - 2.0
    times = np.datetime64("2022-03-01T00:00:00", "ns") + (middle * 1e9).astype("timedelta64[ns]")
    curve = make_curve(np.concatenate([counts[:1200], long, counts[1800:]]), times=times)
    assert peaks(detect(replace(curve, exposure=width))) == pytest.approx([600, 1500, 2400], abs=12)


@pytest.mark.parametrize("cells", [1, 5])
def test_attenuated_flare_in_samples_of_any_width(detect, cells):
    shape = flare_shape(N, 1500, rise=60.0, decay=500.0)
    state = (shape > 0.2).astype(np.uint8)
    through = np.where(state[:, None] > 0, [0.05, 0.2, 0.6, 0.95, 1.0], 1.0)
    counts = np.random.default_rng(0).poisson(QUIET + 6e5 * shape[:, None] * RATIOS * through)
    summed, seen = counts.reshape(-1, cells, 5).sum(axis=1), state.reshape(-1, cells).max(axis=1)
    (peak,) = peaks(detect(make_curve(summed, step=4.0 * cells, attenuator=seen)))
    assert peak == pytest.approx(1500, abs=8 * cells)


@pytest.mark.parametrize("reported", [True, False])
def test_attenuated_flare_is_one_event(detect, reported):
    shape = flare_shape(N, 1500, rise=120.0, decay=500.0)
    state = (shape > 0.3).astype(np.uint8)
    through = np.where(state[:, None] > 0, [0.03, 0.2, 0.6, 0.95, 1.0], 1.0)
    counts = np.random.default_rng(0).poisson(QUIET + 6e5 * shape[:, None] * RATIOS * through)
    result = detect(make_curve(compressed(counts), attenuator=state if reported else None))
    assert peaks(result) == pytest.approx([1500], abs=6)
    assert result.detections[0].measurements["attenuated"] is True


def test_glitches_are_no_events(detect):
    counts = compressed(quiet_counts(N))
    counts[500] *= 20  # a wrong exposure
    counts[900:903] = 0  # a dropout
    counts[1300, 0] = 6000  # a spike
    counts[1700:1702, 1] = 2000
    ramp = np.linspace(0, 1, 25)
    counts[2200:2225, 3] *= 1 - 0.4 * ramp  # a gain shift: the line at 31 keV leaves its band downwards
    counts[2200:2225, 2] *= 1 + 4 * ramp
    counts[2200:2225, 0] *= 1 + 0.6 * ramp
    assert detect(make_curve(counts)).detections == ()


def test_gap_and_missing_samples(detect):
    counts = with_flares(N, [(700, 3000), (2300, 3000)])
    counts[1200:1250] = np.nan
    curve = keep(make_curve(counts), np.r_[0:1500, 1800:N])
    result = detect(curve)
    assert peaks(result) == pytest.approx([700, 2300], abs=6)
    states = [span.state for span in result.covered]
    assert states.count(CoverageState.NOT_OBSERVED) == 2
    assert np.isnan(result.scores.values[1200:1250]).all()


def test_finer_cadence_finds_the_same(detect):
    counts = with_flares(N, [(1500, 4000)])
    fine = np.random.default_rng(0).binomial(np.repeat(counts, 4, axis=0).astype(int), 0.25)
    result = detect(make_curve(fine, step=1.0))
    assert peaks(result) == pytest.approx([1500], abs=6)


def test_same_input_same_result(detect):
    curve = make_curve(with_flares(N, [(1500, 2000)]))
    first, second = detect(curve), detect(curve)
    assert first.detections == second.detections
    np.testing.assert_array_equal(first.scores.values, second.scores.values)


@pytest.mark.parametrize(
    "changed",
    [
        {"contract": "windows"},
        {"mode": "reconstruction"},
        {"bands": 3},
        {"combine": "forest"},
        {"combine": "mean"},
        {"combine": "either"},
        {"combine": "both"},
    ],
)
def test_every_mode_finds_a_clear_flare(detect, changed):
    assert peaks(detect(make_curve(with_flares(1200, [(600, 30_000)])), **changed)) == pytest.approx([600], abs=6)


def test_higher_threshold_finds_less(detect):
    curve = make_curve(with_flares(N, [(700, 400), (2000, 20_000)]))
    assert len(detect(curve).detections) == 2
    assert peaks(detect(curve, threshold_multiplier=20.0)) == pytest.approx([2000], abs=6)


def test_groups_of_bands_are_read_too(detect):
    curve = grouped(make_curve(with_flares(N, [(1500, 3000)])))
    assert peaks(detect(curve)) == pytest.approx([1500], abs=6)


def test_grouping_sums_counts_and_squares_of_errors():
    curve = make_curve(np.tile([1.0, 2.0, 3.0, 4.0, 5.0], (2, 1)))
    three = grouped(replace(curve, errors=np.tile([1.0, 3.0, 4.0, 6.0, 8.0], (2, 1))))
    assert three.counts[0].tolist() == [1.0, 5.0, 9.0]
    assert three.errors[0].tolist() == [1.0, 5.0, 10.0]
    assert three.band_names == ("4-10 keV", "10-25 keV", "25-84 keV")


def test_other_bands_are_refused(detect):
    curve = make_curve(quiet_counts(100))
    two = replace(curve, counts=curve.counts[:, :2], errors=curve.errors[:, :2], energies=curve.energies[:2])
    with pytest.raises(InvalidInputError, match="five energy bands"):
        detect(two)


def test_other_units_are_refused(detect):
    with pytest.raises(InvalidInputError, match="W / m2"):
        detect(replace(make_curve(quiet_counts(100)), unit="W / m2"))


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_short_series(detect, n):
    result = detect(make_curve(quiet_counts(n)))
    assert result.detections == ()
    assert result.scores.values.shape == (n, 5)


def test_nothing_but_missing_samples(detect):
    result = detect(make_curve(np.full((300, 5), np.nan)))
    assert result.detections == ()
    assert {span.state for span in result.covered} == {CoverageState.NOT_OBSERVED}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), holes=st.floats(0, 0.6), scale=st.floats(0.0, 1e6))
def test_any_counts_give_ordered_events_inside_the_series(detect, seed, holes, scale):
    rng = np.random.default_rng(seed)
    counts = rng.random((400, 5)) ** 3 * scale
    counts[rng.random(400) < holes] = np.nan
    curve = make_curve(counts, good=rng.random(400) > 0.1)
    result = detect(curve)
    whole = curve.time_range
    assert all(
        whole.start <= found.time_range.start <= found.time_range.end <= whole.end for found in result.detections
    )
    starts = [found.time_range.start for found in result.detections]
    assert starts == sorted(starts)
