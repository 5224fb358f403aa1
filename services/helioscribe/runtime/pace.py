"""How many short jobs a worker takes in one go."""

from __future__ import annotations

__all__ = ["MOMENT", "Pace"]

MOMENT = 0.5
"""How long jobs that were taken together may keep each other, and another worker, waiting [s]."""

_MOST = 64
_NEW = 0.2


class Pace:
    """How long jobs of each group take, a running mean, and so how many of them fill a moment."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._last = ""

    def saw(self, group: str, seconds: float) -> None:
        """Learn how long a job took."""
        self._last = group
        mean = self._seconds.get(group, seconds)
        self._seconds[group] = mean + _NEW * (seconds - mean)

    def most(self, group: str) -> int:
        """Return how many jobs of a group to take: one, as long as nothing is known of it."""
        seconds = self._seconds.get(group, MOMENT) if group else MOMENT
        return max(1, min(_MOST, int(MOMENT / max(seconds, 1e-6))))

    def usual(self) -> int:
        """Return how many jobs to take before it is known of which group they are: as if of the last one's."""
        return self.most(self._last)

    def along(self) -> dict[str, int]:
        """Return how many to take with a first one, for groups where there are any."""
        return {group: most - 1 for group in list(self._seconds) if (most := self.most(group)) > 1}
