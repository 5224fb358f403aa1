"""What people get of a magnetogram: the annotated disk, one crop a region, and a table."""

from __future__ import annotations

import csv
from pathlib import Path

from helioscribe.domain.detection import DetectionResult
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product, SolarImage
from helioscribe_ar_detectnet.plots import draw_crop, draw_disk

__all__ = ["write"]

_COLUMNS = (
    "ar_noaanum",
    "ar_mtwilsoncls",
    "mt_wilson_probability",
    "mt_wilson_s3",
    "gamma_probability",
    "delta_probability",
    "hgs_x",
    "hgs_y",
    "hgc_x",
    "hgc_y",
    "area_atdiskcenter",
    "unsignedflux",
    "ar_axislength",
    "maxmagfieldstrength",
)


def write(
    product: Product, result: DetectionResult, folder: Path, *, stem: str, formats: tuple[str, ...], dpi: int
) -> list[Path]:
    """Write the annotated magnetogram, crops and a table; return their paths, the annotated one first.

    Raises
    ------
    InvalidInputError
        If the product is no image.
    """
    if not isinstance(product, SolarImage):
        raise InvalidInputError(f"ar-detectnet writes of images, got {product.kind}")
    paths: list[Path] = []
    for form in formats:
        if form == "csv":
            paths.append(_table(result, folder / f"{stem}.csv"))
            continue
        paths.append(draw_disk(product, result.detections, folder / f"{stem}.{form}", dpi=dpi))
        paths += [
            draw_crop(product, one, folder / f"{stem}_region{number:02d}.{form}", dpi=dpi)
            for number, one in enumerate(result.detections, 1)
            if one.box is not None
        ]
    return paths


def _table(result: DetectionResult, path: Path) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["region", "probability", "x1_arcsec", "y1_arcsec", "x2_arcsec", "y2_arcsec", *_COLUMNS])
        for number, one in enumerate(result.detections, 1):
            ends = (one.box.lower_left, one.box.upper_right) if one.box else ()
            corners = [edge for end in ends for edge in (end.tx, end.ty)]
            told = [one.measurements.get(name, "") for name in _COLUMNS]
            writer.writerow([number, one.probability, *(f"{corner:.2f}" for corner in corners), *told])
    return path
