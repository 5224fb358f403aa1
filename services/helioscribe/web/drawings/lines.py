"""Lines over time: a vertical scale with its round values, paths, and spans behind them.

Along time, places are percents of the width; lines are paths in a box of 1000 by 100 that the page stretches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor, log10
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.event import Event
from helioscribe.domain.times import TimeRange, to_datetime64
from helioscribe.web.drawings.axis import cut

__all__ = ["MOST_POINTS", "Level", "Line", "Scale", "Shade", "path", "shade"]

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MOST_POINTS = 700
"""Of a line: no screen shows more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One band, or a score."""

    name: str
    """Of the band."""

    path: str
    """In a box of 1000 by 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A round value."""

    y: float
    """From the top [percent]."""

    label: str
    """As a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """A span behind the lines."""

    x: float
    """Left end [percent]."""

    width: float
    """Percent."""

    event: Event | None = None
    """What it stands for; None for what is not trusted or reaches a threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What stands how high."""

    low: float
    """Value at the bottom."""

    high: float
    """Value at the top."""

    log: bool
    """Whether equal ratios, and not differences, are equally far apart."""

    def heights(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return places from the top [percent]; what is lower than the bottom lies there."""
        known = np.maximum(values, self.low)
        if not self.log:
            return 100 * (1 - (known - self.low) / (self.high - self.low))
        with np.errstate(divide="ignore", invalid="ignore"):
            shares: NDArray[np.float64] = np.log(known / self.low) / np.log(self.high / self.low)
        return 100 * (1 - shares)

    def height(self, value: float) -> float:
        """Return the place of one value from the top [percent], within the scale."""
        return round(float(np.clip(self.heights(np.array([value]))[0], 0, 100)), 2)

    def levels(self, names: Mapping[int, str] = MappingProxyType({})) -> Iterator[Level]:
        """Yield the powers of ten, or the middle of a scale that counts differences; `names` are those of powers."""
        if not self.log:
            middle = (self.low + self.high) / 2
            yield Level(y=50.0, label=f"{middle:g}")
            return
        for power in range(ceil(log10(self.low)), floor(log10(self.high)) + 1):
            label = f"{10.0**power:g}" if -3 < power < 4 else f"10{str(power).translate(_RAISED)}"
            yield Level(y=self.height(10.0**power), label=f"{names.get(power, '')} {label}".strip())


def path(times: NDArray[np.datetime64], heights: NDArray[np.float64], span: TimeRange) -> str:
    """Return a line as an SVG path; where nothing is known it has gaps."""
    seconds = (times - to_datetime64(span.start)) / np.timedelta64(1, "s")
    along = 1000 * seconds / max(span.duration.total_seconds(), 1.0)
    parts, pen = [], "M"
    for x, y in zip(along, heights, strict=True):
        if np.isfinite(y):
            parts.append(f"{pen}{x:.1f} {y:.1f}")
            pen = "L"
        else:
            pen = "M"
    return "".join(parts)


def shade(part: TimeRange, span: TimeRange, event: Event | None = None) -> Shade:
    """Return where a part of a span lies."""
    x, width = cut(part, span, 0.2)
    return Shade(x=x, width=width, event=event)
