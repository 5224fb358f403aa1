"""RHESSI observing summaries: count rates of nine bands, a bin of four seconds each.

The rates are those of one detector, the mean of the front segments that were in use, kept in one byte each on a scale
whose steps double every sixteen values (RHESSI observing summary, hesperia.gsfc.nasa.gov/hessi/obs_summ_doc.htm).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.fits_scan import Table
from helioscribe.ingest.sources.images.decode import image_hdu
from helioscribe.ingest.sources.xray.series import EARTH, LONGEST, since

__all__ = ["is_rhessi", "read_rhessi"]

_EPOCH = datetime(1979, 1, 1)  # noqa: DTZ001  # UTC, as all that counts from it
_STEPS = np.repeat(2.0 ** np.arange(16), 16)
_RATES = np.concatenate([[0.0], np.cumsum(_STEPS)[:-1]])
"""Count rate [1/s] of each byte."""
_FRONT = 9


def is_rhessi(hdus: Any) -> bool:
    """Whether a file is an observing summary of RHESSI's."""
    telescope = str(hdus[0].header.get("TELESCOP", "")).strip().upper()
    return telescope in {"HESSI", "RHESSI"} and image_hdu(hdus) is None


def read_rhessi(hdus: Any, name: str) -> SourceFile:
    """Read counts of one detector. Nothing is good in eclipse, in the South Atlantic Anomaly, or in a gap.

    Raises
    ------
    InvalidInputError
        If a table is missing or not what it should be.
    """
    about = Table(hdus, "HSI_OBSSUMMRATEINFO", file=name)
    rates = Table(hdus, "HSI_OBSSUMMRATEDATA", file=name).column("countrate")
    edges = np.asarray(about.column("energy_edges"), float).reshape(-1)
    if rates.dtype != np.uint8 or rates.ndim != 2 or rates.shape[1] != edges.size - 1 or not 0 < len(rates) <= LONGEST:
        raise InvalidInputError(f"{name}: rates of shape {rates.shape} and type {rates.dtype}, {edges.size} edges")
    width = float(np.asarray(about.column("time_intv")).reshape(-1)[0])
    begin = float(np.asarray(about.column("ut_ref")).reshape(-1)[0])
    detectors = max(1, int(np.asarray(about.column("seg_index_mask")).reshape(-1)[:_FRONT].sum()))
    counts, noise = _RATES[rates] * width, _STEPS[rates] * width
    n, flags = len(rates), _flags(hdus, name, len(rates))
    bad = [flags[key] != 0 for key in ("SAA_FLAG", "ECLIPSE_FLAG", "GAP_FLAG") if key in flags]
    curve = LightCurve(
        observatory="RHESSI",
        instrument="HESSI",
        times=since(_EPOCH, begin + (np.arange(n, dtype=np.float64) + 0.5) * width),
        exposure=np.full(n, width),
        counts=counts,
        errors=np.sqrt(counts / detectors + noise**2 / 12),
        energies=np.column_stack([edges[:-1], edges[1:]]),
        live_fraction=np.ones(n),
        attenuator=np.minimum(flags.get("ATTENUATOR_STATE", np.zeros(n)), 3).astype(np.uint8),
        good=~np.logical_or.reduce([np.zeros(n, bool), *bad]),
        observer=EARTH,
        light_travel_time=0.0,
    )
    return SourceFile(product=curve, channel=f"{edges[0]:g}-{edges[-1]:g} keV", level="L1")


def _flags(hdus: Any, name: str, count: int) -> dict[str, NDArray[Any]]:
    names = np.asarray(Table(hdus, "HSI_OBSSUMMFLAGINFO", file=name).column("flag_ids")).tobytes()
    values = np.asarray(Table(hdus, "HSI_OBSSUMMFLAGDATA", file=name).column("flags"))
    known = names.replace(b"\0", b" ").decode("ascii", "replace").split()
    if values.shape != (count, len(known)):
        raise InvalidInputError(f"{name}: {len(known)} flags by name, values of shape {values.shape}")
    return dict(zip(known, values.T, strict=True))
