"""Events along time: where everything lies in a drawing of a given width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from helioscribe.domain.event import Event
from helioscribe.domain.times import TimeRange, format_utc

__all__ = ["Lane", "Mark", "Tick", "Timeline", "lay_out", "span_of"]

_LANE, _TOP, _AXIS, _MARGIN = 46, 8, 34, 10
_THINNEST = 3.0
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
class Lane:
    """The events of one detector."""

    name: str
    """Id of the detector."""

    y: float
    """Upper end."""

    marks: tuple[Mark, ...]
    """By time."""


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


def span_of(events: Sequence[Event]) -> TimeRange:
    """Return the span of some events with a little room on both sides."""
    start = min(event.event_starttime for event in events)
    end = max(event.event_endtime for event in events)
    room = max((end - start) * 0.02, timedelta(minutes=1))
    return TimeRange(start=start - room, end=end + room)


def lay_out(events: Sequence[Event], span: TimeRange, *, width: int) -> Timeline:
    """Say where everything lies; events outside of the span are cut off or left out."""
    names = sorted({event.detector or event.frm_name for event in events})
    lanes = tuple(
        Lane(
            name=name,
            y=_TOP + row * _LANE,
            marks=tuple(
                _mark(event, span, width)
                for event in events
                if (event.detector or event.frm_name) == name and event.time_range.overlaps(span)
            ),
        )
        for row, name in enumerate(names)
    )
    height = _TOP + max(1, len(lanes)) * _LANE + _AXIS
    return Timeline(width=width, height=height, lanes=lanes, ticks=_ticks(span, width))


def _mark(event: Event, span: TimeRange, width: int) -> Mark:
    left = max(_x(event.event_starttime, span, width), _MARGIN)
    right = min(_x(event.event_endtime, span, width), width - _MARGIN)
    return Mark(event=event, x=round(left, 1), width=round(max(right - left, _THINNEST), 1))


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
