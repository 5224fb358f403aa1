"""Tables and plots of a result."""

from __future__ import annotations

import csv
from pathlib import Path

from helioscribe.domain.detection import DetectionResult
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product, SolarImage

__all__ = ["write"]


def write(
    product: Product, result: DetectionResult, folder: Path, *, stem: str, formats: tuple[str, ...], dpi: int
) -> list[Path]:
    """Write the map beside what the encoder sees of it, and as a table what is said of it.

    Raises
    ------
    InvalidInputError
        If product and result do not belong together.
    """
    if not isinstance(product, SolarImage) or result.scores is None or "seen" not in result.diagnostics:
        raise InvalidInputError("expected a STIX map and what stix-ssl made of it")
    paths: list[Path] = []
    pictures = tuple(name for name in formats if name != "csv")
    if pictures:
        from helioscribe_stix_ssl.plots.single import draw_single

        figure = draw_single(product, result)
        for suffix in pictures:
            paths.append(folder / f"{stem}_image.{suffix}")
            figure.savefig(paths[-1], dpi=dpi)
    if "csv" in formats:
        paths.append(folder / f"{stem}_scores.csv")
        with paths[-1].open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(["time", "channel", *result.scores.names])
            writer.writerow([str(product.time), product.channel, *map(float, result.scores.values[0])])
    return paths
