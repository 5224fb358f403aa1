"""When two detections are of the same event: in time, and where both know a place, also in space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from helioscribe.domain.coordinates import Box, Observer, Position
from helioscribe.domain.detection import Detection

__all__ = ["LASTING", "Rotation", "Sighting", "continues", "overlap", "repeats"]

Rotation = Callable[[Position, Observer, Observer, timedelta], Position | None]
"""Where a feature at a position, seen by the first observer, appears to the second one some time later."""

LASTING = frozenset({"AR", "CC", "CH", "FI", "LP", "PG", "SG", "SS"})
"""Classes that live for days and are seen in one image after the other."""

_GAP = timedelta(seconds=60)
_LASTING_GAP = timedelta(days=1)
_POINT = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A detection, and when the run ended that made it."""

    detection: Detection
    """What was claimed."""

    ran: datetime
    """When, UTC."""

    counts: bool = True
    """Whether events may rest on it."""

    id: str = field(compare=False)
    """Of the detection."""

    run: str = field(compare=False)
    """One detector with its parameters on one product; what it claims is told apart by its own word."""

    @classmethod
    def of(cls, detection: Detection, ran: datetime, *, counts: bool = True) -> Self:
        """Return the sighting with its ids."""
        source = detection.source
        run = f"{source.method.id} {source.input_sha256}"
        return cls(detection=detection, ran=ran, counts=counts, id=detection.id, run=run)

    @property
    def family(self) -> tuple[str, str, str]:
        """Detector, class and instrument; only detections of one family make an event."""
        source = self.detection.source
        return (source.method.detector, self.detection.event_type, source.instrument)

    @property
    def order(self) -> tuple[datetime, str, datetime, datetime, str]:
        """Oldest run first, then by time."""
        span = self.detection.time_range
        return (self.ran, self.run, span.start, span.end, self.id)


def overlap(a: Sighting, b: Sighting) -> timedelta:
    """Return how long both last at once; negative where time lies between them.

    Observers' times are compared: one instrument is in one place, whether or not its file says where.
    """
    first, second = a.detection.time_range, b.detection.time_range
    return min(first.end, second.end) - max(first.start, second.start)


def repeats(a: Sighting, b: Sighting, rotate: Rotation) -> bool:
    """Whether two runs saw the same: half of the shorter time or both peaks are shared, and so is the place."""
    common = overlap(a, b)
    if a.run == b.run or common < timedelta(0):
        return False
    shorter = min(a.detection.time_range.duration, b.detection.time_range.duration)
    return (2 * common >= shorter or _share_peaks(a.detection, b.detection)) and _near(a, b, rotate)


def continues(a: Sighting, b: Sighting, rotate: Rotation) -> bool:
    """Whether two clipped detections are parts of one event that the edge of the data cut.

    Between parts may lie a minute, or a day where features of the surface are followed by their place.
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
    """Whether the boxes meet once the Sun has turned; nothing speaks against it where a place is unknown."""
    # The earlier run's place is moved to the later one's time, whoever asks: both must get the same answer.
    here, there = (one.detection for one in sorted((a, b), key=lambda one: one.order))
    if here.position is None or there.position is None:
        return True
    one, other = _box(here, here.position), _box(there, there.position)
    seen_by, by = here.source.observer, there.source.observer
    if seen_by is None or by is None:
        return _meet(one, other)
    later = there.time_range.start - here.time_range.start
    moved = rotate(here.position, seen_by, by, later)
    return moved is not None and _meet(_shifted(one, moved.tx - here.position.tx, moved.ty - here.position.ty), other)


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


def _meet(a: Box, b: Box) -> bool:
    return (
        a.lower_left.tx <= b.upper_right.tx
        and b.lower_left.tx <= a.upper_right.tx
        and a.lower_left.ty <= b.upper_right.ty
        and b.lower_left.ty <= a.upper_right.ty
    )
