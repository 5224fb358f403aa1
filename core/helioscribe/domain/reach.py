"""Classes of duration: how long before a span an event may have begun that reaches into it.

A search for what overlaps a span looks for events that began in it or, class by class, no earlier before it than events
of the class last. One event of a year makes no other search slow: it stands in the last class with the few of its kind.
"""

from __future__ import annotations

from datetime import timedelta

__all__ = ["REACHES", "reach_of"]

REACHES = (timedelta(hours=2), timedelta(days=1), timedelta(days=16), timedelta(days=128), timedelta.max)
"""Longest duration of each class. Flares, jets and waves are of the first, what lives for days of the third."""


def reach_of(duration: timedelta) -> int:
    """Return the class of a duration, from 0."""
    return next(number for number, longest in enumerate(REACHES) if duration <= longest)
