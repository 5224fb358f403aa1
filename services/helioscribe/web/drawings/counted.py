"""Events that are too many to be drawn one by one: counted by a unit of time, as cells of a lane and as a histogram."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, log

from helioscribe.domain.query import CountBy
from helioscribe.domain.times import TimeRange, format_utc
from helioscribe.web.drawings.axis import cut

__all__ = ["HEIGHT", "THINNEST", "Bar", "Cell", "Count", "bars", "cells", "stamp_span", "unit_of"]

HEIGHT = 52
"""Of the histogram, in pixels."""

THINNEST = 0.3
"""Least width that can be seen and hit [percent]."""

_ROOM = 16
_LEVELS = 5
_UNITS = {CountBy.HOUR: timedelta(days=5), CountBy.DAY: timedelta(days=120), CountBy.MONTH: timedelta(days=3700)}
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


def cells(counts: Sequence[Count], span: TimeRange, most: int) -> tuple[Cell, ...]:
    """Return the cells of one lane; `most` is the largest number of all lanes."""
    laid = []
    for one in counts:
        x, wide = cut(one.time_range, span, THINNEST)
        laid.append(Cell(x=x, width=wide, level=max(1, ceil(_LEVELS * log(one.number + 1) / log(most + 1))), count=one))
    return tuple(laid)


def bars(counts: Sequence[Count], span: TimeRange, floor: float) -> Iterator[Bar]:
    """Yield the columns of the histogram; `floor` is where they stand."""
    sums: Counter[tuple[datetime, datetime]] = Counter()
    for one in counts:
        sums[one.time_range.start, one.time_range.end] += one.number
    most = max(sums.values(), default=1)
    for (start, end), number in sorted(sums.items()):
        x, wide = cut(TimeRange(start=start, end=end), span, THINNEST)
        height = round(max(2.0, (HEIGHT - _ROOM) * number / most), 1)
        yield Bar(
            x=x,
            width=wide,
            y=round(floor - height, 1),
            height=height,
            count=number,
            start=format_utc(start),
            end=format_utc(end),
        )
