"""Coverage without overlaps and holes."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.domain.coverage_report import UNSEEN, intervals, sums
from support.factories import at, make_coverage, span

P, N, F, U = CoverageState.PROCESSED, CoverageState.NOTHING_FOUND, CoverageState.FAILED, CoverageState.NOT_OBSERVED


def covered(start: float, end: float, state: CoverageState, reason: str = "", **changes):
    return make_coverage(span=CoveredSpan(time_range=span(start, end), state=state, reason=reason), **changes)


def told(found) -> list[tuple[float, float, CoverageState]]:
    def minutes(moment):
        return (moment - at()).total_seconds() / 60

    return [(minutes(one.time_range.start), minutes(one.time_range.end), one.state) for one in found]


def test_what_says_most_counts_and_holes_are_told() -> None:
    records = [covered(0, 60, N), covered(50, 70, P), covered(100, 120, F, "NaN"), covered(110, 130, U, "eclipse")]
    found = intervals(records)
    assert told(found) == [(0, 50, N), (50, 70, P), (70, 100, U), (100, 120, F), (120, 130, U)]
    assert [one.reason for one in found] == ["", "", UNSEEN, "NaN", "eclipse"]
    assert sums(found)["stix-lstm", records[0].method_id, "STIX"] == {
        N: timedelta(minutes=50),
        P: timedelta(minutes=20),
        U: timedelta(minutes=40),
        F: timedelta(minutes=20),
    }


def test_a_span_is_told_from_its_start_to_its_end() -> None:
    assert told(intervals([covered(0, 60, N)], span(-10, 20))) == [(-10, 0, U), (0, 20, N)]
    assert told(intervals([covered(0, 60, N)], span(30, 90))) == [(30, 60, N), (60, 90, U)]
    assert intervals([covered(0, 60, N)], span(61, 90)) == []


def test_neighbours_join_and_states_can_be_chosen() -> None:
    records = [covered(0, 60, N), covered(60, 90, N, observation_id="obs-2"), covered(90, 95, P)]
    assert told(intervals(records, states=(N,))) == [(0, 90, N)]


def test_methods_are_told_apart() -> None:
    found = intervals([covered(0, 60, N), covered(0, 60, P, detector="xray-threshold")])
    assert [(one.detector, one.state) for one in found] == [("stix-lstm", N), ("xray-threshold", P)]


spans = st.tuples(st.integers(0, 100), st.integers(0, 100), st.sampled_from(CoverageState)).map(
    lambda one: covered(min(one[:2]), max(one[:2]), one[2])
)


@given(st.lists(spans, min_size=1, max_size=12), st.tuples(st.integers(0, 100), st.integers(1, 50)))
def test_every_moment_is_told_once_and_as_well_as_it_is_known(records, window) -> None:
    whole = span(window[0], window[0] + window[1])
    found = intervals(records, whole)
    if found:
        assert (found[0].time_range.start, found[-1].time_range.end) == (whole.start, whole.end)
    assert all(one.time_range.end == other.time_range.start for one, other in pairwise(found))
    rank = {P: 3, N: 2, F: 1, U: 0}
    for one in found:
        middle = one.time_range.start + one.time_range.duration / 2
        best = max((rank[each.span.state] for each in records if each.span.time_range.contains(middle)), default=0)
        assert rank[one.state] == best
