"""What a detector looked at, from the samples that it could use."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.domain.detection import Detection
from helioscribe.domain.product import LightCurve
from helioscribe.domain.times import TimeRange, from_datetime64

__all__ = ["cover_light_curve", "runs_of"]


def runs_of(flags: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return first and one past the last index of every run of True, shape (run, 2)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return edges.reshape(-1, 2)


def _blocks(curve: LightCurve, usable: NDArray[np.bool_], gap: np.timedelta64) -> list[tuple[int, int, bool]]:
    # Neighbours belong together while both are usable, or neither, and no gap lies between them.
    apart = np.diff(curve.times) > gap
    cuts = np.flatnonzero(apart | (np.diff(usable.astype(np.int8)) != 0)) + 1
    edges = [0, *cuts.tolist(), usable.size]
    return [(first, last - 1, bool(usable[first])) for first, last in pairwise(edges)]


def cover_light_curve(
    curve: LightCurve, usable: NDArray[np.bool_], detections: Sequence[Detection], *, gap: float = 60.0
) -> tuple[CoveredSpan, ...]:
    """Return the spans of a light curve that were looked at, and those that were not.

    Parameters
    ----------
    curve
        What was looked at.
    usable
        True where the detector could use the sample, shape (t,).
    detections
        What it found.
    gap
        Longest distance of two samples that still belong together [s]. Holes shorter than this are not told.
    """
    half = (curve.exposure * 0.5e9).astype("timedelta64[ns]")
    short = np.timedelta64(round(gap * 1e9), "ns")
    filled = usable.copy()
    for first, last in runs_of(~usable):
        if first > 0 and last < usable.size and curve.times[last] - curve.times[first - 1] <= short:
            filled[first:last] = True
    spans: list[CoveredSpan] = []
    for first, last, seen in _blocks(curve, filled, short):
        begin, end = from_datetime64(curve.times[first] - half[first]), from_datetime64(curve.times[last] + half[last])
        start = max(begin, spans[-1].time_range.end) if spans else begin
        span = TimeRange(start=start, end=max(start, end))
        if spans and span.start > spans[-1].time_range.end:
            spans.append(_unseen(TimeRange(start=spans[-1].time_range.end, end=span.start), "no data"))
        spans.append(_seen(span, detections) if seen else _unseen(span, "no usable samples"))
    return tuple(spans)


def _seen(span: TimeRange, detections: Sequence[Detection]) -> CoveredSpan:
    found = any(detection.time_range.overlaps(span) for detection in detections)
    return CoveredSpan(time_range=span, state=CoverageState.PROCESSED if found else CoverageState.NOTHING_FOUND)


def _unseen(span: TimeRange, reason: str) -> CoveredSpan:
    return CoveredSpan(time_range=span, state=CoverageState.NOT_OBSERVED, reason=reason)
