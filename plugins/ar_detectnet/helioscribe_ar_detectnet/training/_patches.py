"""Real patches of the surface, from SHARP and SMARP files in cylindrical equal-area coordinates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product, SolarImage
from helioscribe.sdk.parts import Part, read_parts
from helioscribe_ar_detectnet.simulation.region import STEP, Patch

__all__ = ["patch_of", "real_patches"]

_USED = (Part.TRAIN, Part.VALIDATION)


def real_patches(folder: Path, read: Callable[[Path], Product]) -> tuple[list[Patch], list[Patch]]:
    """Return the magnetogram patches below a folder, at the simulation's fineness, for training and validation.

    Whole regions are held back, by their paths: as the folder says, or else the first third.
    """
    found = {path: patch_of(image) for path, image in _in_heliographic(folder, read)}
    if known := read_parts(folder):
        train, validation = ([found[path] for path in known.files(part) if path in found] for part in _USED)
        return train, validation
    patches = list(found.values())
    held = max(1, len(patches) // 3) if patches else 0
    return patches[held:], patches[:held]


def _in_heliographic(folder: Path, read: Callable[[Path], Product]) -> Iterator[tuple[Path, SolarImage]]:
    for path in sorted(folder.rglob("*magnetogram*.fits*")):
        try:
            product = read(path)
        except InvalidInputError:
            continue
        if isinstance(product, SolarImage) and str(product.header.get("CTYPE1", "")).startswith("CRLN"):
            yield path, product


def patch_of(image: SolarImage) -> Patch:
    """Return a patch as the simulation draws it."""
    step = float(image.header["CDELT1"])
    fine = max(1, round(STEP / step))
    rows, columns = (side // fine * fine for side in image.pixels.shape)
    field = np.nan_to_num(image.pixels[:rows, :columns]).reshape(rows // fine, fine, columns // fine, fine)
    return Patch(field=field.mean(axis=(1, 3)).astype(np.float32), step=step * fine, kind="")
