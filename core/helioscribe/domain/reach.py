"""Classes of duration, with which the database finds the events that overlap with a span of time.

An event of a class overlaps with the span only if it began in it, or before it by at most the longest duration of the
class. With one range of start times for each class, a few very long events do not slow down all searches.
"""

from __future__ import annotations

from datetime import timedelta

__all__ = ["REACHES", "reach_of"]

REACHES = (timedelta(hours=2), timedelta(days=1), timedelta(days=16), timedelta(days=128), timedelta.max)
"""Longest duration of each class. Flares and jets are in the first, features that last for days in the third."""


def reach_of(duration: timedelta) -> int:
    """Return the number of the class of a duration, from 0."""
    return next(number for number, longest in enumerate(REACHES) if duration <= longest)
