"""Combines coverage records into intervals without gaps and overlaps, and sums them up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from helioscribe.domain.coverage import Coverage, CoverageState
from helioscribe.domain.times import TimeRange, format_utc

__all__ = ["UNSEEN", "Interval", "intervals", "sums"]

UNSEEN = "no data came"
"""Reason given for an interval without any record."""

_RANK = {
    CoverageState.PROCESSED: 3,
    CoverageState.NOTHING_FOUND: 2,
    CoverageState.FAILED: 1,
    CoverageState.NOT_OBSERVED: 0,
}
"""Where several records cover a time, the state with the highest rank counts."""

_Key = tuple[str, str, str]
_Said = tuple[CoverageState, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A span of time with one state, of one method on one instrument."""

    detector: str
    """Id of the detector."""

    method_id: str
    """Id of the `Method`; empty if it failed before it ran."""

    instrument: str
    """Instrument of the observations."""

    time_range: TimeRange
    """The span, UTC at the observer."""

    state: CoverageState
    """What happened in it."""

    reason: str = ""
    """Why it was not observed or not processed; empty otherwise."""

    observation_id: str = ""
    """Id of one of its observations; empty if there is none."""

    def record(self) -> dict[str, str]:
        """Return the interval as a flat mapping of texts, for JSON and tables."""
        return {
            "detector": self.detector,
            "method_id": self.method_id,
            "instrument": self.instrument,
            "start": format_utc(self.time_range.start),
            "end": format_utc(self.time_range.end),
            "state": self.state.value,
            "reason": self.reason,
        }


def intervals(
    coverage: Iterable[Coverage], within: TimeRange | None = None, *, states: Sequence[CoverageState] = ()
) -> list[Interval]:
    """Return intervals without gaps and overlaps for each detector, method and instrument.

    Parameters
    ----------
    coverage
        Records in any order; they may overlap.
    within
        Span to report. Time in it without a record is reported as not observed. If it is None, the report reaches from
        the first to the last record of each method.
    states
        States to report; all if empty.
    """
    methods: dict[_Key, list[Coverage]] = {}
    for one in coverage:
        if within is None or one.span.time_range.overlaps(within):
            methods.setdefault((one.detector, one.method_id, one.instrument), []).append(one)
    found = (one for key, records in sorted(methods.items()) for one in _of_method(key, records, within))
    return [one for one in found if not states or one.state in states]


def _of_method(key: _Key, records: Sequence[Coverage], within: TimeRange | None) -> list[Interval]:
    changes: dict[datetime, list[tuple[_Said, int]]] = {}
    for one in records:
        said = (one.span.state, one.span.reason, one.observation_id)
        span = one.span.time_range
        start, end = (max(span.start, within.start), min(span.end, within.end)) if within else (span.start, span.end)
        changes.setdefault(start, []).append((said, 1))
        changes.setdefault(end, []).append((said, -1))
    if within is not None:
        changes.setdefault(within.start, [])
        changes.setdefault(within.end, [])
    active: Counter[_Said] = Counter()
    made: list[Interval] = []
    for start, end in pairwise(sorted(changes)):
        for said, step in changes[start]:
            active[said] += step
            if not active[said]:
                del active[said]
        _append(made, key, TimeRange(start=start, end=end), active)
    return made


def _append(made: list[Interval], key: _Key, span: TimeRange, active: Counter[_Said]) -> None:
    state, reason, observation_id = max(
        active, key=lambda said: (_RANK[said[0]], said[1:]), default=(CoverageState.NOT_OBSERVED, UNSEEN, "")
    )
    last = made[-1] if made else None
    if last is not None and (last.state, last.reason) == (state, reason):
        span, observation_id = last.time_range.union(span), last.observation_id
        made.pop()
    detector, method_id, instrument = key
    made.append(
        Interval(
            detector=detector,
            method_id=method_id,
            instrument=instrument,
            time_range=span,
            state=state,
            reason=reason,
            observation_id=observation_id,
        )
    )


def sums(found: Iterable[Interval]) -> dict[_Key, dict[CoverageState, timedelta]]:
    """Return the total duration of each state, by detector, method and instrument."""
    totals: dict[_Key, dict[CoverageState, timedelta]] = {}
    for one in found:
        of_method = totals.setdefault((one.detector, one.method_id, one.instrument), {})
        of_method[one.state] = of_method.get(one.state, timedelta(0)) + one.time_range.duration
    return totals
