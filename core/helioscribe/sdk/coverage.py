"""Which spans of a light curve a detector has looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.domain.detection import Detection
from helioscribe.domain.product import LightCurve
from helioscribe.domain.times import TimeRange, from_datetime64

__all__ = ["cover_light_curve", "runs_of"]


def runs_of(flags: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Find the runs of consecutive True values.

    Parameters
    ----------
    flags
        Shape (n,).

    Returns
    -------
    ndarray
        Shape (run, 2): the index of the first True of each run, and the index after the last one.

    Examples
    --------
    >>> runs_of(np.array([False, True, True, False, True])).tolist()
    [[1, 3], [4, 5]]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return edges.reshape(-1, 2)


def cover_light_curve(
    curve: LightCurve, usable: NDArray[np.bool_], detections: Sequence[Detection], *, gap: float = 60.0
) -> tuple[CoveredSpan, ...]:
    """Divide the time of a light curve into spans that were looked at and spans that were not.

    Parameters
    ----------
    curve
        The light curve that the detector was given.
    usable
        True where the detector could use the sample, shape (t,).
    detections
        What the detector found. A span with a detection is `CoverageState.PROCESSED`, one without is
        `CoverageState.NOTHING_FOUND`.
    gap
        Gaps between samples, and stretches of unusable samples, up to this length count as looked at [s].

    Returns
    -------
    tuple of CoveredSpan
        In order of time, without overlaps, from the first sample to the last.

    Examples
    --------
    >>> from helioscribe.sdk.testing import synthetic_light_curve
    >>> curve = synthetic_light_curve(minutes=10)
    >>> [str(span.state) for span in cover_light_curve(curve, curve.good, detections=[])]
    ['nothing_found']
    """
    half = (curve.exposure * 0.5e9).astype("timedelta64[ns]")
    longest_gap = np.timedelta64(round(gap * 1e9), "ns")
    spans: list[CoveredSpan] = []
    for first, last, seen in _blocks(curve, _filled(curve, usable, longest_gap), longest_gap):
        begin, end = from_datetime64(curve.times[first] - half[first]), from_datetime64(curve.times[last] + half[last])
        start = max(begin, spans[-1].time_range.end) if spans else begin
        span = TimeRange(start=start, end=max(start, end))
        if spans and span.start > spans[-1].time_range.end:
            spans.append(_not_observed(TimeRange(start=spans[-1].time_range.end, end=span.start), "no data"))
        spans.append(_observed(span, detections) if seen else _not_observed(span, "no usable samples"))
    return tuple(spans)


def _filled(curve: LightCurve, usable: NDArray[np.bool_], longest_gap: np.timedelta64) -> NDArray[np.bool_]:
    """Return `usable` with short stretches of unusable samples filled in."""
    filled = usable.copy()
    for first, last in runs_of(~usable):
        if first > 0 and last < usable.size and curve.times[last] - curve.times[first - 1] <= longest_gap:
            filled[first:last] = True
    return filled


def _blocks(
    curve: LightCurve, usable: NDArray[np.bool_], longest_gap: np.timedelta64
) -> Iterator[tuple[int, int, bool]]:
    """Yield first index, last index and usability of the stretches without a long gap or a change of usability."""
    separated = np.diff(curve.times) > longest_gap
    cuts = np.flatnonzero(separated | (np.diff(usable.astype(np.int8)) != 0)) + 1
    for first, after in pairwise([0, *cuts.tolist(), usable.size]):
        yield first, after - 1, bool(usable[first])


def _observed(span: TimeRange, detections: Sequence[Detection]) -> CoveredSpan:
    found = any(detection.time_range.overlaps(span) for detection in detections)
    return CoveredSpan(time_range=span, state=CoverageState.PROCESSED if found else CoverageState.NOTHING_FOUND)


def _not_observed(span: TimeRange, reason: str) -> CoveredSpan:
    return CoveredSpan(time_range=span, state=CoverageState.NOT_OBSERVED, reason=reason)
