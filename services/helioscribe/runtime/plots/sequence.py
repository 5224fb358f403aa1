"""Quick looks of image sequences: a strip of frames with the score below it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Detection, ScoreSeries
from helioscribe.domain.libraries import load
from helioscribe.domain.pixel_grid import pixel_grid
from helioscribe.domain.product import Header, ImageSequence
from helioscribe.domain.times import format_utc, from_datetime64, to_datetime64
from helioscribe.runtime.plots.canvas import drawing
from helioscribe.runtime.plots.palette import Palette

__all__ = ["colours_of_frames", "draw_sequence", "evenly", "lasting", "place_of"]

_COLUMNS, _MOST_SHOWN, _MOST_MARKS = 5, 15, 60


def draw_sequence(
    sequence: ImageSequence,
    target: Path | IO[bytes],
    *,
    detections: Sequence[Detection] = (),
    scores: ScoreSeries | None = None,
    title: str = "",
    form: str | None = None,
    dark: bool = False,
) -> None:
    """Draw frames in order of time, what was found in them, and the score.

    Parameters
    ----------
    sequence
        Sequence to draw; of a long one, frames at equal distances.
    target
        File or stream to write to.
    detections
        Their boxes are drawn on the frames in which they last.
    scores
        Scores of the detector; the first column is drawn.
    title
        Above the plot.
    form
        ``png``, ``svg`` or ``pdf``; by default what the name of the file says.
    dark
        For a dark page.
    """
    from matplotlib.figure import Figure

    shown = evenly(len(sequence.times), _MOST_SHOWN)
    rows = -(-len(shown) // _COLUMNS)
    height = 11.0 / _COLUMNS * sequence.pixels.shape[1] / sequence.pixels.shape[2]
    with drawing(dark=dark) as look:
        lower = 1.7 if scores is not None else 0.0
        figure = Figure(figsize=(12, min(40.0, rows * (height + 0.1) + 0.9 + lower)), layout="constrained")
        parts: Any = figure.subfigures(2, 1, height_ratios=(rows * (height + 0.25), lower)) if lower else [figure]
        grid = parts[0].subplots(rows, _COLUMNS, squeeze=False, sharex=True, sharey=True)
        _draw_frames(grid.ravel(), sequence, shown, detections, look)
        if scores is not None:
            _draw_score(parts[1].subplots(), scores, detections, look)
        figure.suptitle(_headline(sequence, len(detections)), x=0.02, ha="left", fontsize=11)
        if title:
            figure.text(0.98, 0.99, title, ha="right", va="top", fontsize=8.5, color=look.bad)
        figure.savefig(target, format=form, dpi=110)


def evenly(frames: int, most: int) -> NDArray[np.intp]:
    """Return the numbers of so many frames at equal distances, the first and the last among them."""
    return np.unique(np.linspace(0, frames - 1, min(frames, most)).round().astype(np.intp))


def _headline(sequence: ImageSequence, found: int) -> str:
    start, end = (format_utc(from_datetime64(sequence.times[index])).replace("T", " ")[:19] for index in (0, -1))
    what = f"{sequence.observatory} {sequence.instrument} {sequence.channel}"
    count = f"{found} detection{'' if found == 1 else 's'}" if found else ""
    frames = f"{len(sequence.times)} frames"
    return "   ".join(part for part in (what, f"{start} to {end[11:]} UTC", frames, count) if part)


def colours_of_frames(sequence: ImageSequence) -> tuple[Any, Any]:
    """Return the instrument's colour map and a norm that suits all frames."""
    load("sunpy")
    import sunpy.visualization.colormaps  # noqa: F401  # registers the instruments' colours
    from matplotlib import colormaps
    from matplotlib.colors import AsinhNorm, Normalize

    name = f"sdoaia{sequence.channel}"
    colours = colormaps[name if name in colormaps else "gray"]
    known = sequence.pixels[np.isfinite(sequence.pixels)]
    if sequence.unit == "display" or not known.size:
        return colours, Normalize(0, 255, clip=True)
    low, middle, high = (float(edge) for edge in np.quantile(known, (0.001, 0.5, 0.9995)))
    width = max(middle - low, 1e-3 * (high - low), 1e-9)
    return colours, AsinhNorm(linear_width=width, vmin=low, vmax=max(high, low + 1e-9), clip=True)


def _draw_frames(
    grid: Any, sequence: ImageSequence, shown: NDArray[np.intp], detections: Sequence[Detection], look: Palette
) -> None:
    colours, norm = colours_of_frames(sequence)
    for axes, index in zip(grid, shown, strict=False):
        left, low = place_of(sequence.headers[index], 0.5, 0.5)
        right, high = place_of(sequence.headers[index], sequence.pixels.shape[2] + 0.5, sequence.pixels.shape[1] + 0.5)
        axes.imshow(
            sequence.pixels[index],
            origin="lower",
            extent=(left, right, low, high),
            cmap=colours,
            norm=norm,
            interpolation="none",
        )
        for number, one in enumerate(detections):
            if one in lasting(detections, sequence.times[index]) and one.box is not None:
                _outline(axes, one, look.bands[number % len(look.bands)])
        axes.set_title(format_utc(from_datetime64(sequence.times[index]))[11:19], fontsize=8, loc="left", pad=2)
        axes.tick_params(labelsize=7)
    for axes in grid[len(shown) :]:
        axes.set_axis_off()
    grid[0].figure.supxlabel("solar west [arcsec]", fontsize=8.5)
    grid[0].figure.supylabel("solar north [arcsec]", fontsize=8.5)


def _outline(axes: Any, one: Detection, colour: str) -> None:
    assert one.box is not None  # the caller has seen it
    low, high = one.box.lower_left, one.box.upper_right
    axes.plot(
        [low.tx, high.tx, high.tx, low.tx, low.tx], [low.ty, low.ty, high.ty, high.ty, low.ty], color=colour, lw=1.4
    )


def lasting(detections: Sequence[Detection], time: np.datetime64) -> list[Detection]:
    """Return the detections with a box that last at a moment."""
    moment = from_datetime64(time)
    return [one for one in detections if one.box is not None and one.time_range.contains(moment)]


def place_of(header: Header, x: float, y: float) -> tuple[float, float]:
    """Return the helioprojective Tx and Ty [arcsec] of a pixel, counted as FITS does: the first one's centre is 1."""
    west, north = pixel_grid(header) @ (x - 1, y - 1, 1.0)
    return float(west), float(north)


def _stretches(times: NDArray[np.datetime64]) -> list[tuple[int, int]]:
    steps = np.diff(times)
    cuts = np.flatnonzero(steps > 3 * np.median(steps)) + 1 if steps.size else np.zeros(0, np.intp)
    edges = [0, *cuts.tolist(), times.size]
    return list(pairwise(edges))


def _draw_score(axes: Any, scores: ScoreSeries, detections: Sequence[Detection], look: Palette) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    mark = "." if scores.times.size < _MOST_MARKS else ""
    for first, last in _stretches(scores.times):
        axes.plot(scores.times[first:last], scores.values[first:last, 0], color=look.ink, lw=1.2, marker=mark)
    for one in detections:
        start, end = to_datetime64(one.time_range.start), to_datetime64(one.time_range.end)
        axes.axvspan(start, end, color=look.event, alpha=look.event_alpha, lw=0)
    axes.set(ylim=(-0.02, 1.02), ylabel=scores.names[0])
    axes.grid(color=look.grid, lw=0.5)
    locator = AutoDateLocator(minticks=4, maxticks=10)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
