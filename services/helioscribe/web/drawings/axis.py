"""An axis of time: round moments, where they lie, and how short they can be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from helioscribe.domain.times import TimeRange, format_utc

__all__ = ["Tick", "cut", "ticks"]

_MOST = 11
_EVERY = 3
"""On a narrow screen only each third label has room."""

_LAST = 72.0
"""And none behind this place [percent], where it would be cut off."""

_SECONDS = (1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800)
_MONTHS = (1, 3, 6, 12, 24, 60, 120, 600, 1200)
_MONTH = 2_629_800
"""Mean length of a month [s]."""

_EPOCH = datetime.min.replace(tzinfo=UTC)
"""A Monday, at midnight."""

_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A moment on the axis, and the span up to the next one."""

    x: float
    """Where [percent of the width]."""

    width: float
    """Up to the next tick, or to the end [percent]."""

    label: str
    """As short as the step between ticks allows."""

    minor: bool
    """Whether its label is left out where there is little room."""

    start: str
    """The moment, UTC."""

    end: str
    """The next tick's moment."""


def ticks(span: TimeRange) -> tuple[Tick, ...]:
    """Return round moments of a span, from left to right."""
    moments, step = _moments(span)
    inside = [moment for moment in moments if span.contains(moment)]
    ends = [*inside[1:], span.end]
    return tuple(
        Tick(
            x=_x(moment, span),
            width=round(_x(end, span) - _x(moment, span), 2),
            label=_label(moment, step),
            minor=number % _EVERY > 0 or _x(moment, span) > _LAST,
            start=format_utc(moment),
            end=format_utc(end),
        )
        for number, (moment, end) in enumerate(zip(inside, ends, strict=False))
    )


def cut(part: TimeRange, span: TimeRange, thinnest: float = 0.0) -> tuple[float, float]:
    """Return where a part of a span begins and how wide it is [percent], cut at the ends of the span."""
    left, right = max(_x(part.start, span), 0.0), min(_x(part.end, span), 100.0)
    wide = max(right - left, thinnest)
    return round(min(left, 100.0 - wide), 2), round(wide, 2)


def _x(moment: datetime, span: TimeRange) -> float:
    return round(100 * ((moment - span.start) / max(span.duration, timedelta(seconds=1))), 2)


def _moments(span: TimeRange) -> tuple[list[datetime], timedelta]:
    """Return round moments around a span, few of them within it, and the step between them."""
    seconds = span.duration.total_seconds()
    for step in _SECONDS:
        if seconds / step <= _MOST:
            first = _EPOCH + timedelta(seconds=(span.start - _EPOCH).total_seconds() // step * step)
            between = timedelta(seconds=step)
            count = min(_MOST + 2, (_END - first) // between + 1)
            return [first + between * number for number in range(count)], between
    months = next((months for months in _MONTHS if seconds / (months * _MONTH) <= _MOST), _MONTHS[-1])
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
