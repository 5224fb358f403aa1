"""Pixels alone, without axes: backgrounds, small pictures, and the frames of a film."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.libraries import load
from helioscribe.domain.observation import Observation
from helioscribe.domain.product import SolarImage
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.runtime.plots.film import draw_sheet
from helioscribe.runtime.plots.image import colours_of
from helioscribe.web.pictures import Picture
from helioscribe.web.products import image_of, sequence_of

__all__ = ["background_picture", "film_sheet", "thumbnail"]

_CLOSE, _SMALL = 96, 256
"""Pixels a side of the surroundings of an X-ray source, and most of a small picture."""


def background_picture(artifacts: ArtifactStore, observation: Observation) -> Picture:
    """Return the pixels of an image alone, in the instrument's colours: what a drawing of the disk lies on."""
    image = image_of(artifacts, observation)
    return Picture(data=_painted(image, np.where(image.mask, np.nan, image.pixels)))


def thumbnail(artifacts: ArtifactStore, observation: Observation) -> Picture:
    """Return a small picture of an image: all of it, or of a large X-ray map the surroundings of its peak."""
    image = image_of(artifacts, observation)
    values = np.where(image.mask, np.nan, image.pixels)
    if image.channel.endswith("keV") and min(values.shape) > _CLOSE and np.isfinite(values).any():
        middle = np.unravel_index(np.nanargmax(values), values.shape)
        rows, columns = (_window(int(at), size) for at, size in zip(middle, values.shape, strict=True))
        values = values[rows, columns]
    step = -(-max(values.shape) // _SMALL)
    return Picture(data=_painted(image, values[::step, ::step]))


def _window(middle: int, size: int) -> slice:
    start = min(max(0, middle - _CLOSE // 2), size - _CLOSE)
    return slice(start, start + _CLOSE)


def _painted(image: SolarImage, values: NDArray[np.floating]) -> bytes:
    """Return values in the colours of their image, as PNG; the page shows where there are none."""
    load("matplotlib")
    from matplotlib.image import imsave

    colours, norm = colours_of(image)
    picture = io.BytesIO()
    imsave(picture, colours(norm(np.ma.masked_invalid(values))), origin="lower", format="png")
    return picture.getvalue()


def film_sheet(artifacts: ArtifactStore, observation: Observation) -> Picture:
    """Return the frames of a sequence one below the other. Raises `NotFoundError` if it is none."""
    return Picture(data=draw_sheet(sequence_of(artifacts, observation)), media_type="image/jpeg")
