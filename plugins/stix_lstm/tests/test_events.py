import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from stix_lstm_support import flare_shape

from helioscribe_stix_lstm._events import Rules, find_flares

RULES = Rules(minimum_cells=4, release=0.3, split=0.3)


def found(counts, valid=None, rules=RULES):
    level = (counts - 250.0) / 100.0
    valid = np.ones(counts.size, bool) if valid is None else valid
    return find_flares(np.where(valid, level, 0.0), np.where(valid, level, 0.0), counts, valid, rules)


def test_one_flare():
    (flare,) = found(250 + 3000 * flare_shape(800, 300))
    assert abs(flare.peak - 300) <= 2
    assert 250 < flare.start < flare.peak < flare.end
    assert not flare.clipped


def test_deep_valley_parts_two_flares_and_a_shallow_one_does_not():
    deep = 250 + 3000 * (flare_shape(900, 300) + flare_shape(900, 480))
    shallow = 250 + 3000 * (flare_shape(900, 300) + 0.4 * flare_shape(900, 340))
    assert [abs(flare.peak - at) <= 3 for flare, at in zip(found(deep), (300, 480), strict=True)] == [True, True]
    assert len(found(shallow)) == 1


def test_short_excess_is_no_flare():
    counts = np.full(200, 250.0)
    counts[100:103] = 5000.0
    assert found(counts) == []


def test_short_gap_is_looked_across_and_a_long_one_clips():
    counts = 250 + 3000 * flare_shape(900, 300)
    short, long = np.ones(900, bool), np.ones(900, bool)
    short[320:330] = False
    long[320:420] = False
    assert len(found(counts, short)) == 1
    assert found(counts, long)[0].clipped


def test_flare_at_the_edge_is_clipped():
    assert found(250 + 3000 * flare_shape(300, -10))[0].clipped


def test_nothing_valid():
    assert found(np.zeros(50), np.zeros(50, bool)) == []


@given(st.lists(st.tuples(st.integers(50, 1900), st.floats(2.0, 4.5)), max_size=6), st.integers(0, 9))
def test_flares_are_in_order_and_do_not_overlap(flares, seed):
    counts = (
        np.random.default_rng(seed)
        .poisson(250 + sum((10**size * flare_shape(2000, peak) for peak, size in flares), np.zeros(2000)))
        .astype(float)
    )
    result = found(counts)
    assert all(flare.start <= flare.peak <= flare.end for flare in result)
    assert all(a.end < b.start or a.end <= b.start for a, b in zip(result[:-1], result[1:], strict=True))
