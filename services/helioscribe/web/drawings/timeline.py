"""Events along time, what was covered, and how many there were: where everything lies in a drawing of a given width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from helioscribe.domain.coverage import Coverage, CoverageState, CoveredSpan
from helioscribe.domain.event import EVENT_CLASSES, Event
from helioscribe.domain.times import TimeRange, format_utc

__all__ = ["Bar", "Lane", "Mark", "Stretch", "Tick", "Timeline", "lay_out", "span_of"]

_LANE, _TOP, _AXIS, _MARGIN, _BARS = 46, 8, 34, 10, 44
_THINNEST = 3.0
_MOST_REASONS = 3
_BETWEEN_TICKS = 95
_SECONDS = (1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800)
_MONTHS = (1, 3, 6, 12, 24, 60, 120, 600, 1200)
_MONTH = 2_629_800
"""Mean length of a month [s]."""

_EPOCH = datetime.min.replace(tzinfo=UTC)
"""A Monday, at midnight."""

_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One event."""

    event: Event
    """What it stands for."""

    x: float
    """Left end."""

    width: float
    """At least as much as can be seen and hit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A span with one kind of coverage."""

    state: CoverageState
    """What became of it."""

    x: float
    """Left end."""

    width: float
    """At least as much as can be seen."""

    reasons: tuple[str, ...]
    """Why it was not observed or failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The events of one detector; of one class, if it finds several."""

    name: str
    """Of the detector, and of the class."""

    y: float
    """Upper end."""

    marks: tuple[Mark, ...]
    """By time."""

    stretches: tuple[Stretch, ...]
    """What the detector looked at, by time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many events began in a span of time."""

    x: float
    """Left end."""

    y: float
    """Upper end."""

    width: float
    """Up to the next one."""

    height: float
    """In proportion to the count."""

    count: int
    """Events."""

    start: str
    """First moment, UTC."""

    end: str
    """Last moment, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A moment on the axis, and the span up to the next one."""

    x: float
    """Where."""

    width: float
    """Up to the next tick, or to the end."""

    label: str
    """As short as the step between ticks allows."""

    start: str
    """The moment, UTC."""

    end: str
    """The next tick's moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A drawing."""

    width: int
    """In its own units."""

    height: int
    """In the same units."""

    lanes: tuple[Lane, ...]
    """From top to bottom."""

    ticks: tuple[Tick, ...]
    """From left to right."""

    bars: tuple[Bar, ...]
    """Below the lanes, from left to right; none where all events can be told apart."""


def span_of(events: Sequence[Event]) -> TimeRange:
    """Return the span of some events with a little room on both sides."""
    start = min(event.event_starttime for event in events)
    end = max(event.event_endtime for event in events)
    room = max((end - start) * 0.02, timedelta(minutes=1))
    return TimeRange(start=start - room, end=end + room)


def lay_out(
    events: Sequence[Event],
    span: TimeRange,
    *,
    width: int,
    coverage: Sequence[Coverage] = (),
    counts: Sequence[tuple[TimeRange, int]] = (),
) -> Timeline:
    """Say where everything lies; what is outside of the span is cut off or left out.

    Parameters
    ----------
    events
        What is drawn one by one.
    span
        From the left end to the right.
    width
        Of the drawing.
    coverage
        What was looked at; a detector that found nothing has a lane too.
    counts
        How many events began in which span, for the bars.
    """
    shown = [event for event in events if event.time_range.overlaps(span)]
    covered = [cover for cover in coverage if cover.span.time_range.overlaps(span)]
    rows = sorted(_rows(shown, covered))
    lanes = tuple(
        Lane(
            name=f"{method} {EVENT_CLASSES[kind]}" if [name for name, _ in rows].count(method) > 1 else method,
            y=_TOP + number * _LANE,
            marks=tuple(_mark(one, span, width) for one in shown if (_method(one), one.event_type) == (method, kind)),
            stretches=tuple(_stretches([cover for cover in covered if cover.detector == method], span, width)),
        )
        for number, (method, kind) in enumerate(rows)
    )
    below = _TOP + max(1, len(lanes)) * _LANE
    bars = tuple(_bars(counts, span, width, below + _BARS))
    height = below + (_BARS if bars else 0) + _AXIS
    return Timeline(width=width, height=height, lanes=lanes, ticks=_ticks(span, width), bars=bars)


def _rows(shown: Sequence[Event], covered: Sequence[Coverage]) -> set[tuple[str, str]]:
    """Return methods with each class of events that they saw; those that saw none once, without a class."""
    rows = {(_method(event), event.event_type) for event in shown}
    return rows | {(cover.detector, "") for cover in covered if cover.detector not in {name for name, _ in rows}}


def _method(event: Event) -> str:
    return event.detector or event.frm_name


def _mark(event: Event, span: TimeRange, width: int) -> Mark:
    x, wide = _cut(event.time_range, span, width, _THINNEST)
    return Mark(event=event, x=x, width=wide)


def _cut(part: TimeRange, span: TimeRange, width: int, thinnest: float) -> tuple[float, float]:
    left = max(_x(part.start, span, width), _MARGIN)
    right = min(_x(part.end, span, width), width - _MARGIN)
    return round(left, 1), round(max(right - left, thinnest), 1)


def _stretches(covered: Sequence[Coverage], span: TimeRange, width: int) -> Iterator[Stretch]:
    for state in CoverageState:
        alike = (cover.span for cover in covered if cover.span.state is state)
        for left, right, reasons in _joined(alike, span, width):
            told = tuple(sorted(reasons - {""}))[:_MOST_REASONS]
            yield Stretch(state=state, x=round(left, 1), width=round(right - left, 1), reasons=told)


def _joined(alike: Iterable[CoveredSpan], span: TimeRange, width: int) -> list[tuple[float, float, set[str]]]:
    """Join what lies side by side in the drawing: a year of images is one stretch."""
    joined: list[tuple[float, float, set[str]]] = []
    for one in sorted(alike, key=lambda one: one.time_range.start):
        x, wide = _cut(one.time_range, span, width, _THINNEST / 3)
        if joined and x <= joined[-1][1] + 1:
            left, right, reasons = joined[-1]
            joined[-1] = (left, max(right, x + wide), reasons | {one.reason})
        else:
            joined.append((x, x + wide, {one.reason}))
    return joined


def _bars(counts: Sequence[tuple[TimeRange, int]], span: TimeRange, width: int, floor: float) -> Iterator[Bar]:
    most = max((count for _, count in counts), default=0)
    for part, count in counts:
        if not count or not part.overlaps(span):
            continue
        x, wide = _cut(part, span, width, 1.0)
        height = round(max(2.0, (_BARS - 16) * count / most), 1)
        yield Bar(
            x=x, y=floor - height, width=max(wide - 1, 1.0), height=height, count=count,
            start=format_utc(part.start), end=format_utc(part.end),
        )  # fmt: skip


def _x(moment: datetime, span: TimeRange, width: int) -> float:
    share = (moment - span.start) / max(span.duration, timedelta(seconds=1))
    return _MARGIN + share * (width - 2 * _MARGIN)


def _ticks(span: TimeRange, width: int) -> tuple[Tick, ...]:
    moments, step = _moments(span, max(2, width // _BETWEEN_TICKS))
    inside = [moment for moment in moments if span.contains(moment)]
    places = [_x(moment, span, width) for moment in [*inside, span.end]]
    return tuple(
        Tick(
            x=round(x, 1),
            width=round(after - x, 1),
            label=_label(moment, step),
            start=format_utc(moment),
            end=format_utc(end),
        )
        for moment, end, x, after in zip(inside, [*inside[1:], span.end], places, places[1:], strict=False)
    )


def _moments(span: TimeRange, most: int) -> tuple[list[datetime], timedelta]:
    """Return round moments around a span, at most so many within it, and the step between them."""
    seconds = span.duration.total_seconds()
    for step in _SECONDS:
        if seconds / step <= most:
            first = _EPOCH + timedelta(seconds=(span.start - _EPOCH).total_seconds() // step * step)
            between = timedelta(seconds=step)
            count = min(most + 2, (_END - first) // between + 1)
            return [first + between * number for number in range(count)], between
    months = next((months for months in _MONTHS if seconds / (months * _MONTH) <= most), _MONTHS[-1])
    return list(_calendar(span, months)), timedelta(seconds=months * _MONTH)


def _calendar(span: TimeRange, months: int) -> Iterator[datetime]:
    first = (span.start.year * 12 + span.start.month - 1) // months * months
    last = span.end.year * 12 + span.end.month
    for month in range(max(first, 12), min(last, 9999 * 12 + 11) + 1, months):  # the calendar has the years 1 to 9999
        yield datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)


def _label(moment: datetime, step: timedelta) -> str:
    if step >= timedelta(days=360):
        return f"{moment:%Y}"
    if step >= timedelta(days=27):
        return f"{moment:%b %Y}"
    if step >= timedelta(days=1) or (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return f"{moment:%d %b %Y}" if step >= timedelta(days=1) else f"{moment:%d %b}"
    return f"{moment:%H:%M:%S}" if step < timedelta(minutes=1) else f"{moment:%H:%M}"
