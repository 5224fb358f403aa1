"""Small charts as SVG text: they take their colours from the page, and need no library to be looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Axis", "Mark", "Series", "chart", "confusion", "ticks"]

WIDTH, HEIGHT = 450, 290
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 14, 12, 44

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A line, or points."""

    name: str
    """For the legend; empty for none."""

    points: Points
    """(x, y) in data units."""

    style: str = ""
    """CSS classes: ``c0`` to ``c5`` for the colour, ``dashed``, ``dots``, ``step`` or ``faint``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place worth a word: a vertical line, or a point where `y` is given."""

    x: float
    """In data units."""

    text: str
    """What it is."""

    y: float | None = None
    """In data units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What a direction means."""

    title: str
    """With its unit."""

    low: float | None = None
    """Where it begins; from the data if None."""

    high: float | None = None
    """Where it ends; from the data if None."""

    logarithmic: bool = False
    """Whether steps are factors."""

    whole: bool = False
    """Whether only whole numbers mean anything."""


def ticks(low: float, high: float, *, most: int = 6) -> list[float]:
    """Return round numbers in a range, at most `most` + 1 of them."""
    span = high - low
    if not span > 0:
        return [low]
    raw = span / most
    base = 10.0 ** math.floor(math.log10(raw))
    step = next(base * factor for factor in (1, 2, 5, 10) if base * factor >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [round(index * step, 12) for index in range(first, math.floor(high / step + 1e-9) + 1)]


class _Scale:
    """From data units to pixels."""

    def __init__(self, axis: Axis, values: Sequence[float], begin: float, end: float) -> None:
        self._log, self._whole = axis.logarithmic, axis.whole
        usable = [self._of(v) for v in values if math.isfinite(v) and (v > 0 or not self._log)]
        low = self._of(axis.low) if axis.low is not None else min(usable, default=0.0)
        high = self._of(axis.high) if axis.high is not None else max(usable, default=1.0)
        if not high > low:
            low, high = low - (abs(low) / 2 or 0.5), high + (abs(high) / 2 or 0.5)
        self.low, self.high, self._begin, self._end = low, high, begin, end

    def _of(self, value: float) -> float:
        return math.log10(value) if self._log else value

    def __call__(self, value: float) -> float:
        share = (self._of(value) - self.low) / (self.high - self.low)
        return self._begin + min(max(share, -0.02), 1.02) * (self._end - self._begin)

    def ticks(self) -> list[tuple[float, str]]:
        """Return places in pixels and their labels."""
        if not self._log:
            shown = (value for value in ticks(self.low, self.high) if not self._whole or value == round(value))
            return [(self(value), f"{value:g}") for value in shown]
        found = ticks(self.low, self.high, most=4)
        return [(self(10.0**value), f"{10.0**value:.2g}") for value in found]


def chart(series: Sequence[Series], *, x: Axis, y: Axis, marks: Sequence[Mark] = (), label: str) -> str:
    """Return a chart with its legend as HTML.

    Parameters
    ----------
    series
        What to draw; points that are no numbers are left out.
    x, y
        Its axes.
    marks
        Places worth a word.
    label
        What the chart shows, for those who cannot see it.
    """
    clean = [(one, [p for p in one.points if all(map(math.isfinite, p))]) for one in series]
    across = _Scale(x, [p[0] for _, points in clean for p in points], _LEFT, WIDTH - _RIGHT)
    up = _Scale(y, [p[1] for _, points in clean for p in points], HEIGHT - _BOTTOM, _TOP)
    parts = [_grid(across, up, x, y)]
    parts += [_drawn(one, [(across(a), up(b)) for a, b in points]) for one, points in clean]
    parts += [_marked(mark, across, up) for mark in marks]
    legend = "".join(f'<span class="key {one.style}">{escape(one.name)}</span>' for one in series if one.name)
    svg = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'
    return f'<figure>{svg}<figcaption class="legend">{legend}</figcaption></figure>'


def _grid(across: _Scale, up: _Scale, x: Axis, y: Axis) -> str:
    floor, middle = HEIGHT - _BOTTOM, (_TOP + HEIGHT - _BOTTOM) / 2
    right = WIDTH - _RIGHT
    lines = [f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{p:.1f}" y2="{p:.1f}"/>' for p, _ in up.ticks()]
    lines += [f'<text class="tick" x="{_LEFT - 7}" y="{p + 4:.1f}" text-anchor="end">{t}</text>' for p, t in up.ticks()]
    lines += [
        f'<line class="grid" x1="{p:.1f}" x2="{p:.1f}" y1="{floor}" y2="{floor + 5}"/>'
        f'<text class="tick" x="{p:.1f}" y="{floor + 18}" text-anchor="middle">{t}</text>'
        for p, t in across.ticks()
    ]
    lines.append(
        f'<text class="axis" x="{(_LEFT + WIDTH - _RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">'
        f"{escape(x.title)}</text>"
    )
    lines.append(
        f'<text class="axis" transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">'
        f"{escape(y.title)}</text>"
    )
    return "".join(lines)


def _drawn(series: Series, points: Points) -> str:
    if not points:
        return ""
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    dots = "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3"/>' for a, b in points)
    if "dots" in series.style:
        return f'<g class="series {series.style}"><polyline points="{line}"/>{dots}</g>'
    few = dots if len(points) == 1 else ""
    return f'<g class="series {series.style}"><polyline points="{line}"/>{few}</g>'


def _marked(mark: Mark, across: _Scale, up: _Scale) -> str:
    place = across(mark.x)
    side = "end" if place > WIDTH * 0.6 else "start"
    shift = -7 if side == "end" else 7
    if mark.y is None:
        line = f'<line class="mark" x1="{place:.1f}" x2="{place:.1f}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}"/>'
        height = _TOP + 13.0
    else:
        height = up(mark.y)
        line = f'<circle class="mark" cx="{place:.1f}" cy="{height:.1f}" r="5"/>'
        height += 18 if height < HEIGHT / 2 else -10
    at = f'x="{place + shift:.1f}" y="{height:.1f}" text-anchor="{side}"'
    return f'{line}<text class="note" {at}>{escape(mark.text)}</text>'


def confusion(counts: dict[str, int]) -> str:
    """Return the confusion matrix as a table whose cells are shaded by their share of the row."""
    rows = []
    for name, cells in (("positive", ("tp", "fn")), ("negative", ("fp", "tn"))):
        total = sum(counts[cell] for cell in cells) or 1
        shaded = "".join(
            f'<td class="{"right" if cell in ("tp", "tn") else "wrong"}" style="--share:{counts[cell] / total:.3f}">'
            f"<b>{counts[cell]}</b><small>{counts[cell] / total:.1%}</small></td>"
            for cell in cells
        )
        rows.append(f'<tr><th scope="row">{name}</th>{shaded}</tr>')
    head = '<tr><td></td><th scope="col">said positive</th><th scope="col">said negative</th></tr>'
    return f'<table class="confusion">{head}{"".join(rows)}</table>'
