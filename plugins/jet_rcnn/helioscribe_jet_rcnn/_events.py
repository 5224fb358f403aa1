"""Events from the score series, which hold all that is needed: a new threshold needs no new inference."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Box, Position
from helioscribe.domain.detection import Detection, Parameters, ScoreSeries
from helioscribe.domain.times import TimeRange, from_datetime64
from helioscribe.sdk.coverage import runs_of

__all__ = ["COLUMNS", "events_of"]

COLUMNS = ("probability", "evidence", "x1", "y1", "x2", "y2")
"""Of the score series: the window's and the frame's word, and the box that the frame's map points to [arcsec]."""

_MARGIN = 1
"""Frames that an event begins before and ends after what is seen of it."""


def events_of(scores: ScoreSeries, parameters: Parameters) -> tuple[Detection, ...]:
    """Cut a score series into events.

    Frames in windows above ``threshold`` may hold jets. Among them, an event lasts while a frame's evidence is above
    ``extent`` of its own peak; peaks further apart than ``separation`` minutes with less between them are two events.

    Parameters
    ----------
    scores
        With `COLUMNS`.
    parameters
        ``threshold``, ``extent`` and ``separation``.
    """
    threshold = float(parameters["threshold"])
    found = []
    gap = np.timedelta64(round(float(parameters["separation"]) * 60e9), "ns")
    for first, last in runs_of(scores.values[:, 0] >= threshold):
        for begin, end in _parts(scores, int(first), int(last), float(parameters["extent"]), gap):
            found.append(_event(scores, begin, end))
    return tuple(found)


def _parts(scores: ScoreSeries, first: int, last: int, extent: float, gap: np.timedelta64) -> Iterator[tuple[int, int]]:
    """Return first and one past the last frame of each event of a run; nearer ones than `gap` are one."""
    evidence = scores.values[first:last, 1]
    spans = runs_of(evidence >= extent * max(float(evidence.max()), 1e-6)) + first
    joined = [spans[0]]
    for span in spans[1:]:
        before = joined[-1]
        if scores.times[span[0]] - scores.times[before[1] - 1] <= gap:
            joined[-1] = np.array([before[0], span[1]])
        else:
            joined.append(span)
    for begin, end in joined:
        yield max(first, int(begin) - _MARGIN), min(last, int(end) + _MARGIN)


def _event(scores: ScoreSeries, begin: int, end: int) -> Detection:
    part = scores.values[begin:end]
    peak = int(part[:, 1].argmax())
    box = _box(part, peak)
    start, stop = (from_datetime64(scores.times[index]) for index in (begin, end - 1))
    return Detection(
        event_type="CJ",
        time_range=TimeRange(start=start, end=max(stop, start + timedelta(seconds=1)) if end - begin > 1 else stop),
        peak_time=from_datetime64(scores.times[begin + peak]),
        probability=float(np.clip(part[:, 0].max(), 0, 1)),
        position=_middle(part[peak, 2:6]),
        box=box,
        clipped=begin == 0 or end == len(scores.times),
        measurements={"jet_evidence": round(float(part[peak, 1]), 6)},
    )


def _box(part: NDArray[np.float32], peak: int) -> Box:
    """Return what holds the boxes of all strong frames that touch the box of the strongest."""
    ends = part[peak, 2:6].astype(np.float64)
    for row in part[part[:, 1] >= 0.5 * part[peak, 1], 2:6].astype(np.float64):
        if row[0] <= ends[2] and ends[0] <= row[2] and row[1] <= ends[3] and ends[1] <= row[3]:
            ends = np.array([*np.minimum(ends[:2], row[:2]), *np.maximum(ends[2:], row[2:])])
    return Box(
        lower_left=Position(tx=float(ends[0]), ty=float(ends[1])),
        upper_right=Position(tx=float(ends[2]), ty=float(ends[3])),
    )


def _middle(ends: NDArray[np.float32]) -> Position:
    return Position(tx=float(ends[0] + ends[2]) / 2, ty=float(ends[1] + ends[3]) / 2)
