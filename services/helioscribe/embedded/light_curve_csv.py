"""Light curves as CSV files, with the columns of STIX files."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.product import LightCurve

__all__ = ["columns_of", "with_utc", "write_columns"]

_INSTRUMENT_S_OWN = ("control_index", "triggers", "triggers_comp_err")


def columns_of(curve: LightCurve) -> dict[str, NDArray[Any]]:
    """Return the columns of a light curve by name, each of shape (t,).

    ``utc`` is at the observer; ``time`` counts centiseconds from the first sample, ``timedel`` is the width of a bin
    in the same unit.
    """
    source = dict(curve.auxiliary)
    if "triggers_err" in source:
        source.setdefault("triggers_comp_err", source["triggers_err"])
    since = (curve.times - curve.times[0]) / np.timedelta64(10, "ms")
    columns: dict[str, NDArray[Any]] = {
        "utc": np.datetime_as_string(curve.times, unit="ms"),
        "time": np.rint(since).astype(np.int64),
        "timedel": np.rint(curve.exposure * 100.0).astype(np.int64),
        "rcr": curve.attenuator,
    }
    columns |= {name: source[name] for name in _INSTRUMENT_S_OWN if name in source}
    for band in range(curve.counts.shape[1]):
        columns |= {f"counts_ch{band}": curve.counts[:, band], f"counts_err_ch{band}": curve.errors[:, band]}
    return columns


def with_utc(columns: Mapping[str, NDArray[Any]], curve: LightCurve) -> dict[str, NDArray[Any]]:
    """Return the columns of a file, with ``utc`` at the observer if each row became one sample of the curve."""
    offsets = np.asarray(columns["time"], float)
    if offsets.size != curve.times.size or not (np.diff(offsets) > 0).all():
        return dict(columns)  # rows were sorted or left out
    return dict(columns) | {"utc": np.datetime_as_string(curve.times, unit="ms")}


def write_columns(columns: Mapping[str, NDArray[Any]], path: Path) -> None:
    """Write columns of equal length; a missing number is an empty field."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*map(_texts, columns.values()), strict=True))


def _texts(column: NDArray[Any]) -> list[str]:
    if column.dtype.kind == "f":
        return ["" if value != value else f"{value:.7g}" for value in column.tolist()]  # noqa: PLR0124  # NaN
    return [str(value) for value in column.tolist()]
