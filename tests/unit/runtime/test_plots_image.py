"""Quick looks of images: what is drawn lies where the header says."""

import io
from dataclasses import replace

import numpy as np
import pytest

from helioscribe.domain.coordinates import Box, Position
from helioscribe.domain.detection import Detection
from helioscribe.domain.pixel_grid import pixel_grid
from helioscribe.runtime.plots.image import draw_image
from helioscribe.sdk.testing.sun import synthetic_x_ray_map


@pytest.fixture
def figure_of(monkeypatch):
    """Return a function that draws an image with a box around its peak, and returns its figure."""
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    figures = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: figures.append(figure))

    def draw(image, peak):
        low, high = (Position(tx=peak[0] + half, ty=peak[1] + half) for half in (-10, 10))
        box = Box(lower_left=low, upper_right=high)
        found = Detection(event_type="FL", time_range=image.time_range, probability=1.0, box=box)
        draw_image(image, io.BytesIO(), form="png", detections=[found])
        return figures[-1]

    return draw


@pytest.mark.parametrize("angle", [0.0, 30.0, -75.0, 180.0])
def test_a_turned_image_is_drawn_turned(figure_of, angle):
    image = synthetic_x_ray_map(sources=((60.0, 35.0),))
    image = replace(image, header={**image.header, "CROTA2": angle})
    row, column = np.unravel_index(image.pixels.argmax(), image.pixels.shape)
    peak = pixel_grid(image.header) @ (column, row, 1.0)
    axes = figure_of(image, peak).axes[0]
    (drawn,) = axes.images
    assert (drawn.get_transform() - axes.transData).transform((column, row)) == pytest.approx(peak)
    innermost = axes.collections[-1].get_paths()[-1].vertices
    assert innermost.mean(axis=0) == pytest.approx(peak, abs=2)
    rows, columns = image.pixels.shape
    ends = (pixel_grid(image.header) @ [[0, columns, 0, columns], [0, 0, rows, rows], [1] * 4]).T
    low, high = np.transpose([axes.get_xlim(), axes.get_ylim()])
    assert (low < peak[:2]).all()
    assert (peak[:2] < high).all()
    step = np.abs(image.header["CDELT1"])
    assert (low >= ends.min(axis=0) - step).all()  # nothing beyond the image
    assert (high <= ends.max(axis=0) + step).all()
