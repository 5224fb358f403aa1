"""What people get of a sequence beside the platform's pictures: the scores as a plot and a table."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from helioscribe.domain.detection import DetectionResult, ScoreSeries
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import ImageSequence, Product
from helioscribe_jet_rcnn.plots import draw_scores

__all__ = ["write"]


def write(
    product: Product, result: DetectionResult, folder: Path, *, stem: str, formats: tuple[str, ...], dpi: int
) -> list[Path]:
    """Write the scores as plots and as a table; return their paths, none if no frame was scored.

    Raises
    ------
    InvalidInputError
        If the product is no sequence.
    """
    if not isinstance(product, ImageSequence):
        raise InvalidInputError(f"jet-rcnn writes of image sequences, got {product.kind}")
    if result.scores is None:
        return []
    paths = [folder / f"{stem}_scores.{form}" for form in formats]
    threshold = float(result.diagnostics["threshold"][0])
    for path, form in zip(paths, formats, strict=True):
        if form == "csv":
            _write_table(result.scores, path)
        else:
            draw_scores(result.scores, result.detections, path, threshold=threshold, dpi=dpi)
    return paths


def _write_table(scores: ScoreSeries, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["time_utc", *scores.names])
        for time, row in zip(scores.times, scores.values, strict=True):
            writer.writerow([np.datetime_as_string(time, unit="s"), *(f"{value:.4f}" for value in row)])
