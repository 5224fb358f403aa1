"""A science spectrogram as a light curve in the five quick-look bands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve

__all__ = ["read_spectrogram"]

BANDS = np.array([(4, 10), (10, 15), (15, 25), (25, 50), (50, 84)], np.float64)


def read_spectrogram(path: Path) -> LightCurve:
    """Read a STIX spectrogram (L1 or L1A) and sum it to 4-10, 10-15, 15-25, 25-50 and 50-84 keV.

    Raises
    ------
    InvalidInputError
        If the file is something else.
    """
    from astropy.io import fits

    try:
        with fits.open(path) as file:
            begin = file[0].header.get("DATE-BEG") or file[0].header["DATE_BEG"]
            unit = str(file["DATA"].columns["time"].unit or "s")
            return _summed(begin, unit, file["DATA"].data, file["ENERGIES"].data)
    except (OSError, KeyError, ValueError) as error:
        raise InvalidInputError(f"{path.name}: not a STIX spectrogram: {error}") from None


def _summed(begin: str, unit: str, data: Any, energies: Any) -> LightCurve:
    seconds = {"s": 1.0, "ds": 0.1, "cs": 0.01}[unit]
    low, high = (np.asarray(energies[name], np.float64) for name in ("e_low", "e_high"))
    members = (low >= BANDS[:, :1]) & (high <= BANDS[:, 1:])
    counts, errors = (np.asarray(data[name], np.float64) for name in ("counts", "counts_err"))
    counts = counts @ members.T.astype(np.float64)
    since = np.asarray(data["time"], np.float64) * seconds
    return LightCurve(
        observatory="Solar Orbiter",
        instrument="STIX",
        times=np.datetime64(begin, "ns") + (since * 1e9).astype("timedelta64[ns]"),
        exposure=np.asarray(data["timedel"], np.float64) * seconds,
        counts=counts,
        errors=np.sqrt(errors**2 @ members.T.astype(np.float64) + counts),
        energies=BANDS,
        live_fraction=np.ones(since.size),
        attenuator=np.asarray(data["rcr"], np.uint8),
        good=np.ones(since.size, np.bool_),
    )
