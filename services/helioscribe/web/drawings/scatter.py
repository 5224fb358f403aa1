"""Images as dots in a plane: by two of their scores, or side by side with those that a model finds alike."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

import numpy as np

from helioscribe.domain.embedding import Scored, is_component
from helioscribe.runtime.wording import looks
from helioscribe.web.drawings.neighbours import side_by_side

__all__ = ["HEIGHT", "WIDTH", "Dot", "Scatter", "alike", "scatter"]

WIDTH, HEIGHT = 1000, 560
"""Of the drawing."""

_EDGE = 24
_WORD = (24, 18)  # width and height of a number
_ODDEST, _OTHERS = 150, 300
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
    """What its model says of it, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What grows in a direction."""

    score: str
    """Its name."""

    ends: tuple[float, float]
    """At the beginning and at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """A drawing."""

    dots: tuple[Dot, ...]
    """The oddest last, so that they lie on top."""

    total: int
    """How many images there are."""

    across: Axis | None = None
    """What grows to the right; None if directions say nothing."""

    up: Axis | None = None
    """What grows upwards; likewise."""

    @property
    def names(self) -> list[tuple[int, Dot]]:
        """The number of each cluster, and the dot in the middle of its dots; large ones first, none over another."""
        clusters: dict[int, list[Dot]] = {}
        for dot in self.dots:
            clusters.setdefault(dot.cluster, []).append(dot)
        named: list[tuple[int, Dot]] = []
        for number, dots in sorted(clusters.items(), key=lambda one: (-len(one[1]), one[0])):
            at = _middle(dots)
            if all(abs(at.x - dot.x) > _WORD[0] or abs(at.y - dot.y) > _WORD[1] for _, dot in named):
                named.append((number, at))
        return named


def scatter(said: Iterable[Scored], across: str, up: str) -> Scatter | None:
    """Draw what was said of images by two of the scores; None if nothing has both."""
    known = [one for one in said if across in one.scores and up in one.scores]
    if not known:
        return None
    drawn = _chosen(known)
    x, y = ([one.scores[name] for one in drawn] for name in (across, up))
    return Scatter(
        dots=_dots(drawn, x, y),
        total=len(known),
        across=Axis(score=across, ends=(min(x), max(x))),
        up=Axis(score=up, ends=(min(y), max(y))),
    )


def alike(said: Iterable[Scored]) -> Scatter | None:
    """Draw images beside those to whose principal components theirs are near; None if nothing has any."""
    known = [one for one in said if any(map(is_component, one.scores))]
    if not known:
        return None
    drawn = _chosen(known)
    names = sorted({name for one in drawn for name in one.scores if is_component(name)})
    places = _places(tuple(tuple(one.scores.get(name, 0.0) for name in names) for one in drawn))
    x, y = zip(*places, strict=True)
    return Scatter(dots=_dots(drawn, x, y), total=len(known))


@lru_cache(maxsize=4)
def _places(points: tuple[tuple[float, ...], ...]) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in side_by_side(np.array(points))]


def _chosen(known: Sequence[Scored]) -> list[Scored]:
    oddest = heapq.nsmallest(_ODDEST, known, key=_oddness)
    names = {one.subject for one in oddest}
    others = [one for one in known if one.subject not in names]
    return [*others[:: max(1, -(-len(others) // _OTHERS))], *reversed(oddest)]


def _dots(drawn: Sequence[Scored], x: Sequence[float], y: Sequence[float]) -> tuple[Dot, ...]:
    at = zip(_within(x, WIDTH), _within(y, HEIGHT), strict=True)
    return tuple(_dot(one, across, HEIGHT - up) for one, (across, up) in zip(drawn, at, strict=True))


def _within(values: Sequence[float], size: int) -> list[float]:
    low, high = min(values), max(values)
    wide = high - low
    return [_EDGE + (size - 2 * _EDGE) * ((value - low) / wide if wide > 0 else 0.5) for value in values]


def _dot(one: Scored, x: float, y: float) -> Dot:
    cluster = int(one.scores.get("cluster", 0))
    told = f"cluster {cluster} · {looks(one.scores)}"
    return Dot(subject=one.subject, x=round(x, 1), y=round(y, 1), cluster=cluster, odd=_oddness(one) < 0, told=told)


def _middle(dots: Sequence[Dot]) -> Dot:
    x, y = median(dot.x for dot in dots), median(dot.y for dot in dots)
    return min(dots, key=lambda dot: (dot.x - x) ** 2 + (dot.y - y) ** 2)


def _oddness(one: Scored) -> float:
    return one.scores.get("anomaly", 0.0)
