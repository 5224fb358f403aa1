"""Decides how many short jobs a worker takes together."""

from __future__ import annotations

__all__ = ["MOMENT", "Pace"]

MOMENT = 0.5
"""Largest total duration of jobs that are taken together [s]."""

_MOST = 64
_NEW = 0.2


class Pace:
    """Running mean of the duration of jobs in each group, from which follows how many to take together."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._last = ""

    def saw(self, group: str, seconds: float) -> None:
        """Record how long a job took [s]."""
        self._last = group
        mean = self._seconds.get(group, seconds)
        self._seconds[group] = mean + _NEW * (seconds - mean)

    def most(self, group: str) -> int:
        """Return how many jobs of a group to take; one as long as no duration is known."""
        seconds = self._seconds.get(group, MOMENT) if group else MOMENT
        return max(1, min(_MOST, int(MOMENT / max(seconds, 1e-6))))

    def usual(self) -> int:
        """Return how many jobs to take while their group is unknown: as many as of the last group."""
        return self.most(self._last)

    def along(self) -> dict[str, int]:
        """Return for each group how many jobs to take with the first one, if more than none."""
        return {group: most - 1 for group in list(self._seconds) if (most := self.most(group)) > 1}
