"""One map with what was said of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from helioscribe.domain.detection import DetectionResult
from helioscribe.domain.pixel_grid import pixel_grid
from helioscribe.domain.product import SolarImage
from helioscribe_stix_ssl._sources import bright_box
from helioscribe_stix_ssl.plots._colours import band_colours, cluster_colour

__all__ = ["draw_single"]


def draw_single(image: SolarImage, result: DetectionResult) -> Any:
    """Return a figure: the whole map with the brightest part framed, and the part that the encoder sees."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.4), layout="constrained")
    whole, seen = figure.subplots(1, 2)
    _draw_whole(whole, image)
    _draw_seen(seen, image, result)
    return figure


def _draw_whole(axes: Any, image: SolarImage) -> None:
    from matplotlib.patches import Rectangle
    from matplotlib.transforms import Affine2D

    grid, (rows, columns) = pixel_grid(image.header), image.pixels.shape
    placed = Affine2D(np.vstack([grid, (0, 0, 1)])) + axes.transData
    axes.imshow(image.pixels, origin="lower", cmap=band_colours(image), transform=placed)
    corners = grid @ [[-0.5, columns - 0.5, -0.5, columns - 0.5], [-0.5, -0.5, rows - 0.5, rows - 0.5], [1.0] * 4]
    axes.set(xlim=(corners[0].min(), corners[0].max()), ylim=(corners[1].min(), corners[1].max()))
    box = bright_box(image)
    corner, width = box.lower_left, box.upper_right.tx - box.lower_left.tx
    height = box.upper_right.ty - corner.ty
    axes.add_patch(Rectangle((corner.tx, corner.ty), width, height, fill=False, color="white", lw=1))
    axes.set_xlabel("helioprojective Tx [arcsec]")
    axes.set_ylabel("helioprojective Ty [arcsec]")
    axes.set_title(f"{image.instrument} {image.channel}, {str(image.time)[:19]}", fontsize=10)


def _draw_seen(axes: Any, image: SolarImage, result: DetectionResult) -> None:
    assert result.scores is not None  # of this detector
    said = dict(zip(result.scores.names, map(float, result.scores.values[0]), strict=True))
    axes.imshow(result.diagnostics["seen"], origin="lower", cmap=band_colours(image))
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(color=cluster_colour(int(said["cluster"])), linewidth=4)
    axes.set_title(
        f"cluster {said['cluster']:.0f}; odder than {100 * said['rank']:.0f} %; "
        f"several sources {said['multiple']:.2f} ± {said['doubt']:.2f}",
        fontsize=10,
    )
