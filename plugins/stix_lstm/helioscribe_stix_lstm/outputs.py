"""Tables and plots of a result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from helioscribe.domain.detection import DetectionResult
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve, Product
from helioscribe_stix_lstm._analysis import regrouped
from helioscribe_stix_lstm._tables import SIGNIFICANT, channel_statistics, sample_columns, write_csv

__all__ = ["write"]


def write(
    product: Product, result: DetectionResult, folder: Path, *, stem: str, formats: tuple[str, ...], dpi: int
) -> list[Path]:
    """Write what people want to see of a result.

    Plots: light curves with flares and anomalous samples, prediction error, energy over time, correlation of the
    bands, anomalies by time. Tables, where ``csv`` is asked for: all samples, statistics of each band.

    Raises
    ------
    InvalidInputError
        If product and result do not belong together.
    """
    if not isinstance(product, LightCurve) or result.scores is None or "significance" not in result.diagnostics:
        raise InvalidInputError("expected a light curve and what stix-lstm made of it")
    significance = result.diagnostics["significance"]
    curve = regrouped(product, significance.shape[1])
    limit = float(result.diagnostics["threshold"][0])
    error = result.scores.values[:, result.scores.names.index("score")].astype(np.float64) * limit
    paths: list[Path] = []
    pictures = tuple(name for name in formats if name != "csv")
    if pictures:
        for name, draw in _plots(curve, result, error, limit).items():
            paths += _saved(draw(), folder, f"{stem}_{name}", pictures, dpi)
    if "csv" in formats:
        columns = sample_columns(curve, error, limit, significance)
        paths.append(write_csv(folder / f"{stem}_anomalies.csv", columns))
        paths.append(write_csv(folder / f"{stem}_statistics.csv", channel_statistics(curve, columns)))
    return paths


def _plots(curve: LightCurve, result: DetectionResult, error: Any, limit: float) -> dict[str, Callable[[], Any]]:
    from helioscribe_stix_lstm.plots import light_curves, summary

    anomalous = np.nan_to_num(error) >= limit
    background, significance = result.diagnostics["background"], result.diagnostics["significance"]
    flagged = anomalous[:, None] & (significance >= SIGNIFICANT)
    found = result.detections
    return {
        "light_curves": lambda: light_curves.draw_light_curves(curve, background, flagged, found),
        "prediction_error": lambda: light_curves.draw_score(curve, error, limit, found),
        "energy_time": lambda: light_curves.draw_energy(curve),
        "correlation": lambda: summary.draw_correlation(curve, significance, anomalous),
        "distribution": lambda: summary.draw_distribution(curve, anomalous, found),
    }


def _saved(figure: Any, folder: Path, name: str, formats: tuple[str, ...], dpi: int) -> list[Path]:
    from helioscribe_stix_lstm.plots._common import save

    return save(figure, folder, name, formats, dpi)
