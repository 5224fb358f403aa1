"""Real patches of the surface, from SHARP and SMARP files in cylindrical equal-area coordinates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product, SolarImage
from helioscribe_ar_detectnet.simulation.region import STEP, Patch

__all__ = ["patch_of", "real_patches"]


def real_patches(folder: Path, read: Callable[[Path], Product]) -> list[Patch]:
    """Return the magnetogram patches below a folder in the order of their paths, at the simulation's fineness."""
    found = []
    for path in sorted(folder.rglob("*magnetogram*.fits*")):
        try:
            product = read(path)
        except InvalidInputError:
            continue
        if isinstance(product, SolarImage) and str(product.header.get("CTYPE1", "")).startswith("CRLN"):
            found.append(patch_of(product))
    return found


def patch_of(image: SolarImage) -> Patch:
    """Return a patch as the simulation draws it."""
    step = float(image.header["CDELT1"])
    fine = max(1, round(STEP / step))
    rows, columns = (side // fine * fine for side in image.pixels.shape)
    field = np.nan_to_num(image.pixels[:rows, :columns]).reshape(rows // fine, fine, columns // fine, fine)
    return Patch(field=field.mean(axis=(1, 3)).astype(np.float32), step=step * fine, kind="")
