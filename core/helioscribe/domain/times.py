"""Times and spans of time. All are UTC; single times are aware datetimes, arrays of times ``datetime64[ns]``.

Neither type has leap seconds. A time within one is read as the same fraction of the second after it, and a span across
one is a second too short. Times in TAI are converted where files are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError

__all__ = ["TimeRange", "format_utc", "from_datetime64", "parse_utc", "parse_utc_column", "to_datetime64", "utc_now"]

_PLAIN = re.compile(r"(\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:[0-5]\d(\.\d*)?)?)?)?", re.ASCII)
_LEAP = re.compile(r"(?<=:\d\d):60(?!\d)", re.ASCII)
"""A second of 60, as in 23:59:60."""


def utc_now() -> datetime:
    """Return the present time, UTC, to the microsecond."""
    return datetime.now(UTC)


def parse_utc(text: str, *, name: str = "") -> datetime:
    """Read an ISO 8601 time.

    Parameters
    ----------
    text
        Time such as ``2020-05-06T17:28:00.5``; without a time zone it is taken as UTC. A second of 60 is that after 59,
        whether it is a leap second or was rounded.
    name
        What the time is, for the message of an error.

    Raises
    ------
    InvalidInputError
        If the text is not a time.
    """
    try:
        return _moment(text.strip())
    except (ValueError, OverflowError):
        of = f"{name}: " if name else ""
        raise InvalidInputError(f"{of}not a time: {text[:40]!r}; expected such as 2020-05-06T17:28:00") from None


def _moment(text: str) -> datetime:
    written, leap = _LEAP.subn(":59", text)
    moment = datetime.fromisoformat(written)
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return utc + timedelta(seconds=leap)


def parse_utc_column(texts: Iterable[str]) -> NDArray[np.datetime64]:
    """Read the ISO 8601 times of a table.

    Parameters
    ----------
    texts
        Times as for `parse_utc`; empty ones are missing.

    Returns
    -------
    NDArray
        Shape (time,), ``datetime64[ns]`` in UTC; NaT where a time is missing.

    Raises
    ------
    ValueError
        If a text is not a time.
    """
    return np.array([_without_offset(text.strip().removesuffix("Z")) for text in texts], "datetime64[ns]")


def _without_offset(text: str) -> str:
    # numpy is quick, but takes 17z28 for a time, complains of offsets, and has no second 60.
    if _PLAIN.fullmatch(text):
        return text
    try:
        return _moment(text).replace(tzinfo=None).isoformat()
    except OverflowError as error:
        raise ValueError(f"no time of the years 1 to 9999: {text[:40]!r}") from error


def format_utc(moment: datetime) -> str:
    """Return a time as HEK writes it, ``YYYY-MM-DDTHH:MM:SS``, with milliseconds if they are not 0."""
    utc = moment.astimezone(UTC)
    if not utc.microsecond:
        return utc.isoformat()[:-6]
    # The last half millisecond of the year 9999 cannot be rounded up.
    rounded = utc + min(timedelta(microseconds=500), datetime.max.replace(tzinfo=UTC) - utc)
    text = rounded.replace(tzinfo=None).isoformat(timespec="milliseconds")
    return text.removesuffix(".000")


def to_datetime64(moment: datetime) -> np.datetime64:
    """Convert an aware datetime to a ``datetime64[ns]`` in UTC."""
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "ns")


def from_datetime64(moment: np.datetime64) -> datetime:
    """Convert a ``datetime64`` to a datetime in UTC, cut to microseconds. Raises `InvalidInputError` for NaT."""
    if np.isnat(moment):
        raise InvalidInputError("a time is missing (NaT)")
    stamp = moment.astype("datetime64[us]").astype(object)
    if not isinstance(stamp, datetime):
        raise InvalidInputError(f"a time lies outside the years 1 to 9999: {moment}")
    return stamp.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TimeRange:
    """A span of time, with both ends included.

    Raises
    ------
    InvalidInputError
        If the end is before the start, or a time has no time zone.
    """

    start: datetime
    """Start of the span."""

    end: datetime
    """End of the span, not before the start."""

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InvalidInputError("a time range needs times with a zone")
        if self.end < self.start:
            raise InvalidInputError(f"time range runs backwards: {self.start} to {self.end}")

    @classmethod
    def of(cls, start: str, end: str) -> Self:
        """Return the span between two times given as ISO 8601 text."""
        return cls(start=parse_utc(start), end=parse_utc(end))

    @property
    def duration(self) -> timedelta:
        """Length of the span."""
        return self.end - self.start

    def overlaps(self, other: TimeRange, *, tolerance: timedelta = timedelta(0)) -> bool:
        """Whether two spans overlap, or are at most `tolerance` apart."""
        return self.start - other.end <= tolerance and other.start - self.end <= tolerance

    def contains(self, moment: datetime) -> bool:
        """Whether a time is within the span, ends included."""
        return self.start <= moment <= self.end

    def union(self, other: TimeRange) -> TimeRange:
        """Return the smallest span that contains both."""
        return TimeRange(start=min(self.start, other.start), end=max(self.end, other.end))

    def shifted(self, delta: timedelta) -> TimeRange:
        """Return the span shifted by a duration."""
        return TimeRange(start=self.start + delta, end=self.end + delta)
