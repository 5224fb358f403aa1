"""The raw table of a STIX quick-look file, with the column names of the published converter (S0)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.ingest.source_file import safe_name, unpacked
from helioscribe.ingest.sources.fits_scan import Table, scan_fits
from helioscribe.ingest.sources.stix import is_stix

__all__ = ["stix_columns"]

_SPELLINGS = {
    "control_index": ("control_index",),
    "time": ("time",),
    "timedel": ("timedel",),
    "triggers": ("triggers",),
    "triggers_comp_err": ("triggers_comp_err", "triggers_err"),
    "rcr": ("rcr",),
}


def stix_columns(path: Path) -> dict[str, NDArray[Any]] | None:
    """Return the columns of a STIX file, each of shape (t,), or None for any other file.

    ``control_index, time, timedel, triggers, triggers_comp_err, rcr, counts_ch0, counts_err_ch0, ...`` in this order,
    with the file's own numbers and units: nothing is sorted, corrected or combined.

    Raises
    ------
    InvalidInputError
        If a column is missing.
    """
    name, data = safe_name(path.name), unpacked(path)
    if not data.startswith(b"SIMPLE"):
        return None
    hdus = scan_fits(data, name)
    if not is_stix(hdus):
        return None
    table = Table(hdus, "DATA", file=name)
    columns = {column: table.column(*spellings) for column, spellings in _SPELLINGS.items()}
    counts = np.asarray(table.column("counts")).reshape(len(table), -1)
    errors = np.asarray(table.column("counts_comp_err", "counts_err")).reshape(len(table), -1)
    for band in range(counts.shape[1]):
        columns |= {f"counts_ch{band}": counts[:, band], f"counts_err_ch{band}": errors[:, band]}
    return columns
