"""Events along time, one by one or counted, before what was looked at: where everything lies in a drawing.

Places along time are percents of the width, so that one drawing fits every screen; heights are pixels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from helioscribe.domain.coverage import Coverage, CoverageState, CoveredSpan
from helioscribe.domain.event import Event, concept_of
from helioscribe.domain.times import TimeRange
from helioscribe.web.drawings.axis import Tick, cut, ticks
from helioscribe.web.drawings.counted import HEIGHT, THINNEST, Bar, Cell, Count, bars, cells, unit_of

__all__ = ["Lane", "Mark", "Stretch", "Timeline", "last_stretch", "lay_out", "span_of"]

_LANE, _TOP, _AXIS, _MARK = 46, 8, 34, 18
_MOST_LANES, _DEEPEST = 12, 6
_MOST_REASONS = 3
_PAUSE = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One event."""

    event: Event
    """What it stands for."""

    x: float
    """Left end [percent]."""

    width: float
    """At least as much as can be seen and hit [percent]."""

    y: float
    """From the upper end of the lane's marks."""

    height: float
    """Less where events last at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A span with one kind of coverage."""

    state: CoverageState
    """What became of it."""

    x: float
    """Left end [percent]."""

    width: float
    """At least as much as can be seen [percent]."""

    reasons: tuple[str, ...]
    """Why it was not observed or failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The events of one detector and class; of a crowd, of one class."""

    name: str
    """Of the detector, and of the class."""

    kind: str
    """HEK's two letters; empty if nothing was found."""

    y: float
    """Upper end."""

    marks: tuple[Mark, ...]
    """By time."""

    cells: tuple[Cell, ...]
    """By time."""

    stretches: tuple[Stretch, ...]
    """What the detector looked at, by time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A drawing."""

    span: TimeRange
    """From the left end to the right."""

    height: int
    """In pixels."""

    lanes: tuple[Lane, ...]
    """From top to bottom."""

    ticks: tuple[Tick, ...]
    """From left to right."""

    bars: tuple[Bar, ...]
    """Below the lanes, from left to right; none where events are drawn one by one."""

    most: str
    """What the highest bar stands for, such as ``38 per day``."""

    @property
    def covered(self) -> bool:
        """Whether it shows what was looked at."""
        return any(lane.stretches for lane in self.lanes)


def span_of(events: Sequence[Event]) -> TimeRange:
    """Return the span of some events with a little room on both sides."""
    start = min(event.event_starttime for event in events)
    end = max(event.event_endtime for event in events)
    room = max((end - start) * 0.02, timedelta(minutes=1))
    return TimeRange(start=start - room, end=end + room)


def last_stretch(events: Sequence[Event]) -> list[Event]:
    """Return the last events up to a pause before them that is far longer than they are: all on one axis, the marks of
    a day and of another year would be two dots.
    """
    found = sorted(events, key=lambda event: event.event_starttime, reverse=True)
    for number, (later, earlier) in enumerate(pairwise(found), start=1):
        lasting = found[0].event_starttime - later.event_starttime
        if later.event_starttime - earlier.event_starttime > max(_PAUSE, 3 * lasting):
            return found[:number]
    return found


def lay_out(
    span: TimeRange, *, events: Sequence[Event] = (), counts: Sequence[Count] = (), coverage: Sequence[Coverage] = ()
) -> Timeline:
    """Say where everything lies; what is outside of the span is cut off or left out.

    Parameters
    ----------
    span
        From the left end to the right.
    events
        What is drawn one by one.
    counts
        What is drawn as numbers.
    coverage
        What was looked at; a detector that found nothing has a lane too.
    """
    shown = [event for event in events if event.time_range.overlaps(span)]
    counted = [count for count in counts if count.time_range.overlaps(span)]
    covered = [cover for cover in coverage if cover.span.time_range.overlaps(span)]
    lanes = tuple(_lanes(shown, counted, covered, span))
    below = _TOP + max(1, len(lanes)) * _LANE
    columns = tuple(bars(counted, span, below + HEIGHT))
    most = f"{max(one.count for one in columns):,} per {unit_of(span).value}" if columns else ""
    return Timeline(
        span=span,
        height=below + (HEIGHT if columns else 0) + _AXIS,
        lanes=lanes,
        ticks=ticks(span),
        bars=columns,
        most=most,
    )


def _lanes(
    shown: Sequence[Event], counted: Sequence[Count], covered: Sequence[Coverage], span: TimeRange
) -> Iterator[Lane]:
    by_lane: defaultdict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in shown:
        by_lane[event.detector or event.frm_name, event.event_type].append(event)
    if len(by_lane) > _MOST_LANES:  # of so many methods, one lane a class
        merged, by_lane = by_lane, defaultdict(list)
        for (_, kind), events in merged.items():
            by_lane["", kind] += events
    methods = [method for method, _ in by_lane]
    rows = {*by_lane, *(("", one.event_type) for one in counted)}
    rows |= {(one.detector, "") for one in covered if one.detector not in methods}
    most = max((count.number for count in counted), default=1)
    for number, (method, kind) in enumerate(sorted(rows)):
        named = kind and (not method or methods.count(method) > 1)
        yield Lane(
            name=f"{method} {concept_of(kind)}".strip() if named else method,
            kind=kind,
            y=_TOP + number * _LANE,
            marks=tuple(_marks(by_lane.get((method, kind), ()), span)),
            cells=cells([one for one in counted if ("", one.event_type) == (method, kind)], span, most),
            stretches=tuple(_stretches([cover for cover in covered if cover.detector == method], span)),
        )


def _marks(events: Sequence[Event], span: TimeRange) -> Iterator[Mark]:
    """Place events one below the other where they last at the same time."""
    ends: list[float] = []
    placed = []
    for event in sorted(events, key=lambda event: event.event_starttime):
        x, wide = cut(event.time_range, span, THINNEST)
        free = [row for row, end in enumerate(ends) if end <= x]
        if not free and len(ends) < _DEEPEST:
            ends.append(0.0)
            free = [len(ends) - 1]
        row = free[0] if free else _DEEPEST - 1
        ends[row] = max(ends[row], x + wide)
        placed.append((event, x, wide, row))
    height = _MARK / max(1, len(ends))
    for event, x, wide, row in placed:
        yield Mark(event=event, x=x, width=wide, y=round(row * height, 1), height=round(max(2.0, height - 0.6), 1))


def _stretches(covered: Sequence[Coverage], span: TimeRange) -> Iterator[Stretch]:
    for state in CoverageState:
        alike = (cover.span for cover in covered if cover.span.state is state)
        for left, right, reasons in _joined(alike, span):
            told = tuple(sorted(reasons - {""}))[:_MOST_REASONS]
            yield Stretch(state=state, x=round(left, 2), width=round(right - left, 2), reasons=told)


def _joined(alike: Iterable[CoveredSpan], span: TimeRange) -> list[tuple[float, float, set[str]]]:
    """Join what lies side by side in the drawing: a year of images is one stretch."""
    joined: list[tuple[float, float, set[str]]] = []
    for one in sorted(alike, key=lambda one: one.time_range.start):
        x, wide = cut(one.time_range, span, THINNEST)
        if joined and x <= joined[-1][1] + THINNEST / 3:
            left, right, reasons = joined[-1]
            joined[-1] = (left, max(right, x + wide), reasons | {one.reason})
        else:
            joined.append((x, x + wide, {one.reason}))
    return joined
