import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.sdk.matching import pair_nearest, pair_times

seconds = st.lists(st.integers(0, 5000), max_size=12)


def times(values):
    return np.datetime64("2022-03-28", "ns") + np.array(values, "timedelta64[s]").astype("timedelta64[ns]")


def test_the_nearest_are_paired_and_each_once():
    assert pair_times(times([100, 130]), times([125, 400]), tolerance=60) == [(1, 0)]


def test_two_claims_of_one_flare_do_not_take_another_one():
    assert dict(pair_times(times([10, 20]), times([18, 60]), tolerance=45)) == {1: 0}


@given(seconds, seconds, st.integers(0, 300))
def test_pairs_are_near_and_unique_and_none_is_left_over(found, listed, tolerance):
    one, other = times(found), times(listed)
    pairs = pair_times(one, other, tolerance=tolerance)
    assert all(abs(found[a] - listed[b]) <= tolerance for a, b in pairs)
    left, right = {a for a, _ in pairs}, {b for _, b in pairs}
    assert len(left) == len(right) == len(pairs)
    free = [(a, b) for a in range(len(found)) for b in range(len(listed)) if a not in left and b not in right]
    assert not [pair for pair in free if abs(found[pair[0]] - listed[pair[1]]) <= tolerance]


def test_nearest_pairs_come_first_and_what_is_no_pair_stays_alone():
    distance = np.array([[3.0, 1.0, np.nan], [2.0, 0.5, np.nan], [9.0, 9.0, np.nan]])
    assert pair_nearest(distance, most=5.0) == [(1, 1), (0, 0)]
    assert pair_nearest(np.empty((0, 3)), most=5.0) == []
