"""Moments and spans of time. Everything is UTC; array times are ``datetime64[ns]``, scalars are aware datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import numpy as np

from helioscribe.domain.errors import InvalidInputError

__all__ = ["TimeRange", "format_utc", "from_datetime64", "parse_utc", "to_datetime64", "utc_now"]


def utc_now() -> datetime:
    """Return the present moment, to the microsecond."""
    return datetime.now(UTC)


def parse_utc(text: str, *, name: str = "") -> datetime:
    """Read an ISO 8601 time as UTC.

    Parameters
    ----------
    text
        Such as ``2020-05-06T17:28:00.5``; a time without a zone is UTC.
    name
        Of what the time is, for the message.

    Raises
    ------
    InvalidInputError
        If `text` is no time.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        of = f"{name}: " if name else ""
        raise InvalidInputError(f"{of}not a time: {text[:40]!r}; expected such as 2020-05-06T17:28:00") from None


def format_utc(moment: datetime) -> str:
    """Write a time as HEK does, ``YYYY-MM-DDTHH:MM:SS``, with milliseconds where there are any."""
    utc = moment.astimezone(UTC)
    if not utc.microsecond:
        return utc.isoformat()[:-6]
    # The last half millisecond of the calendar has nowhere to round to.
    rounded = utc + min(timedelta(microseconds=500), datetime.max.replace(tzinfo=UTC) - utc)
    text = rounded.replace(tzinfo=None).isoformat(timespec="milliseconds")
    return text.removesuffix(".000")


def to_datetime64(moment: datetime) -> np.datetime64:
    """Convert an aware datetime for use with arrays."""
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "ns")


def from_datetime64(moment: np.datetime64) -> datetime:
    """Convert an element of an array of times; nanoseconds are cut to microseconds."""
    if np.isnat(moment):
        raise InvalidInputError("a time is missing (NaT)")
    stamp = moment.astype("datetime64[us]").astype(object)
    if not isinstance(stamp, datetime):
        raise InvalidInputError(f"a time lies outside the years 1 to 9999: {moment}")
    return stamp.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TimeRange:
    """A closed span of time, UTC.

    Raises
    ------
    InvalidInputError
        If the end lies before the start, or a moment has no zone.
    """

    start: datetime
    """First moment."""

    end: datetime
    """Last moment, not before `start`."""

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InvalidInputError("a time range needs times with a zone")
        if self.end < self.start:
            raise InvalidInputError(f"time range runs backwards: {self.start} to {self.end}")

    @classmethod
    def of(cls, start: str, end: str) -> Self:
        """Read both ends from ISO 8601 text."""
        return cls(start=parse_utc(start), end=parse_utc(end))

    @property
    def duration(self) -> timedelta:
        """Length of the span."""
        return self.end - self.start

    def overlaps(self, other: TimeRange, *, tolerance: timedelta = timedelta(0)) -> bool:
        """Whether both spans share a moment, or come within `tolerance` of it."""
        return self.start - other.end <= tolerance and other.start - self.end <= tolerance

    def contains(self, moment: datetime) -> bool:
        """Whether `moment` lies in the span, ends included."""
        return self.start <= moment <= self.end

    def union(self, other: TimeRange) -> TimeRange:
        """Smallest span that holds both."""
        return TimeRange(start=min(self.start, other.start), end=max(self.end, other.end))

    def shifted(self, delta: timedelta) -> TimeRange:
        """Return the span moved by `delta`."""
        return TimeRange(start=self.start + delta, end=self.end + delta)
