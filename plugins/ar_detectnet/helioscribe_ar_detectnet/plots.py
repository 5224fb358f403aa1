"""Drawings of this detector: the annotated magnetogram, crops of regions, curves of training and of evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Detection
from helioscribe.domain.product import SolarImage
from helioscribe_ar_detectnet.classes import CLASSES

__all__ = ["draw_confusion", "draw_crop", "draw_disk", "draw_sample", "draw_views"]

_COLOURS = {"A": "#E69F00", "B": "#56B4E9", "AG": "#CC79A7", "BG": "#F0E442"}
"""By S3's label; Okabe and Ito's, which show on black and on white."""

_GREEK = {"ALPHA": "α", "BETA": "β", "GAMMA": "γ", "DELTA": "δ"}
_FIELD = 800.0


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def greek(name: str) -> str:
    """Return a class in the letters that papers use, such as ``βγ``."""
    return "".join(_GREEK.get(part, part) for part in name.split("-"))


def draw_disk(image: SolarImage, detections: Sequence[Detection], path: Path, *, dpi: int) -> Path:
    """Draw the magnetogram with every region's box, class and probability."""
    figure, axes = _figure(9, 9)
    reach = float(image.header["CDELT1"]) * image.pixels.shape[0] / 2
    _show(axes, np.where(image.mask, np.nan, image.pixels), (-reach, reach, -reach, reach))
    for one in detections:
        _annotate(axes, one)
    moment = str(image.time)[:19].replace("T", " ")
    axes.set(xlabel="solar west [arcsec]", ylabel="solar north [arcsec]")
    count = f"{len(detections)} region{'s' * (len(detections) != 1)}"
    who = " ".join(dict.fromkeys((image.observatory, image.instrument)))
    axes.set_title(f"{who}   {moment} UTC   {count}", loc="left", fontsize=11)
    figure.savefig(path, dpi=dpi)
    return path


def _show(axes: Any, field: NDArray[np.number], extent: tuple[float, float, float, float]) -> None:
    from matplotlib import colormaps

    colours = colormaps["gray"].with_extremes(bad="white")
    axes.imshow(field, origin="lower", extent=extent, cmap=colours, vmin=-_FIELD, vmax=_FIELD, interpolation="none")


def _annotate(axes: Any, one: Detection) -> None:
    from matplotlib.patches import Rectangle

    if one.box is None:
        return
    low, high = one.box.lower_left, one.box.upper_right
    told = one.measurements
    colour = _COLOURS[str(told["mt_wilson_s3"])]
    axes.add_patch(Rectangle((low.tx, low.ty), high.tx - low.tx, high.ty - low.ty, fill=False, color=colour, lw=1.4))
    number = f"{told['ar_noaanum']} " if "ar_noaanum" in told else ""
    label = f"{number}{greek(str(told['ar_mtwilsoncls']))} {float(told['mt_wilson_probability']):.2f}"
    box = {"facecolor": "black", "alpha": 0.6, "edgecolor": "none", "pad": 1.0}
    axes.annotate(
        label, (low.tx, high.ty), xytext=(0, 3), textcoords="offset points", color=colour, fontsize=8, bbox=box
    )


def draw_crop(image: SolarImage, one: Detection, path: Path, *, dpi: int) -> Path:
    """Draw one region closely."""
    assert one.box is not None
    scale, rows = float(image.header["CDELT1"]), image.pixels.shape[0]
    edges = [one.box.lower_left.tx, one.box.upper_right.tx, one.box.lower_left.ty, one.box.upper_right.ty]
    room = 0.2 * max(edges[1] - edges[0], edges[3] - edges[2])
    wanted = [edges[0] - room, edges[1] + room, edges[2] - room, edges[3] + room]
    first = [int(np.clip(edge / scale + rows / 2, 0, rows - 1)) for edge in wanted]
    part = image.pixels[first[2] : first[3] + 1, first[0] : first[1] + 1]
    left, low = ((first[n] - rows / 2) * scale for n in (0, 2))
    figure, axes = _figure(5, 5 * max(0.4, min(1.6, part.shape[0] / max(1, part.shape[1]))) + 0.6)
    _show(axes, part, (left, left + part.shape[1] * scale, low, low + part.shape[0] * scale))
    told = one.measurements
    sure = float(told["mt_wilson_probability"])
    title = f"{told.get('ar_noaanum', '')} {greek(str(told['ar_mtwilsoncls']))} {sure:.2f}"
    axes.set_title(title.strip(), loc="left")
    axes.set(xlabel="solar west [arcsec]", ylabel="solar north [arcsec]")
    figure.savefig(path, dpi=dpi)
    return path


def draw_sample(field: NDArray[np.int16], boxes: NDArray[np.float32], spotted: NDArray[np.int8]) -> bytes:
    """Return a disk of the dataset as a PNG: regions in orange, plage without spots in blue.

    Parameters
    ----------
    field
        Along the line of sight [G], shape (512, 512).
    boxes
        x1, y1, x2, y2 [pixels], shape (region, 4).
    spotted
        1 for a region, -1 for plage, 0 for an unused row, shape (region,).
    """
    from matplotlib.patches import Rectangle

    figure, axes = _figure(3.2, 3.2)
    _show(axes, field[::2, ::2], (0, field.shape[1], 0, field.shape[0]))
    for (x1, y1, x2, y2), kind in zip(boxes, spotted, strict=True):
        if kind:
            colour = _COLOURS["A" if kind > 0 else "B"]
            axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, color=colour, lw=1.2))
    axes.set_axis_off()
    return _png(figure)


def draw_views(crops: NDArray[np.int16], kinds: NDArray[np.int64]) -> bytes:
    """Return regions of the dataset as the classifier sees them, with their classes, as a PNG.

    Parameters
    ----------
    crops
        Along the line of sight [G], shape (view, y, x).
    kinds
        Index of each one's class; -1 for an unused row, shape (view,).
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    for axes, crop, kind in zip(figure.subplots(2, -(-len(crops) // 2)).flat, crops, kinds, strict=False):
        _show(axes, crop, (0, crop.shape[1], 0, crop.shape[0]))
        axes.set_title(greek(CLASSES[kind]) if kind >= 0 else "", fontsize=8)
        axes.set_axis_off()
    return _png(figure)


def _png(figure: Any) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=100)
    return buffer.getvalue()


def draw_confusion(counts: NDArray[np.int_], names: Sequence[str], path: Path) -> Path:
    """Draw a confusion matrix: rows are what is, columns what the network says."""
    figure, axes = _figure(6.4, 5.6)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(*counts.shape):
        if counts[row, column]:
            colour = "white" if share[row, column] > 0.6 else "black"
            axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=colour, fontsize=9)
    axes.set(xticks=range(len(names)), yticks=range(len(names)), xlabel="network", ylabel="truth")
    axes.set_xticklabels([greek(name) for name in names])
    axes.set_yticklabels([greek(name) for name in names])
    figure.savefig(path, dpi=130)
    return path
