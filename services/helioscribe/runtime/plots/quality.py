"""Quality control of image sets: when there are images, how often, how long exposed, how far faded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.runtime.plots.canvas import drawing
from helioscribe.runtime.plots.palette import Palette

__all__ = ["QualitySeries", "draw_quality"]

_GAP = 1.5
"""A step longer than so many usual ones is a gap."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QualitySeries:
    """What is known of the images of a channel, in any order."""

    name: str
    """Such as ``171A``."""

    times: NDArray[np.datetime64]
    """UTC, datetime64[ns], shape (n,)."""

    exposure: NDArray[np.float64]
    """Raw exposure times [s], shape (n,); NaN where unknown."""

    degradation: NDArray[np.float64]
    """Sensitivity relative to that at launch, shape (n,); NaN where unknown."""

    flagged: NDArray[np.bool_]
    """True where the archive says that something is wrong, shape (n,)."""

    def ordered(self) -> QualitySeries:
        """Return the images that have a time, by time."""
        order = np.argsort(self.times, kind="stable")[: np.count_nonzero(~np.isnat(self.times))]
        return QualitySeries(
            name=self.name,
            times=self.times[order],
            exposure=self.exposure[order],
            degradation=self.degradation[order],
            flagged=self.flagged[order],
        )

    @property
    def steps(self) -> NDArray[np.float64]:
        """Seconds from each image to the next, shape (n - 1,); the times are in order."""
        return np.diff(self.times) / np.timedelta64(1, "s")

    @property
    def gaps(self) -> NDArray[np.intp]:
        """Indices of the images after which there is a gap."""
        usual = float(np.median(self.steps)) if self.steps.size else 0.0
        return np.flatnonzero(self.steps > _GAP * usual)


def draw_quality(
    series: Sequence[QualitySeries], target: Path | IO[bytes], *, form: str | None = None, dark: bool = False
) -> None:
    """Draw coverage, cadence, exposure and degradation over time, one colour a channel.

    Parameters
    ----------
    series
        One a channel.
    target
        File or stream to write to.
    form
        ``png``, ``svg`` or ``pdf``; by default what the name of the file says.
    dark
        For a dark page.
    """
    from matplotlib.figure import Figure

    shown = [one.ordered() for one in series]
    with drawing(dark=dark) as look:
        coverage = 0.8 + 0.3 * len(shown)
        figure = Figure(figsize=(12, coverage + 6.6), layout="constrained")
        rows = figure.subplots(4, 1, sharex=True, height_ratios=(coverage, 2.2, 2.2, 2.2))
        for number, one in enumerate(shown):
            _draw(rows, number, one, look)
        _dress(rows, shown, look)
        figure.savefig(target, format=form, dpi=110)


def _draw(rows: Sequence[Any], number: int, one: QualitySeries, look: Palette) -> None:
    colour = look.bands[number % len(look.bands)]
    level = np.full(one.times.size, -number)
    rows[0].plot(one.times, level, "|", color=colour, markersize=11)
    rows[0].plot(one.times[one.flagged], level[one.flagged], "x", color=look.alarm, markersize=6)
    for gap in one.gaps:
        rows[0].plot(one.times[gap : gap + 2], [-number] * 2, color=look.bad, linewidth=1, linestyle=":", zorder=0)
    rows[1].plot(one.times[:-1], one.steps, ".", color=colour, markersize=5)
    rows[2].plot(one.times, one.exposure, ".", color=colour, markersize=5)
    rows[3].plot(one.times, one.degradation, ".", color=colour, markersize=5)


_LEAST_SPAN = 0.05
"""Of an axis, as a share of its values."""


def _dress(rows: Sequence[Any], shown: Sequence[QualitySeries], look: Palette) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    images, gaps = sum(one.times.size for one in shown), sum(one.gaps.size for one in shown)
    flagged = sum(int(one.flagged.sum()) for one in shown)
    counts = f"{images} images, {gaps} gaps (dotted), {flagged} flagged by the archive (crosses)"
    rows[0].set_title(counts, loc="left")
    rows[0].set_yticks([-number for number in range(len(shown))], [one.name for one in shown])
    rows[0].set_ylim(0.6 - len(shown), 0.6)
    for axes, label in zip(rows[1:], ("to the next [s]", "raw exposure [s]", "sensitivity left"), strict=True):
        axes.set_ylabel(label)
        axes.grid(color=look.grid, linewidth=0.6)
    steps = np.concatenate([one.steps for one in shown])
    if (steps > 0).any() and steps.max() > 10 * np.median(steps):
        rows[1].set_yscale("log")
    for axes, name in ((rows[2], "exposure"), (rows[3], "degradation")):
        if not any(np.isfinite(getattr(one, name)).any() for one in shown):
            axes.text(0.5, 0.5, "not known", transform=axes.transAxes, ha="center", color=look.bad)
            axes.set_yticks([])
            continue
        # Differences of a microsecond are none: an axis that shows them needs an offset.
        low, high = axes.get_ylim()
        room = max(0.0, _LEAST_SPAN * high - (high - low)) / 2
        axes.set_ylim(low - room, high + room)
    locator = AutoDateLocator()
    rows[-1].xaxis.set_major_locator(locator)
    rows[-1].xaxis.set_major_formatter(ConciseDateFormatter(locator))
    rows[-1].set_xlabel("UTC")
    rows[0].figure.align_ylabels(rows)
