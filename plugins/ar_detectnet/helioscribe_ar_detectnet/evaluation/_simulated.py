"""Simulated suns and real patches set on them: where boxes and classes are known exactly."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Observer
from helioscribe.domain.product import Product, SolarImage
from helioscribe_ar_detectnet._geometry import RADIUS, SIDE
from helioscribe_ar_detectnet.classes import mount_wilson
from helioscribe_ar_detectnet.simulation.disk import Frame, Instrument, Placed, Scene, render
from helioscribe_ar_detectnet.simulation.scenes import make_scene
from helioscribe_ar_detectnet.training._patches import patch_of, place_of

__all__ = ["RealPatch", "as_image", "real_patches", "scenes"]

_PIXELS = 1024
_SUN = 976.0
"""Radius [arcsec] of the Sun in these images."""

_TIME = np.datetime64("2014-01-01T00:00:00", "ns")


@dataclass(frozen=True, slots=True, kw_only=True)
class RealPatch:
    """A patch with its label."""

    name: str
    """NOAA's number."""

    kind: str
    """Mount Wilson class of the day."""

    image: SolarImage
    """A whole disk with nothing but the patch where it was, and a quiet network."""

    place: tuple[float, float]
    """Of the patch (west, north) [arcsec]."""


def scenes(count: int, seed: int, frequencies: Mapping[str, float]) -> Iterator[tuple[Scene, SolarImage]]:
    """Yield scenes that no training has seen, and each as an image of the platform's usual 1024 pixels."""
    for number in range(count):
        scene = make_scene(np.random.default_rng([seed, 977, number]), frequencies=frequencies, side=_PIXELS)
        yield scene, as_image(scene.field)


def as_image(field: NDArray[np.floating]) -> SolarImage:
    """Return a field [G] on the prepared grid as a product, seen from the Earth."""
    side = field.shape[0]
    scale = _SUN / (RADIUS * side / SIDE)
    axes: dict[str, str | int | float | bool] = {
        "CTYPE1": "HPLN-TAN",
        "CTYPE2": "HPLT-TAN",
        "CUNIT1": "arcsec",
        "CUNIT2": "arcsec",
        "RSUN_OBS": _SUN,
    }
    middle = (side + 1) / 2
    numbers = {"CRPIX1": middle, "CRPIX2": middle, "CRVAL1": 0.0, "CRVAL2": 0.0, "CDELT1": scale, "CDELT2": scale}
    return SolarImage(
        observatory="simulation",
        instrument="HMI",
        channel="magnetogram",
        time=_TIME,
        unit="G",
        pixels=field.astype(np.float32),
        header=axes | numbers,
        mask=np.zeros(field.shape, bool),
        observer=Observer(name="earth", hgs_longitude=0.0, hgs_latitude=0.0, distance=0.983),
    )


def real_patches(data: Path, read: Callable[[Path], Product]) -> list[RealPatch]:
    """Return the patches that ``patch_labels.csv`` names, each where it was on the disk."""
    found = []
    for table in sorted(data.rglob("patch_labels.csv")):
        with table.open(encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                product = read(table.parent / row["patch"])
                kind = mount_wilson(row["mt_wilson_nearest"])
                if isinstance(product, SolarImage) and kind:
                    found.append(_on_disk(row["noaa_ar"], kind, product))
    return found


def _on_disk(name: str, kind: str, image: SolarImage) -> RealPatch:
    longitude, latitude = place_of(image)
    placed = Placed(patch=patch_of(image), longitude=longitude, latitude=latitude)
    # The patch has its instrument's noise and blur already.
    quiet = Instrument(network=8.0, noise=4.0, blur=0.0)
    field = render(np.random.default_rng(int(name)), [placed], quiet, Frame(side=_PIXELS, size=_PIXELS)).field
    x, y = np.cos(np.radians(latitude)) * np.sin(np.radians(longitude)), np.sin(np.radians(latitude))
    return RealPatch(name=name, kind=kind, image=as_image(field), place=(_SUN * x, _SUN * y))
