"""What people get of a sequence: the scores as a plot and a table, and a film."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from helioscribe.domain.detection import DetectionResult
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import ImageSequence, Product
from helioscribe_jet_rcnn.plots import draw_scores, write_film

__all__ = ["write"]


def write(
    product: Product, result: DetectionResult, folder: Path, *, stem: str, formats: tuple[str, ...], dpi: int
) -> list[Path]:
    """Write a film, the scores as plots, and as a table; return their paths, the plot first.

    Raises
    ------
    InvalidInputError
        If the product is no sequence.
    """
    if not isinstance(product, ImageSequence):
        raise InvalidInputError(f"jet-rcnn writes of image sequences, got {product.kind}")
    paths: list[Path] = []
    threshold = float(result.diagnostics["threshold"][0])
    for form in formats:
        if result.scores is None:
            break
        if form == "csv":
            paths.append(_table(result, folder / f"{stem}_scores.csv"))
        else:
            path = folder / f"{stem}_scores.{form}"
            paths.append(draw_scores(result.scores, result.detections, path, threshold=threshold, dpi=dpi))
    return [*paths, write_film(product, result.detections, folder / f"{stem}.gif")]


def _table(result: DetectionResult, path: Path) -> Path:
    assert result.scores is not None  # the caller has seen it
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["time_utc", *result.scores.names])
        for time, row in zip(result.scores.times, result.scores.values, strict=True):
            writer.writerow([np.datetime_as_string(time, unit="s"), *(f"{value:.4f}" for value in row)])
    return path
