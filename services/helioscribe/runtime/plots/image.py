"""Quick looks of images: the instrument's colours, limb and grid, and what detectors found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Observer, Position
from helioscribe.domain.detection import Detection
from helioscribe.domain.libraries import load
from helioscribe.domain.pixel_grid import pixel_grid
from helioscribe.domain.product import SolarImage
from helioscribe.domain.rotation import on_sky
from helioscribe.domain.times import format_utc, from_datetime64
from helioscribe.runtime.plots.canvas import drawing
from helioscribe.runtime.plots.palette import DARK, Palette

__all__ = ["colours_of", "draw_image", "headline"]

_STEP = 15
_FIELD = 1500.0
"""Field [G] at which a magnetogram's colours end; less on a quiet Sun."""

_LEAST_FIELD = 150.0
_MOST_LABELS = 40
_CONTOURS = (0.3, 0.5, 0.7, 0.9)
"""Shares of the peak at which lines are drawn around X-ray sources."""

_CLOSE = 80.0
"""Least half width of a close view [arcsec]."""

_SMALL = 0.25
"""Share of a side of the image below which detections are shown closely, too."""


def draw_image(
    image: SolarImage,
    target: Path | IO[bytes],
    *,
    detections: Sequence[Detection] = (),
    title: str = "",
    form: str | None = None,
    dark: bool = False,
    close: bool = False,
) -> None:
    """Draw an image as its observer saw it.

    Parameters
    ----------
    image
        Image to draw.
    target
        File or stream to write to.
    detections
        Detections in the image; their boxes and outlines are in the frame of its observer.
    title
        Above the plot.
    form
        ``png``, ``svg`` or ``pdf``; by default what the name of the file says.
    dark
        For a dark page.
    close
        Show the surroundings of what was found beside the whole, if they are a small part of it.
    """
    from matplotlib.figure import Figure

    with drawing(dark=dark) as look:
        closely = close and not _is_x_ray(image) and _is_small(image, detections)
        figure = Figure(figsize=_size(image, closely=closely), layout="constrained")
        whole, *near = figure.subplots(1, 2 if closely else 1, squeeze=False)[0]
        drawn = _draw_sky(whole, image, detections, look, labels=not closely)
        for axes in near:
            _draw_sky(axes, image, detections, look)
        if near or (detections and _is_x_ray(image) and _helioprojective(image)):
            _look_closely(near[0] if near else whole, image, detections)
        figure.colorbar(drawn, ax=[whole, *near], label=_unit(image), shrink=0.8, pad=0.02)
        figure.suptitle(headline(image, len(detections)), x=0.02, ha="left", fontsize=11)
        whole.set_title(title, loc="left", fontsize=8.5, color=look.bad)
        figure.savefig(target, format=form, dpi=130)


def _size(image: SolarImage, *, closely: bool) -> tuple[float, float]:
    if closely:
        return (13.0, 6.2)
    rows, columns = image.pixels.shape
    return (9.4, min(14.0, max(4.0, 7.0 * rows / columns + 1.3)))  # the scale and the labels take the rest


def _is_x_ray(image: SolarImage) -> bool:
    return image.channel.endswith("keV")


def _is_small(image: SolarImage, detections: Sequence[Detection]) -> bool:
    """Whether detections are a small part of what the image shows."""
    places, ends = _corners(detections), _corners_of(image)
    small = _helioprojective(image) and len(places) > 0
    return small and bool(np.all(np.ptp(places, axis=0) < _SMALL * np.ptp(ends, axis=1)))


def _draw_sky(
    axes: Any, image: SolarImage, detections: Sequence[Detection], look: Palette, *, labels: bool = True
) -> Any:
    """Draw pixels, limb, grid and detections; return the drawing of the pixels, for a scale of colours."""
    drawn = _draw_pixels(axes, image)
    axes.set(xlabel=_axis(image, 1), ylabel=_axis(image, 2))
    if _helioprojective(image):
        _draw_sun(axes, image, look)
        _draw_detections(axes, detections, labels=labels)
        if detections and _is_x_ray(image):
            _draw_contours(axes, image, look)
    return drawn


def headline(image: SolarImage, found: int) -> str:
    """Return what is shown, when it was taken, and how much was found."""
    moment = format_utc(from_datetime64(image.time))[:19].replace("T", " ")
    what = " ".join(dict.fromkeys((image.observatory, image.instrument, image.channel)))
    count = f"{found} detection{'' if found == 1 else 's'}" if found else ""
    return "   ".join(part for part in (what, f"{moment} UTC", count) if part)


def colours_of(image: SolarImage) -> tuple[Any, Any]:
    """Return the colour map and the norm that the instrument's people use."""
    load("matplotlib")
    from matplotlib import colormaps
    from matplotlib.colors import Normalize

    known = image.pixels[~image.mask & np.isfinite(image.pixels)]
    if image.unit == "G":
        strong = float(np.quantile(np.abs(known), 0.999)) if known.size else _FIELD
        end = min(_FIELD, max(_LEAST_FIELD, strong))
        return _with_paper(colormaps["gray"]), Normalize(-end, end, clip=True)
    settings = image.to_map().plot_settings
    norm = settings["norm"]
    low, high = (float(edge) for edge in np.quantile(known, (0.001, 0.9995))) if known.size else (0.0, 1.0)
    norm.vmin, norm.vmax = min(low, high - 1e-9), high
    return _with_paper(colormaps.get_cmap(settings["cmap"])), norm


def _with_paper(colours: Any) -> Any:
    return colours.with_extremes(bad=(0.0, 0.0, 0.0, 0.0))  # where there is no data, the page shows


def _draw_pixels(axes: Any, image: SolarImage) -> Any:
    """Draw the pixels where they lie, turned as they are."""
    from matplotlib.transforms import Affine2D

    grid, corners = pixel_grid(image.header), _corners_of(image)
    (colours, norm), values = colours_of(image), np.where(image.mask, np.nan, image.pixels)
    placed = Affine2D(np.vstack([grid, (0, 0, 1)])) + axes.transData
    drawn = axes.imshow(values, origin="lower", transform=placed, cmap=colours, norm=norm, interpolation="none")
    axes.set(xlim=(corners[0].min(), corners[0].max()), ylim=(corners[1].min(), corners[1].max()))
    return drawn


def _corners_of(image: SolarImage) -> NDArray[np.float64]:
    rows, columns = image.pixels.shape
    pixels = [[-0.5, columns - 0.5, -0.5, columns - 0.5], [-0.5, -0.5, rows - 0.5, rows - 0.5], [1.0] * 4]
    return np.asarray(pixel_grid(image.header) @ pixels)


def _helioprojective(image: SolarImage) -> bool:
    return str(image.header.get("CTYPE1", "")).startswith("HPLN")


def _axis(image: SolarImage, number: int) -> str:
    kind = str(image.header.get(f"CTYPE{number}", ""))
    named = {
        "HPLN": "solar west [arcsec]",
        "HPLT": "solar north [arcsec]",
        "CRLN": "Carrington longitude [deg]",
        "CRLT": "latitude [deg]",
    }
    return named.get(kind[:4], "pixel")


def _unit(image: SolarImage) -> str:
    return {"G": "line-of-sight field [G]", "display": "display value"}.get(image.unit, image.unit or "value")


def _draw_sun(axes: Any, image: SolarImage, look: Palette) -> None:
    radius = float(image.header.get("RSUN_OBS", 0.0))
    angle = np.linspace(0, 2 * np.pi, 361)
    axes.plot(radius * np.cos(angle), radius * np.sin(angle), color=look.bad, lw=0.8)
    if image.observer is not None:
        for line in _grid(image.observer):
            axes.plot(line[:, 0], line[:, 1], color=look.bad, lw=0.4, alpha=0.45)


def _grid(observer: Observer) -> Iterator[NDArray[np.float64]]:
    angles = np.arange(-90, 91, 3)
    for fixed in range(-90 + _STEP, 90, _STEP):
        for line in ((fixed, angles), (angles, fixed)):
            seen = np.transpose(on_sky(observer.hgs_longitude + line[0], line[1], observer))
            yield seen[~np.isnan(seen[:, 0])]


def _draw_detections(axes: Any, detections: Sequence[Detection], *, labels: bool) -> None:
    """Draw outlines and labels, bright with a dark rim: images have every brightness, whatever the page has."""
    from matplotlib.patheffects import withStroke

    rim = [withStroke(linewidth=2.5, foreground=DARK.paper)]
    for number, one in enumerate(detections):
        colour = DARK.bands[number % len(DARK.bands)]
        line = _closed(one)
        if line.size:
            axes.plot(line[:, 0], line[:, 1], color=colour, lw=1.3, path_effects=rim)
        elif one.position is not None:
            axes.plot([one.position.tx], [one.position.ty], "+", color=colour, ms=12, mew=1.6, path_effects=rim)
        if labels and len(detections) <= _MOST_LABELS and (place := _corner(one)):
            axes.annotate(
                _label(one),
                (place.tx, place.ty),
                xytext=(0, 3),
                textcoords="offset points",
                fontsize=8.5,
                color=colour,
                weight="bold",
                annotation_clip=True,
                path_effects=rim,
            )


def _draw_contours(axes: Any, image: SolarImage, look: Palette) -> None:
    values = np.where(image.mask, np.nan, image.pixels)
    peak = float(np.nanmax(values, initial=0.0))
    if peak > 0:
        row, column = np.indices(values.shape)
        pixels = np.stack([column, row, np.ones_like(row)]).reshape(3, -1)
        west, north = (pixel_grid(image.header) @ pixels).reshape(2, *values.shape)
        levels = [peak * share for share in _CONTOURS]
        axes.contour(west, north, values, levels, colors=look.event, linewidths=0.9)


def _look_closely(axes: Any, image: SolarImage, detections: Sequence[Detection]) -> None:
    """Show the surroundings of what was found: X-ray maps are far larger than their sources."""
    places = _corners(detections)
    if not len(places):
        return
    low, high = places.min(axis=0), places.max(axis=0)
    middle, half = (low + high) / 2, max(_CLOSE, 2.5 * float((high - low).max()) / 2)
    ends = _corners_of(image)
    west, north = (_within(at, half, end.min(), end.max()) for at, end in zip(middle, ends, strict=True))
    axes.set(xlim=west, ylim=north)


def _within(middle: float, half: float, low: float, high: float) -> tuple[float, float]:
    """Return a stretch around a middle, moved so that it lies between two ends, or all that is between them."""
    half = min(half, (high - low) / 2)
    start = min(max(middle - half, low), high - 2 * half)
    return start, start + 2 * half


def _corners(detections: Sequence[Detection]) -> NDArray[np.float64]:
    return np.concatenate([np.empty((0, 2)), *(_closed(one) for one in detections)])


def _closed(one: Detection) -> NDArray[np.float64]:
    if one.polygon:
        corners = [(place.tx, place.ty) for place in one.polygon]
    elif one.box is not None:
        low, high = one.box.lower_left, one.box.upper_right
        corners = [(low.tx, low.ty), (high.tx, low.ty), (high.tx, high.ty), (low.tx, high.ty)]
    else:
        return np.empty((0, 2))
    return np.array([*corners, corners[0]])


def _corner(one: Detection) -> Position | None:
    if one.box is not None:
        return Position(tx=one.box.lower_left.tx, ty=one.box.upper_right.ty)
    return one.position


def _label(one: Detection) -> str:
    told = one.measurements
    number, kind = told.get("ar_noaanum", ""), told.get("ar_mtwilsoncls", "")
    sure = f"{one.probability:.2f}" if one.probability is not None else ""
    return " ".join(str(part) for part in (number, kind, sure) if part != "") or one.event_type
