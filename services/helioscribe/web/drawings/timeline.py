"""Events along time, one by one or counted, before what was looked at: where everything lies in a drawing.

Places along time are percents of the width, so that one drawing fits every screen; heights are pixels.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, log

from helioscribe.domain.coverage import Coverage, CoverageState, CoveredSpan
from helioscribe.domain.event import EVENT_CLASSES, Event
from helioscribe.domain.query import CountBy
from helioscribe.domain.times import TimeRange, format_utc
from helioscribe.web.drawings.axis import Tick, cut, ticks

__all__ = ["Bar", "Cell", "Count", "Lane", "Mark", "Stretch", "Timeline", "lay_out", "span_of", "stamp_span", "unit_of"]

_LANE, _TOP, _AXIS, _BARS, _MARK = 46, 8, 34, 52, 18
_MOST_LANES, _DEEPEST = 12, 6
_THINNEST = 0.3
_MOST_REASONS = 3
_LEVELS = 5
_UNITS = {
    CountBy.HOUR: timedelta(days=5), CountBy.DAY: timedelta(days=120), CountBy.MONTH: timedelta(days=3700),
}  # fmt: skip
"""Longest spans that are counted by the hour, the day and the month; longer ones by the year."""

_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many events of a class began in a unit of time."""

    event_type: str
    """HEK's two letters."""

    time_range: TimeRange
    """The unit."""

    number: int
    """Events."""


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
class Cell:
    """The events of a lane in a unit of time."""

    x: float
    """Left end [percent]."""

    width: float
    """Of the unit [percent]."""

    level: int
    """How dark, 1 to 5, by the logarithm of the number."""

    count: Count
    """What it stands for."""


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
class Bar:
    """How many events began in a unit of time."""

    x: float
    """Left end [percent]."""

    width: float
    """Up to the next one [percent]."""

    y: float
    """Upper end."""

    height: float
    """In proportion to the count."""

    count: int
    """Events."""

    start: str
    """First moment, UTC."""

    end: str
    """Last moment, UTC."""


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


def unit_of(span: TimeRange) -> CountBy:
    """Return the unit of time by which the events of a span are counted."""
    return next((unit for unit, longest in _UNITS.items() if span.duration <= longest), CountBy.YEAR)


def stamp_span(stamp: str) -> TimeRange:
    """Return the span that a count's stamp stands for, such as ``2022-03``."""
    parts = [int(part) for part in stamp.replace("T", "-").split("-")]
    year, month, day, hour = (*parts, *(1, 1, 0)[len(parts) - 1 :])
    start = datetime(year, month, day, hour, tzinfo=UTC)
    try:
        match len(parts):
            case 1:
                end = start.replace(year=year + 1)
            case 2:
                end = (start + timedelta(days=31)).replace(day=1)
            case _:
                end = start + timedelta(hours=1 if len(parts) > 3 else 24)
    except (OverflowError, ValueError):  # the calendar ends with the year 9999
        end = _END
    return TimeRange(start=start, end=end)


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
    bars = tuple(_bars(counted, span, below + _BARS))
    height = below + (_BARS if bars else 0) + _AXIS
    return Timeline(span=span, height=height, lanes=lanes, ticks=ticks(span), bars=bars)


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
            name=f"{method} {EVENT_CLASSES[kind]}".strip() if named else method,
            kind=kind,
            y=_TOP + number * _LANE,
            marks=tuple(_marks(by_lane.get((method, kind), ()), span)),
            cells=tuple(_cell(one, span, most) for one in counted if ("", one.event_type) == (method, kind)),
            stretches=tuple(_stretches([cover for cover in covered if cover.detector == method], span)),
        )


def _marks(events: Sequence[Event], span: TimeRange) -> Iterator[Mark]:
    """Place events one below the other where they last at the same time."""
    ends: list[float] = []
    placed = []
    for event in sorted(events, key=lambda event: event.event_starttime):
        x, wide = cut(event.time_range, span, _THINNEST)
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


def _cell(count: Count, span: TimeRange, most: int) -> Cell:
    x, wide = cut(count.time_range, span, _THINNEST)
    return Cell(x=x, width=wide, level=max(1, ceil(_LEVELS * log(count.number + 1) / log(most + 1))), count=count)


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
        x, wide = cut(one.time_range, span, _THINNEST / 3)
        if joined and x <= joined[-1][1] + _THINNEST / 3:
            left, right, reasons = joined[-1]
            joined[-1] = (left, max(right, x + wide), reasons | {one.reason})
        else:
            joined.append((x, x + wide, {one.reason}))
    return joined


def _bars(counts: Sequence[Count], span: TimeRange, floor: float) -> Iterator[Bar]:
    sums: Counter[tuple[datetime, datetime]] = Counter()
    for one in counts:
        sums[one.time_range.start, one.time_range.end] += one.number
    most = max(sums.values(), default=1)
    for (start, end), number in sorted(sums.items()):
        x, wide = cut(TimeRange(start=start, end=end), span, _THINNEST)
        height = round(max(2.0, (_BARS - 16) * number / most), 1)
        yield Bar(
            x=x, width=wide, y=round(floor - height, 1), height=height, count=number, start=format_utc(start),
            end=format_utc(end),
        )  # fmt: skip
