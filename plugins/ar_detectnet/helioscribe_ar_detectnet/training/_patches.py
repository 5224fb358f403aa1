"""Real patches of the surface, from SHARP and SMARP files in cylindrical equal-area coordinates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product, SolarImage
from helioscribe.domain.rotation import heliographic, projected
from helioscribe.sdk.parts import Part, read_parts
from helioscribe_ar_detectnet.simulation.region import STEP, Patch

__all__ = ["patch_of", "place_of", "real_patches"]

_USED = (Part.TRAIN, Part.VALIDATION)
_LEAST_SLANT = 0.35
"""Nearer to the limb, a field that was divided by the cosine would be all noise."""


def real_patches(folder: Path, read: Callable[[Path], Product]) -> tuple[list[Patch], list[Patch]]:
    """Return the magnetogram patches below a folder, at the simulation's fineness, for training and validation.

    Whole regions are held back, by their paths: as the folder says, or else the first third.
    """
    found = dict(_patches(folder, read))
    if known := read_parts(folder):
        train, validation = ([found[path] for path in known.files(part) if path in found] for part in _USED)
        return train, validation
    patches = list(found.values())
    held = max(1, len(patches) // 3) if patches else 0
    return patches[held:], patches[:held]


def _patches(folder: Path, read: Callable[[Path], Product]) -> Iterator[tuple[Path, Patch]]:
    for path in sorted(folder.rglob("*magnetogram*.fits*")):
        try:
            product = read(path)
            if isinstance(product, SolarImage) and str(product.header.get("CTYPE1", "")).startswith("CRLN"):
                yield path, patch_of(product)
        except InvalidInputError:
            continue


def patch_of(image: SolarImage) -> Patch:
    """Return a patch as the simulation draws it: the radial field of which the line of sight shows a part."""
    step = float(image.header["CDELT1"])
    fine = max(1, round(STEP / step))
    rows, columns = (side // fine * fine for side in image.pixels.shape)
    field = np.nan_to_num(image.pixels[:rows, :columns]).reshape(rows // fine, fine, columns // fine, fine)
    slant = np.prod(np.cos(np.radians(place_of(image))))
    radial = field.mean(axis=(1, 3)) / max(float(slant), _LEAST_SLANT)
    return Patch(field=radial.astype(np.float32), step=step * fine, kind="")


def place_of(image: SolarImage) -> tuple[float, float]:
    """Return longitude and latitude [deg] of a patch's middle, from the middle of the disk as it was seen.

    Raises
    ------
    InvalidInputError
        If it was not seen at all: behind the limb, or from nobody knows where.
    """
    by, header = image.observer, image.header
    if by is not None:
        east = float(header["CRVAL1"]) - float(header["CRLN_OBS"])
        seen = projected(by.hgs_longitude + east, float(header["CRVAL2"]), by)
        if seen and (place := heliographic(seen, replace(by, hgs_longitude=0.0, hgs_latitude=0.0))):
            return place
    raise InvalidInputError("a patch that does not show on the disk")
