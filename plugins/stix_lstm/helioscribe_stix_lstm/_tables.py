"""Tables: every sample with its error and flags, and statistics of each band."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.product import LightCurve

__all__ = ["SIGNIFICANT", "channel_statistics", "sample_columns", "write_csv"]

SIGNIFICANT = 3.0
"""Excess of one band over its quiet level from which the sample is flagged there [standard deviations]."""

_AUXILIARY = ("control_index", "triggers", "triggers_comp_err")
_QUANTILES = (1, 5, 50, 95, 99)


def sample_columns(
    curve: LightCurve, error: NDArray[Any], limit: float, significance: NDArray[Any]
) -> dict[str, NDArray[Any]]:
    """Return the columns of the anomaly table, each of shape (t,).

    Parameters
    ----------
    curve
        What was looked at.
    error
        Score of each sample [standard deviations], shape (t,); NaN where there is none.
    limit
        Its threshold.
    significance
        Excess over the quiet level in each band [standard deviations], shape (t, band).

    Returns
    -------
    dict
        ``time`` and ``timedel`` are in centiseconds as in the instrument's files, ``time`` since the first sample
        where the file does not say; ``utc`` is at the observer.
    """
    source = dict(curve.auxiliary)
    if "triggers_err" in source:
        source.setdefault("triggers_comp_err", source["triggers_err"])
    since = (curve.times - curve.times[0]) / np.timedelta64(10, "ms")
    empty = np.full(curve.times.size, "", object)
    columns: dict[str, NDArray[Any]] = {"control_index": source.get("control_index", empty)}
    columns |= {"time": source.get("time", np.rint(since).astype(np.int64))}
    columns |= {"timedel": np.rint(curve.exposure * 100.0).astype(np.int64)}
    columns |= {name: source.get(name, empty) for name in _AUXILIARY[1:]} | {"rcr": curve.attenuator}
    for band in range(curve.counts.shape[1]):
        columns |= {f"counts_ch{band}": curve.counts[:, band], f"counts_err_ch{band}": curve.errors[:, band]}
    anomalous = np.nan_to_num(error) >= limit
    columns |= {"is_anomaly": anomalous.astype(np.int8), "reconstruction_error": error}
    columns |= {"anomaly_threshold": np.full(error.size, limit)}
    for band in range(curve.counts.shape[1]):
        columns[f"is_anomaly_ch{band}"] = (anomalous & (significance[:, band] >= SIGNIFICANT)).astype(np.int8)
        columns[f"reconstruction_error_ch{band}"] = significance[:, band]
    return columns | {"utc": np.datetime_as_string(curve.times, unit="ms")}


def channel_statistics(curve: LightCurve, columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return statistics of the counts, one row a band, from the columns of the anomaly table."""
    anomalous = columns["is_anomaly"] > 0
    rows = [_statistics(curve.counts[:, band], anomalous) for band in range(curve.counts.shape[1])]
    table = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    flags = [int(columns[f"is_anomaly_ch{band}"].sum()) for band in range(curve.counts.shape[1])]
    return {"channel": np.array(curve.band_names)} | table | {"significant_anomalies": np.array(flags)}


def _statistics(counts: NDArray[np.float64], anomalous: NDArray[np.bool_]) -> dict[str, float]:
    known = counts[np.isfinite(counts)]
    there = counts[anomalous & np.isfinite(counts)]
    safe, odd = (known if known.size else np.array([np.nan])), (there if there.size else np.array([np.nan]))
    result = {"min": safe.min(), "max": safe.max(), "mean": safe.mean(), "std": safe.std()}
    result |= {f"p{level}": np.percentile(safe, level) for level in _QUANTILES}
    result |= {"missing_fraction": 1.0 - known.size / counts.size, "anomalies": float(there.size)}
    result |= {"max_at_anomalies": odd.max(), "mean_at_anomalies": odd.mean()}
    return {name: float(value) for name, value in result.items()}


def write_csv(path: Path, columns: Mapping[str, NDArray[Any]]) -> Path:
    """Write columns as CSV; a missing number is an empty field."""
    texts = [_texts(column) for column in columns.values()]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*texts, strict=True))
    return path


def _texts(column: NDArray[Any]) -> list[str]:
    if column.dtype.kind == "f":
        return ["" if value != value else f"{value:.6g}" for value in column.tolist()]  # noqa: PLR0124  # NaN
    return [str(value) for value in column.tolist()]
