"""Images as dots in a plane, by two of their scores: what a model finds alike lies side by side."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from helioscribe.domain.embedding import Scored

__all__ = ["HEIGHT", "WIDTH", "Dot", "Scatter", "scatter"]

WIDTH, HEIGHT = 1000, 560
"""Of the drawing."""

_EDGE = 24
_TOLD = ("cluster", "anomaly", "multiple")
_ODDEST, _OTHERS = 200, 400
"""Of very many images, how many are drawn: the oddest, and some of all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One image."""

    subject: str
    """Id of its observation."""

    x: float
    """From the left."""

    y: float
    """From the top."""

    cluster: int
    """Which one, by number."""

    odd: bool
    """Whether its model finds it unusual."""

    told: str
    """Its scores in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """A drawing."""

    across: str
    """What grows to the right."""

    up: str
    """What grows upwards."""

    widths: tuple[float, float]
    """The scores at its left and right ends."""

    heights: tuple[float, float]
    """The scores at its lower and upper ends."""

    dots: tuple[Dot, ...]
    """The oddest last, so that they lie on top."""

    total: int
    """How many images there are."""


def scatter(said: Iterable[Scored], across: str, up: str) -> Scatter | None:
    """Draw what was said of images by two of the scores; None if nothing has both."""
    known = [one for one in said if across in one.scores and up in one.scores]
    if not known:
        return None
    oddest = heapq.nsmallest(_ODDEST, known, key=_oddness)
    names = {one.subject for one in oddest}
    others = [one for one in known if one.subject not in names]
    drawn = [*others[:: max(1, -(-len(others) // _OTHERS))], *reversed(oddest)]
    widths, heights = _ends(drawn, across), _ends(drawn, up)
    dots = tuple(
        _dot(one, _place(one.scores[across], widths, WIDTH), HEIGHT - _place(one.scores[up], heights, HEIGHT))
        for one in drawn
    )
    return Scatter(across=across, up=up, widths=widths, heights=heights, dots=dots, total=len(known))


def _ends(drawn: Sequence[Scored], name: str) -> tuple[float, float]:
    values = [one.scores[name] for one in drawn]
    return min(values), max(values)


def _place(value: float, ends: tuple[float, float], size: int) -> float:
    low, high = ends
    return _EDGE + (size - 2 * _EDGE) * ((value - low) / (high - low) if high > low else 0.5)


def _dot(one: Scored, x: float, y: float) -> Dot:
    told = ", ".join(f"{name} {one.scores[name]:.3g}" for name in _TOLD if name in one.scores)
    cluster = int(one.scores.get("cluster", 0))
    return Dot(subject=one.subject, x=round(x, 1), y=round(y, 1), cluster=cluster, odd=_oddness(one) < 0, told=told)


def _oddness(one: Scored) -> float:
    return one.scores.get("anomaly", 0.0)
