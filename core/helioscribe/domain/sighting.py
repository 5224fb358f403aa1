"""Decides whether two detections are of the same event, by time and, if both have one, by position."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from helioscribe.domain.coordinates import Box, Observer, Position
from helioscribe.domain.detection import Detection

__all__ = ["LASTING", "Rotation", "Sighting", "continues", "overlap", "repeats"]

Rotation = Callable[[Position, Observer, Observer, timedelta], Position | None]
"""Where the second observer sees a feature some time later, given its position as the first observer sees it."""

LASTING = frozenset({"AR", "CC", "CH", "FI", "LP", "PG", "SG", "SS"})
"""Classes of features that last for days and are seen in many images one after the other."""

_GAP = timedelta(seconds=60)
_LASTING_GAP = timedelta(days=1)
_POINT = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A detection with the time of its run."""

    detection: Detection
    """The detection, with its provenance."""

    ran: datetime
    """Time at which the run ended, UTC."""

    counts: bool = True
    """Whether events may be made from it; not if its model was withdrawn."""

    id: str = field(compare=False)
    """Id of the detection."""

    run: str = field(compare=False)
    """Identifies the run: one method on one product. Two detections of one run are never the same event."""

    @classmethod
    def of(cls, detection: Detection, ran: datetime, *, counts: bool = True) -> Self:
        """Return the sighting of a detection."""
        source = detection.source
        run = f"{source.method.id} {source.input_sha256}"
        return cls(detection=detection, ran=ran, counts=counts, id=detection.id, run=run)

    @property
    def family(self) -> tuple[str, str, str]:
        """Detector, class and instrument. Only detections that share them can be the same event."""
        source = self.detection.source
        return (source.method.detector, self.detection.event_type, source.instrument)

    @property
    def order(self) -> tuple[datetime, str, datetime, datetime, str]:
        """Sort key: by the time of the run, then by the time of the detection."""
        span = self.detection.time_range
        return (self.ran, self.run, span.start, span.end, self.id)


def overlap(a: Sighting, b: Sighting) -> timedelta:
    """Return how long two detections overlap; negative, and the time between them, if they do not.

    Times at the observer are compared. That is right, since both detections come from one instrument.
    """
    first, second = a.detection.time_range, b.detection.time_range
    return min(first.end, second.end) - max(first.start, second.start)


def repeats(a: Sighting, b: Sighting, rotate: Rotation) -> bool:
    """Whether two runs saw the same event: half of the shorter detection, or both peaks, are shared, and the place."""
    common = overlap(a, b)
    if a.run == b.run or common < timedelta(0):
        return False
    shorter = min(a.detection.time_range.duration, b.detection.time_range.duration)
    return (2 * common >= shorter or _share_peaks(a.detection, b.detection)) and _near(a, b, rotate)


def continues(a: Sighting, b: Sighting, rotate: Rotation) -> bool:
    """Whether two clipped detections are parts of one event that was cut at the boundary between two files.

    The parts may be a minute apart, or a day for features that last for days and have a position.
    """
    first, second = a.detection, b.detection
    placed = first.position is not None and second.position is not None
    gap = _LASTING_GAP if placed and first.event_type in LASTING else _GAP
    cut = first.clipped and second.clipped and a.run != b.run
    return cut and overlap(a, b) >= -gap and not repeats(a, b, rotate) and _near(a, b, rotate)


def _share_peaks(a: Detection, b: Detection) -> bool:
    if a.peak_time is None or b.peak_time is None:
        return False
    return a.time_range.contains(b.peak_time) and b.time_range.contains(a.peak_time)


def _near(a: Sighting, b: Sighting, rotate: Rotation) -> bool:
    """Whether the boxes overlap, after rotation to the same time; True if a position is unknown."""
    # Always the position of the earlier run is moved: the result must not depend on the order of the arguments.
    here, there = (one.detection for one in sorted((a, b), key=lambda one: one.order))
    if here.position is None or there.position is None:
        return True
    one, other = _box(here, here.position), _box(there, there.position)
    seen_by, by = here.source.observer, there.source.observer
    if seen_by is None or by is None:
        return _boxes_overlap(one, other)
    later = there.time_range.start - here.time_range.start
    moved = rotate(here.position, seen_by, by, later)
    if moved is None:
        return False
    return _boxes_overlap(_shifted(one, moved.tx - here.position.tx, moved.ty - here.position.ty), other)


def _box(detection: Detection, position: Position) -> Box:
    if detection.box is not None:
        return detection.box
    return Box(
        lower_left=Position(tx=position.tx - _POINT, ty=position.ty - _POINT),
        upper_right=Position(tx=position.tx + _POINT, ty=position.ty + _POINT),
    )


def _shifted(box: Box, tx: float, ty: float) -> Box:
    low, high = box.lower_left, box.upper_right
    return Box(
        lower_left=Position(tx=low.tx + tx, ty=low.ty + ty), upper_right=Position(tx=high.tx + tx, ty=high.ty + ty)
    )


def _boxes_overlap(a: Box, b: Box) -> bool:
    return (
        a.lower_left.tx <= b.upper_right.tx
        and b.lower_left.tx <= a.upper_right.tx
        and a.lower_left.ty <= b.upper_right.ty
        and b.lower_left.ty <= a.upper_right.ty
    )
